package ws

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

func limitCases() []conformanceCase {
	tooLarge := func(names ...string) outcome { return outcome{Messages: names, Code: 1009, End: "too large"} }
	var list []exchange
	for _, n := range []int{64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20, 32 << 20} {
		list = append(list, exchange{name: fmt.Sprintf("%d KiB in one frame", n>>10), send: steps(text(messageOf("a", n))), want: delivers("a")})
	}
	const n = 1 << 20
	whole := messageOf("a", n)
	for _, size := range []int{64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10} {
		list = append(list, exchange{name: fmt.Sprint("1 MiB in frames of ", size, " bytes"), send: together(fragmentsOf(0x01, whole, size)...), want: delivers("a")})
	}
	for _, size := range []int{1 << 10, 4 << 10, 64 << 10} {
		list = append(list, exchange{name: fmt.Sprint("1 MiB in writes of ", size, " bytes"), send: chopped(size, text(whole)), want: delivers("a")})
	}
	const small = 1000
	beyond := fragmentsOf(0x01, messageOf("b", 1001), 100)
	return cases(append(list,
		exchange{name: "one less than the limit", receiveBytes: small, send: steps(text(messageOf("a", 999))), want: delivers("a")},
		exchange{name: "the limit", receiveBytes: small, send: steps(text(messageOf("a", 1000))), want: delivers("a")},
		exchange{name: "one more than the limit", receiveBytes: small, send: steps(text(messageOf("a", 1001))), want: tooLarge()},
		exchange{name: "the limit in fragments", receiveBytes: small, send: fragmentsOf(0x01, messageOf("a", 1000), 100), want: delivers("a")},
		exchange{name: "one more than the limit in fragments", receiveBytes: small, send: beyond, want: tooLarge()},
		exchange{name: "the limit is for each message", receiveBytes: small, send: slices.Repeat(steps(text(messageOf("a", 1000))), 20), want: delivers(slices.Repeat([]string{"a"}, 20)...)},
		exchange{name: "too large, behind an event", receiveBytes: small, send: together(text(message("a")), text(messageOf("b", 1001))), want: tooLarge("a")},
		exchange{name: "pings do not count", receiveBytes: small, send: together(beyond[0], wstest.Frame(0x8a, make([]byte, 125)), slices.Concat(beyond[1:8]...), wstest.Frame(0x8a, make([]byte, 125)), wstest.Frame(0x80, nil)), want: delivers("!")},
		exchange{name: "32 MiB and one byte", send: steps(text(messageOf("a", 32<<20+1))), want: tooLarge()},
		exchange{name: "a promise of a terabyte", send: steps(binary.BigEndian.AppendUint64([]byte{0x81, 127}, 1<<40)), want: tooLarge()},
		exchange{name: "fragments that promise more than 64 bits", send: steps(wstest.Frame(0x01, message("a")), binary.BigEndian.AppendUint64([]byte{0x80, 127}, 1<<63-1)), want: tooLarge()},
	))
}
