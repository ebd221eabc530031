package ws

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A conformanceCase is one thing that RFC 6455 asks of a client.
type conformanceCase struct {
	name string
	run  func(t *testing.T)

	// lenient says what a stricter client would do. The case then holds what this one does.
	lenient string
}

// The client conforms to RFC 6455. The categories are numbered as those of the
// usual suites, so that reports can be compared; their cases are our own.
func TestConformance(t *testing.T) {
	var passed, all int
	var leniencies []string
	for _, category := range []struct {
		number, name string
		cases        []conformanceCase
	}{
		{"0", "opening handshake", openingCases()},
		{"1", "framing", framingCases()},
		{"2", "pings and pongs", pingCases()},
		{"3", "reserved bits", reservedBitCases()},
		{"4", "opcodes", opcodeCases()},
		{"5", "fragmentation", fragmentationCases()},
		{"6", "UTF-8 handling", utf8Cases()},
		{"7", "close handling", closeCases()},
		{"9", "limits and sizes", limitCases()},
		{"len", "lengths and masking", lengthCases()},
	} {
		ok := 0
		for i, c := range category.cases {
			id := fmt.Sprintf("%s.%d", category.number, i+1)
			if t.Run(id+" "+c.name, func(t *testing.T) { synctest.Test(t, c.run) }) && c.lenient == "" {
				ok++
			}
			if c.lenient != "" {
				leniencies = append(leniencies, fmt.Sprintf("%s %s: %s", id, c.name, c.lenient))
			}
		}
		t.Logf("%-3s %-20s %d of %d", category.number, category.name, ok, len(category.cases))
		passed += ok
		all += len(category.cases)
	}
	t.Logf("RFC 6455: %d of %d pass, %d known leniencies", passed, all, len(leniencies))
	for _, l := range leniencies {
		t.Log("lenient: " + l)
	}
}

// An exchange is a case in which a server sends raw bytes over an open connection.
type exchange struct {
	name         string
	send         [][]byte // each is sent when the client has dealt with the one before
	receiveBytes int64    // the limit; 0 is the default
	want         outcome
	lenient      string
}

// An outcome is what a client did.
type outcome struct {
	Messages []string // the names of what it delivered, in order; "!" is one without
	Pongs    []string
	Alive    bool   // it answers a ping in the end, and an orderly close
	Code     int    // otherwise: of the close frame that it sent; -1 is one without a code
	End      string // otherwise: its error; "orderly" without one
}

func cases(exchanges []exchange) (list []conformanceCase) {
	for _, x := range exchanges {
		list = append(list, conformanceCase{name: x.name, lenient: x.lenient, run: x.run})
	}
	return list
}

func (x exchange) run(t *testing.T) {
	var heard hearing
	c, stop := serve(t, func(c *Config) {
		if x.receiveBytes > 0 {
			c.Limits.ReceiveBytes = x.receiveBytes
		}
	}, func(p *wstest.Peer) {
		var wg sync.WaitGroup
		defer wg.Wait()
		defer p.Conn.Close()
		wg.Go(func() { heard.listen(p) })
		for _, b := range x.send {
			p.Conn.Write(b) // nobody may be there any more
			synctest.Wait()
		}
		if heard.closes() > 0 {
			return
		}
		const fence = "fence"
		p.Frame(0x89, []byte(fence))
		synctest.Wait()
		if heard.fenced(fence) {
			p.Close(1000, "")
			synctest.Wait()
		}
	})
	var got outcome
	m, end := c.Next(t.Context())
	for ; end == nil; m, end = c.Next(t.Context()) {
		got.Messages = append(got.Messages, name(m.Data))
		m.Release()
	}
	stop()
	heard.report(t, &got)
	switch e, failed := errors.AsType[*Error](end); {
	case failed:
		got.End = what(e)
	case !got.Alive:
		got.End = "orderly"
	}
	if diff := cmp.Diff(x.want, got); diff != "" {
		t.Error(diff)
	}
}

// what is an error in a word or two.
func what(e *Error) string {
	_, violated := errors.AsType[*ProtocolError](e)
	switch {
	case e.Code != 0:
		return fmt.Sprint("code ", e.Code)
	case violated:
		return "protocol"
	case errors.Is(e, ErrTooLarge):
		return "too large"
	}
	return e.Error()
}

// hearing is what a server hears from a client.
type hearing struct {
	mu    sync.Mutex
	codes []int // of close frames
	pongs []string
	alive bool
	err   error
}

func (h *hearing) listen(p *wstest.Peer) {
	for {
		first, payload, err := p.Next()
		h.mu.Lock()
		switch {
		case err != nil:
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrClosedPipe) {
				h.err = err
			}
		case len(h.codes) > 0 && first != 0x8a:
			h.err = fmt.Errorf("frame %#x after the close frame", first)
		case first == 0x88 && len(payload) < 2:
			h.codes = append(h.codes, -1)
		case first == 0x88:
			h.codes = append(h.codes, int(binary.BigEndian.Uint16(payload)))
		case first == 0x8a:
			h.pongs = append(h.pongs, string(payload))
		case first != 0x89:
			h.err = fmt.Errorf("unexpected frame %#x", first)
		}
		h.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (h *hearing) closes() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.codes)
}

// fenced reports whether the client answered the ping, and forgets that pong.
func (h *hearing) fenced(ping string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.pongs) - 1
	h.alive = n >= 0 && h.pongs[n] == ping
	if h.alive {
		h.pongs = h.pongs[:n]
	}
	return h.alive
}

func (h *hearing) report(t *testing.T, got *outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err != nil {
		t.Errorf("the server heard: %v", h.err)
	}
	got.Alive = h.alive
	if len(h.pongs) > 0 {
		got.Pongs = h.pongs
	}
	if len(h.codes) > 0 {
		got.Code = h.codes[0]
	}
	if h.alive && got.Code == 1000 {
		got.Code = 0 // the answer to the server's close
	}
}

// delivers is the outcome of traffic without fault.
func delivers(names ...string) outcome { return outcome{Messages: names, Alive: true} }

// fails is the outcome of a violation behind some messages.
func fails(code int, names ...string) outcome {
	return outcome{Messages: names, Code: code, End: "protocol"}
}

// message is a message with a name.
func message(name string) []byte { return messageOf(name, 0) }

// messageOf is a message of n bytes, if it can be that small.
func messageOf(name string, n int) []byte {
	const format = `{"name":%q,"text":"%s"}`
	empty := fmt.Sprintf(format, name, "")
	return fmt.Appendf(nil, format, name, strings.Repeat("x", max(n-len(empty), 0)))
}

// name returns the name of a message, "!" if it has none.
func name(data []byte) string {
	var m struct{ Name string }
	if json.Unmarshal(data, &m) != nil {
		return "!"
	}
	return m.Name
}

// text is a text message in one frame.
func text(payload []byte) []byte { return wstest.Frame(0x81, payload) }

// steps are sent one after the other.
func steps(frames ...[]byte) [][]byte { return frames }

// together is sent at once.
func together(frames ...[]byte) [][]byte { return [][]byte{slices.Concat(frames...)} }

// chopped is sent in pieces of n bytes.
func chopped(n int, frames ...[]byte) [][]byte {
	return slices.Collect(slices.Chunk(slices.Concat(frames...), n))
}
