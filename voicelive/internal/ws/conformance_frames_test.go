package ws

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A frame of these tests is what wstest.Frame(first byte, payload) makes: 0x80 is FIN, 0x70
// are the reserved bits, the rest is the opcode.

func framingCases() []conformanceCase {
	var list []exchange
	for kind, first := range []byte{0x81, 0x82} {
		name := []string{"text", "binary"}[kind]
		list = append(list,
			exchange{name: name + " of 0 bytes", send: steps(wstest.Frame(first, nil)), want: delivers("!")},
			exchange{name: name + " of 2 bytes", send: steps(wstest.Frame(first, []byte("{}"))), want: delivers("")})
		for _, n := range []int{64, 125, 126, 127, 128, 4096, 65535, 65536} {
			list = append(list, exchange{name: fmt.Sprint(name, " of ", n, " bytes"), send: steps(wstest.Frame(first, messageOf("a", n))), want: delivers("a")})
		}
		list = append(list,
			exchange{name: name + " in pieces of 997 bytes", send: chopped(997, wstest.Frame(first, messageOf("a", 65536))), want: delivers("a")},
			exchange{name: name + " byte by byte", send: chopped(1, wstest.Frame(first, messageOf("a", 300))), want: delivers("a")})
	}
	return cases(append(list,
		exchange{name: "many messages in one write", send: together(slices.Repeat([][]byte{text(message("a"))}, 500)...), want: delivers(slices.Repeat([]string{"a"}, 500)...)},
		exchange{name: "messages of many sizes", send: together(text(messageOf("a", 70000)), text(messageOf("b", 126)), text(messageOf("c", 1000)), text(nil), text(message("d"))), want: delivers("a", "b", "c", "!", "d")}))
}

func pingCases() []conformanceCase {
	ping := func(payload string) []byte { return wstest.Frame(0x89, []byte(payload)) }
	pong := func(payload string) []byte { return wstest.Frame(0x8a, []byte(payload)) }
	answers := func(pongs ...string) outcome { return outcome{Pongs: pongs, Alive: true} }
	long := strings.Repeat("p", 125)
	var ten [][]byte
	var tenAnswers []string
	for i := range 10 {
		ten = append(ten, ping(fmt.Sprint("p", i)))
		tenAnswers = append(tenAnswers, fmt.Sprint("p", i))
	}
	list := cases([]exchange{
		{name: "a ping without payload", send: steps(ping("")), want: answers("")},
		{name: "a ping", send: steps(ping("hello")), want: answers("hello")},
		{name: "a binary ping", send: steps(ping("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")), want: answers("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")},
		{name: "a ping of 125 bytes", send: steps(ping(long)), want: answers(long)},
		{name: "a ping of 126 bytes", send: steps(ping(long + "p")), want: fails(1002)},
		{name: "a ping of 70,000 bytes", send: steps(ping(strings.Repeat(long, 560))), want: fails(1002)},
		{name: "a ping byte by byte", send: chopped(1, ping(long)), want: answers(long)},
		{name: "an unsolicited pong without payload", send: steps(pong("")), want: answers()},
		{name: "an unsolicited pong", send: steps(pong("nobody asked")), want: answers()},
		{name: "an unsolicited pong and a ping", send: steps(pong("x"), ping("y")), want: answers("y")},
		{name: "a pong like one of ours", send: steps(pong("1"), pong("0"), pong("18446744073709551616")), want: answers()},
		{name: "a pong of 125 bytes", send: steps(pong(long)), want: answers()},
		{name: "a pong of 126 bytes", send: steps(pong(long + "p")), want: fails(1002)},
		{name: "ten pings", send: ten, want: answers(tenAnswers...)},
		{name: "ten pings in pieces", send: append(chopped(1, ten[0]), ten[1:]...), want: answers(tenAnswers...)},
		{name: "a ping between events", send: steps(text(message("a")), ping("x"), text(message("b"))), want: outcome{Messages: []string{"a", "b"}, Pongs: []string{"x"}, Alive: true}},
	})
	// Only the latest of pings that arrive at once needs an answer.
	return append(list, conformanceCase{name: "a thousand pings at once", run: func(t *testing.T) {
		var heard hearing
		s, stop := serve(t, nil, func(p *wstest.Peer) {
			go p.Conn.Write(append(bytes.Repeat(ping("early"), 999), ping("last")...))
			heard.listen(p)
		})
		defer stop()
		synctest.Wait()
		heard.mu.Lock()
		defer heard.mu.Unlock()
		if n := len(heard.pongs); n == 0 || heard.pongs[n-1] != "last" || heard.err != nil || s.Err() != nil {
			t.Errorf("got %d pongs %q, %v, %v", n, heard.pongs, heard.err, s.Err())
		}
	}})
}

