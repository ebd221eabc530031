package socket

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strconv"
	"testing"
	"testing/iotest"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// clientFrame appends a frame as a client sends it.
func clientFrame(b []byte, first byte, payload []byte) []byte {
	header := wstest.AppendHeader(nil, first, len(payload))
	header[1] |= masked
	key := []byte{0x12, 0x34, 0x56, 0x78}
	b = append(append(b, header...), key...)
	for i, c := range payload {
		b = append(b, c^key[i%4])
	}
	return b
}

const limit = 8 << 10

// TestReady cuts what was read at each byte.
func TestReady(t *testing.T) {
	for _, n := range []int{0, 1, maxControl, maxControl + 1, 300} {
		text := clientFrame(nil, final|opText, bytes.Repeat([]byte{'x'}, n))
		for cut := range len(text) + 1 {
			r := &reader{src: iotest.ErrReader(io.EOF), limit: limit, buf: text[:cut], to: cut}
			if got, want := r.ready(), cut == len(text); got != want {
				t.Errorf("%d bytes of a message of %d: ready is %v", cut, n, got)
			}
		}
	}
	for name, frame := range map[string][]byte{
		"ping":     clientFrame(nil, final|opPing, nil),
		"close":    clientFrame(nil, final|opClose, nil),
		"fragment": clientFrame(nil, opText, []byte("t")),
		"64 bits":  clientFrame(nil, final|opText, make([]byte, 1<<16)),
	} {
		if r := (&reader{buf: frame, to: len(frame)}); r.ready() {
			t.Errorf("%s: ready", name)
		}
	}
}

func TestUnmask(t *testing.T) {
	key := []byte{0x12, 0x34, 0x56, 0x78}
	for n := range 100 {
		b := make([]byte, n+2)
		for i := range b {
			b[i] = byte(i)
		}
		unmask(b[1:1+n], key)
		for i, c := range b {
			want := byte(i)
			if i > 0 && i <= n {
				want ^= key[(i-1)%4]
			}
			if c != want {
				t.Fatalf("byte %d around %d is %#x, want %#x", i-1, n, c, want)
			}
		}
	}
}

func TestReaderReadsWhatClientsSend(t *testing.T) {
	long, huge := bytes.Repeat([]byte("long "), 100), bytes.Repeat([]byte("huge"), limit/4)
	var wire []byte
	wire = clientFrame(wire, final|opText, []byte("one"))
	wire = clientFrame(wire, final|opText, nil)
	wire = clientFrame(wire, opText, []byte("t"))
	wire = clientFrame(wire, final|opPing, []byte("ping"))
	wire = clientFrame(wire, opContinuation, []byte("w"))
	wire = clientFrame(wire, final|opContinuation, []byte("o"))
	wire = clientFrame(wire, final|opBinary, long)
	wire = clientFrame(wire, final|opText, huge)
	wire = clientFrame(wire, final|opText, []byte("end"))
	wire = clientFrame(wire, final|opClose, nil)
	want := []struct {
		op      byte
		payload string
	}{
		{opText, "one"}, {opText, ""}, {opPing, "ping"}, {opText, "two"}, {opBinary, string(long)}, {opText, string(huge)}, {opText, "end"}, {opClose, ""},
	}
	for name, src := range map[string]io.Reader{
		"at once":     bytes.NewReader(wire),
		"by bytes":    iotest.OneByteReader(bytes.NewReader(wire)),
		"interrupted": iotest.OneByteReader(&interrupted{bytes.NewReader(wire), false}),
	} {
		t.Run(name, func(t *testing.T) {
			r := &reader{src: src, limit: limit}
			for i, w := range want {
				op, payload, err := r.next()
				for errors.Is(err, os.ErrDeadlineExceeded) {
					op, payload, err = r.next()
				}
				if op != w.op || string(payload) != w.payload || err != nil {
					t.Fatalf("%d: opcode %d, %d bytes, error %v; want opcode %d, %d bytes", i, op, len(payload), err, w.op, len(w.payload))
				}
			}
			if _, _, err := r.next(); !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("behind the end: %v", err)
			}
			if len(r.buf) > bufferSize {
				t.Errorf("the buffer has %d bytes although its large frame is gone", len(r.buf))
			}
		})
	}
}

// interrupted fails every other read as one that times out.
type interrupted struct {
	io.Reader
	odd bool
}

func (i *interrupted) Read(p []byte) (int, error) {
	if i.odd = !i.odd; i.odd {
		return 0, os.ErrDeadlineExceeded
	}
	return i.Reader.Read(p)
}

