package ws

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// wellFormed is frameCheck as RFC 6455 has it, for frames that are all there. It
// returns where the first bad one starts, or -1.
func wellFormed(stream []byte) int {
	for at := 0; at+2 <= len(stream); {
		head, n := 2, uint64(stream[at+1]&0x7f)
		if n >= 126 {
			head = map[uint64]int{126: 4, 127: 10}[n]
			if at+head > len(stream) {
				return -1
			}
			value := uint64(0)
			for _, b := range stream[at+2 : at+head] {
				value = value<<8 | uint64(b)
			}
			if n == 126 && value < 126 || n == 127 && (value < 65536 || value>>63 != 0) {
				return at
			}
			n = value
		}
		if stream[at] == 0x88 && n == 1 {
			return at
		}
		if n > uint64(len(stream)) {
			return -1
		}
		at += head + int(n)
	}
	return -1
}

func FuzzFrameCheck(f *testing.F) {
	for _, c := range slices.Concat(wstest.CloseFrame(1000, "x"), text(message("a"))) {
		f.Add(bytes.Repeat([]byte{0x81, c, 1, 2, 126, 127, 0, 0}, 4), 1)
	}
	f.Add(slices.Concat(text(messageOf("a", 300)), []byte{0x88, 1}), 7)
	f.Add(slices.Concat(text(messageOf("a", 70_000)), []byte{0x89, 127, 0, 0, 0, 0, 0, 0, 0, 1, 'x'}), 1000)
	f.Fuzz(func(t *testing.T, stream []byte, size int) {
		if size <= 0 || len(stream) == 0 {
			return
		}
		want := wellFormed(stream)
		conn := &wireConn{Conn: &memoryConn{in: bytes.NewReader(stream)}, done: true}
		var got []byte
		buf := make([]byte, min(size, 1<<20))
		for {
			n, err := conn.Read(buf)
			got = append(got, buf[:n]...)
			if err == io.EOF && want >= 0 || err != nil && err != io.EOF && want < 0 {
				t.Fatalf("got %v, want a bad frame at %d", err, want)
			}
			if err != nil {
				break
			}
		}
		// A header may be delivered in part before it turns out to be bad.
		if want >= 0 && (len(got) < want || len(got) >= want+10) || want < 0 && len(got) != len(stream) || !bytes.Equal(got, stream[:len(got)]) {
			t.Errorf("%d bytes are delivered, want %d", len(got), want)
		}
	})
}