func reservedBitCases() []conformanceCase {
	var list []exchange
	for bits := range byte(7) {
		first := 0x81 | (bits+1)<<4
		list = append(list, exchange{name: fmt.Sprintf("text %#x", first), send: steps(wstest.Frame(first, message("a"))), want: fails(1002)})
	}
	for _, opcode := range []byte{0x82, 0x80, 0x88, 0x89, 0x8a} {
		for _, bit := range []byte{0x40, 0x20, 0x10} {
			list = append(list, exchange{name: fmt.Sprintf("frame %#x", opcode|bit), send: steps(wstest.Frame(opcode|bit, []byte{0x03, 0xe8})), want: fails(1002)})
		}
	}
	return cases(append(list,
		exchange{name: "behind a message, in one write", send: together(text(message("a")), wstest.Frame(0xb1, message("b")), wstest.Frame(0x89, nil)), want: fails(1002, "a")},
		exchange{name: "behind a message, byte by byte", send: chopped(1, text(message("a")), wstest.Frame(0xc1, message("b"))), want: fails(1002, "a")},
		exchange{name: "in a continuation", send: steps(wstest.Frame(0x01, message("a")[:9]), wstest.Frame(0xc0, message("a")[9:])), want: fails(1002)}))
}

func opcodeCases() []conformanceCase {
	var list []exchange
	for _, opcode := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		list = append(list,
			exchange{name: fmt.Sprintf("opcode %#x", opcode), send: steps(wstest.Frame(0x80|opcode, nil)), want: fails(1002)},
			exchange{name: fmt.Sprintf("opcode %#x with payload, behind a message", opcode), send: together(text(message("a")), wstest.Frame(0x80|opcode, message("b")), wstest.Frame(0x89, nil)), want: fails(1002, "a")})
	}
	return cases(append(list,
		exchange{name: "opcode 0x3 without FIN", send: steps(wstest.Frame(0x03, nil)), want: fails(1002)},
		exchange{name: "opcode 0xb without FIN", send: steps(wstest.Frame(0x0b, nil)), want: fails(1002)},
		exchange{name: "opcode 0x5 between fragments", send: steps(wstest.Frame(0x01, message("a")[:9]), wstest.Frame(0x85, nil), wstest.Frame(0x80, message("a")[9:])), want: fails(1002)}))
}

// fragmentsOf cuts a message into frames of n bytes.
func fragmentsOf(first byte, payload []byte, n int) (frames [][]byte) {
	pieces := slices.Collect(slices.Chunk(payload, n))
	for i, piece := range pieces {
		if i == len(pieces)-1 {
			first |= 0x80
		}
		frames = append(frames, wstest.Frame(first, piece))
		first = 0
	}
	return frames
}

func fragmentationCases() []conformanceCase {
	a := message("a")
	first, last := wstest.Frame(0x01, a[:9]), wstest.Frame(0x80, a[9:])
	ping, good := wstest.Frame(0x89, []byte("p")), text(message("b"))
	ponged := func(n int, names ...string) outcome {
		return outcome{Messages: names, Pongs: slices.Repeat([]string{"p"}, n), Alive: true}
	}
	five := fragmentsOf(0x01, a, len(a)/4)
	return cases([]exchange{
		{name: "a ping in two fragments", send: steps(wstest.Frame(0x09, []byte("p")), wstest.Frame(0x80, []byte("q"))), want: fails(1002)},
		{name: "a pong in two fragments", send: steps(wstest.Frame(0x0a, nil), wstest.Frame(0x80, nil)), want: fails(1002)},
		{name: "a close in two fragments", send: steps(wstest.Frame(0x08, []byte{3, 0xe8}), wstest.Frame(0x80, nil)), want: fails(1002)},
		{name: "a text in two fragments", send: steps(first, last), want: delivers("a")},
		{name: "a text in two fragments, at once", send: together(first, last), want: delivers("a")},
		{name: "a text in two fragments, byte by byte", send: chopped(1, first, last), want: delivers("a")},
		{name: "a binary in two fragments", send: steps(wstest.Frame(0x02, a[:9]), last), want: delivers("a")},
		{name: "a ping between fragments", send: steps(first, ping, last), want: ponged(1, "a")},
		{name: "a ping between fragments, at once", send: together(first, ping, last), want: ponged(1, "a")},
		{name: "a ping between fragments, byte by byte", send: chopped(1, first, ping, last), want: ponged(1, "a")},
		{name: "pings between five fragments", send: steps(five[0], ping, five[1], ping, five[2], five[3], ping, slices.Concat(five[4:]...)), want: ponged(3, "a")},
		{name: "a pong between fragments", send: steps(first, wstest.Frame(0x8a, []byte("x")), last), want: delivers("a")},
		{name: "empty fragments", send: steps(wstest.Frame(0x01, nil), wstest.Frame(0x00, nil), wstest.Frame(0x00, a), wstest.Frame(0x00, nil), wstest.Frame(0x80, nil)), want: delivers("a")},
		{name: "nothing but empty fragments", send: steps(wstest.Frame(0x01, nil), wstest.Frame(0x00, nil), wstest.Frame(0x80, nil)), want: delivers("!")},
		{name: "fragments of one byte", send: together(fragmentsOf(0x01, messageOf("a", 2000), 1)...), want: delivers("a")},
		{name: "a first fragment that is the message", send: steps(wstest.Frame(0x01, a), wstest.Frame(0x80, nil), good), want: delivers("a", "b")},
		{name: "two messages in fragments", send: together(slices.Concat(five, fragmentsOf(0x02, message("c"), 20))...), want: delivers("a", "c")},
		{name: "a last fragment of nothing", send: together(wstest.Frame(0x80, []byte("x")), good), want: fails(1002)},
		{name: "a last fragment of nothing, one after the other", send: steps(wstest.Frame(0x80, []byte("x")), good), want: fails(1002)},
		{name: "a last fragment of nothing, byte by byte", send: chopped(1, wstest.Frame(0x80, []byte("x")), good), want: fails(1002)},
		{name: "a fragment of nothing", send: together(wstest.Frame(0x00, []byte("x")), good), want: fails(1002)},
		{name: "a fragment of nothing, byte by byte", send: chopped(1, wstest.Frame(0x00, []byte("x")), good), want: fails(1002)},
		{name: "a fragment behind a message", send: steps(first, last, wstest.Frame(0x00, nil), good), want: fails(1002, "a")},
		{name: "a last fragment behind a message", send: steps(text(a), wstest.Frame(0x80, nil)), want: fails(1002, "a")},
		{name: "a message between fragments", send: steps(first, good, last), want: fails(1002)},
		{name: "a binary between fragments", send: steps(first, wstest.Frame(0x82, a), last), want: fails(1002)},
		{name: "a second first fragment", send: steps(first, first, last), want: fails(1002)},
		{name: "fragments that do not end", send: steps(first), want: outcome{Alive: true}},
	})
}