func TestReaderRefusesWhatBreaksTheProtocol(t *testing.T) {
	unmasked := wstest.Frame(final|opText, []byte("text"))
	length := func(n uint64, size byte) []byte {
		b := []byte{final | opText, masked | size}
		if size == 126 {
			return append(binary.BigEndian.AppendUint16(b, uint16(n)), 0, 0, 0, 0)
		}
		return append(binary.BigEndian.AppendUint64(b, n), 0, 0, 0, 0)
	}
	for name, test := range map[string]struct {
		wire []byte
		want error
	}{
		"no mask":                       {unmasked, errUnmasked},
		"reserved bits":                 {clientFrame(nil, final|0x40|opText, nil), errReserved},
		"opcode 3":                      {clientFrame(nil, final|3, nil), errOpcode},
		"opcode 11":                     {clientFrame(nil, final|11, nil), errOpcode},
		"fragmented ping":               {clientFrame(nil, opPing, nil), errControl},
		"long ping":                     {clientFrame(nil, final|opPing, make([]byte, 126)), errControl},
		"short length in two bytes":     {length(125, 126), errLength},
		"short length in eight bytes":   {length(0xffff, 127), errLength},
		"length with the highest bit":   {length(1<<63, 127), errLength},
		"too large":                     {length(limit+1, 126), errTooLarge},
		"huge":                          {length(1<<62, 127), errTooLarge},
		"too large in fragments":        {clientFrame(clientFrame(nil, opText, make([]byte, limit)), final|opContinuation, []byte("x")), errTooLarge},
		"continuation without a start":  {clientFrame(nil, final|opContinuation, nil), errFragment},
		"text among fragments":          {clientFrame(clientFrame(nil, opText, nil), final|opText, nil), errFragment},
		"text that is not UTF-8":        {clientFrame(nil, final|opText, []byte{0xff}), errUTF8},
		"fragments that are not UTF-8":  {clientFrame(clientFrame(nil, opText, []byte{0xe2}), final|opContinuation, []byte{0x28}), errUTF8},
		"an end inside of a frame":      {clientFrame(nil, final|opText, []byte("text"))[:8], io.EOF},
		"an end between two characters": {clientFrame(nil, opText, []byte{0xe2}), io.EOF},
	} {
		r := &reader{src: bytes.NewReader(test.wire), limit: limit}
		_, _, err := r.next()
		if _, _, again := r.next(); err != test.want || again != err {
			t.Errorf("%s: error %v, then %v; want %v", name, err, again, test.want)
		}
	}
}

func TestCloseFrames(t *testing.T) {
	for _, test := range []struct {
		payload []byte
		code    int
		reason  string
		err     *violation
	}{
		{nil, noCode, "", nil},
		{[]byte{3}, 0, "", errClose},
		{wstest.ClosePayload(1000, "bye"), 1000, "bye", nil},
		{wstest.ClosePayload(4999, ""), 4999, "", nil},
		{wstest.ClosePayload(999, ""), 0, "", errClose},
		{wstest.ClosePayload(1005, ""), 0, "", errClose},
		{wstest.ClosePayload(1006, ""), 0, "", errClose},
		{wstest.ClosePayload(2999, ""), 0, "", errClose},
		{wstest.ClosePayload(5000, ""), 0, "", errClose},
		{wstest.ClosePayload(1000, "\xff"), 0, "", errUTF8},
	} {
		if code, reason, err := parseClose(test.payload); code != test.code || reason != test.reason || err != test.err {
			t.Errorf("%q: code %d, reason %q, error %v; want %d, %q, %v", test.payload, code, reason, err, test.code, test.reason, test.err)
		}
	}
}

// FuzzReader compares the reader with that of the tests, which is written for clarity.
func FuzzReader(f *testing.F) {
	f.Add(clientFrame(nil, final|opText, []byte(`{"kind":"AudioData"}`)), 3)
	f.Add(clientFrame(clientFrame(nil, opText, []byte("a")), final|opContinuation, []byte("b")), 1)
	f.Add(clientFrame(clientFrame(nil, final|opPing, []byte("a")), final|opClose, wstest.ClosePayload(1000, "bye")), 100)
	f.Add(clientFrame(nil, final|opBinary, make([]byte, 70000)), 4096)
	f.Fuzz(func(t *testing.T, wire []byte, piece int) {
		ours := &reader{src: &pieces{bytes.NewReader(wire), max(piece, 1)}, limit: limit}
		theirs := bytes.NewReader(wire)
		for {
			first, payload, err := ours.frame()
			h, want, wantErr := wstest.ReadFrame(theirs, limit)
			if (err != nil) != (wantErr != nil) {
				t.Fatalf("error %v, want %v", err, wantErr)
			}
			if err != nil {
				return
			}
			if first != h.First || !bytes.Equal(payload, want) {
				t.Fatalf("frame %x %q, want %x %q", first, payload, h.First, want)
			}
		}
	})
}

// pieces reads at most size bytes at a time.
type pieces struct {
	io.Reader
	size int
}

func (p *pieces) Read(b []byte) (int, error) { return p.Reader.Read(b[:min(len(b), p.size)]) }

func BenchmarkUnmask(b *testing.B) {
	key := []byte{0x12, 0x34, 0x56, 0x78}
	for _, n := range []int{250, 1400} { // packets of Twilio and of Communication Services
		packet := make([]byte, n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				unmask(packet, key)
			}
		})
	}
}