// lengthCases are about the rest of a frame's header.
func lengthCases() []conformanceCase {
	a := messageOf("a", 100)
	wide := func(first byte, n int, payload []byte) []byte { // 16 bits of length
		return append(binary.BigEndian.AppendUint16([]byte{first, 126}, uint16(n)), payload...)
	}
	wider := func(first byte, n uint64, payload []byte) []byte { // 64
		return append(binary.BigEndian.AppendUint64([]byte{first, 127}, n), payload...)
	}
	masked := func(first byte, payload []byte) []byte {
		frame := wstest.Frame(first, payload)
		frame[1] |= 0x80
		return slices.Insert(frame, len(frame)-len(payload), 0, 0, 0, 0) // a key that changes nothing
	}
	big, bigger := messageOf("a", 65535), messageOf("a", 65536)
	return cases([]exchange{
		{name: "16 bits for 126", send: steps(wide(0x81, 126, messageOf("a", 126))), want: delivers("a")},
		{name: "16 bits for 65,535", send: steps(wide(0x81, 65535, big)), want: delivers("a")},
		{name: "64 bits for 65,536", send: steps(wider(0x81, 65536, bigger)), want: delivers("a")},
		{name: "16 bits for 0", send: steps(wide(0x81, 0, nil)), want: fails(1002)},
		{name: "16 bits for 100", send: steps(wide(0x81, 100, a)), want: fails(1002)},
		{name: "16 bits for 125", send: steps(wide(0x81, 125, messageOf("a", 125))), want: fails(1002)},
		{name: "64 bits for 0", send: steps(wider(0x81, 0, nil)), want: fails(1002)},
		{name: "64 bits for 100", send: steps(wider(0x81, 100, a)), want: fails(1002)},
		{name: "64 bits for 126", send: steps(wider(0x81, 126, messageOf("a", 126))), want: fails(1002)},
		{name: "64 bits for 65,535", send: steps(wider(0x81, 65535, big)), want: fails(1002)},
		{name: "64 bits for 100, byte by byte", send: chopped(1, text(message("b")), wider(0x81, 100, a)), want: fails(1002, "b")},
		{name: "16 bits for 100, behind events in one write", send: together(text(message("b")), text(bigger), wide(0x81, 100, a)), want: fails(1002, "b", "a")},
		{name: "16 bits for 5 in a ping", send: steps(wide(0x89, 5, []byte("hello"))), want: fails(1002)},
		{name: "the highest bit of 64", send: steps(wider(0x81, 1<<63|100, a)), want: fails(1002)},
		{name: "all of 64 bits", send: steps(wider(0x81, 1<<64-1, a)), want: fails(1002)},
		{name: "a masked text", send: steps(masked(0x81, a)), want: fails(1002)},
		{name: "a masked text behind a message", send: together(text(message("b")), masked(0x81, a)), want: fails(1002, "b")},
		{name: "a masked text without payload", send: steps(masked(0x81, nil)), want: fails(1002)},
		{name: "a masked continuation", send: steps(wstest.Frame(0x01, a), masked(0x80, nil)), want: fails(1002)},
		{name: "a masked ping", send: steps(masked(0x89, []byte("p"))), want: fails(1002)},
		{name: "a masked pong", send: steps(masked(0x8a, nil)), want: fails(1002)},
		{name: "a masked close", send: steps(masked(0x88, []byte{3, 0xe8})), want: fails(1002)},
		{name: "frames of many lengths, byte by byte", send: chopped(1, text(message("b")), wstest.Frame(0x8a, bytes.Repeat([]byte("x"), 125)), text(messageOf("c", 130)), text(messageOf("d", 126))), want: delivers("b", "c", "d")},
	})
}
