package ws

import (
	"strings"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// What is not UTF-8 ends the session, wherever the fragments and the writes are cut.
func utf8Cases() []conformanceCase {
	// in is an event with the bytes in a string.
	in := func(s string) []byte {
		return []byte(strings.Replace(string(message("a")), `"text":"`, `"text":"`+s, 1))
	}
	greek := "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"
	var list []exchange
	for _, tt := range []struct{ name, text string }{
		{"ASCII", "Hello"},
		{"two, three and four bytes", greek + "\xf0\x9f\x8e\xa4"},
		{"the first of two bytes", "\xc2\x80"},
		{"the first of three bytes", "\xe0\xa0\x80"},
		{"the first of four bytes", "\xf0\x90\x80\x80"},
		{"the last of one byte", "\x7f"},
		{"the last of two bytes", "\xdf\xbf"},
		{"the last of three bytes", "\xef\xbf\xbf"},
		{"the last before the surrogates", "\xed\x9f\xbf"},
		{"the first behind the surrogates", "\xee\x80\x80"},
		{"the replacement character", "\xef\xbf\xbd"},
		{"a noncharacter", "\xef\xbf\xbe"},
		{"the last of all", "\xf4\x8f\xbf\xbf"},
	} {
		list = append(list, exchange{name: tt.name, send: steps(text(in(tt.text))), want: delivers("a")})
	}
	for _, tt := range []struct{ name, text string }{
		{"one continuation byte", "\x80"},
		{"the last continuation byte", "\xbf"},
		{"two continuation bytes", "\x80\xbf"},
		{"seven continuation bytes", "\x80\xbf\x80\xbf\x80\xbf\x80"},
		{"a start of two without the rest", "\xc3 "},
		{"the last start of two without the rest", "\xdf "},
		{"a start of three without the rest", "\xe1 "},
		{"a start of four without the rest", "\xf1 "},
		{"a start of five", "\xf8\x88\x80\x80\x80"},
		{"a start of six", "\xfc\x84\x80\x80\x80\x80"},
		{"one of three missing", "\xe1\xbd"},
		{"two of four missing", "\xf0\x9f"},
		{"one of four missing", "\xf0\x9f\x8e"},
		{"starts in a row", "\xc3\xe1\xf0"},
		{"0xfe", "\xfe"},
		{"0xff", "\xff"},
		{"0xfe and 0xff", "\xfe\xfe\xff\xff"},
		{"an overlong slash of two", "\xc0\xaf"},
		{"an overlong slash of three", "\xe0\x80\xaf"},
		{"an overlong slash of four", "\xf0\x80\x80\xaf"},
		{"the largest overlong of two", "\xc1\xbf"},
		{"the largest overlong of three", "\xe0\x9f\xbf"},
		{"the largest overlong of four", "\xf0\x8f\xbf\xbf"},
		{"an overlong null", "\xc0\x80"},
		{"the first high surrogate", "\xed\xa0\x80"},
		{"the last high surrogate", "\xed\xaf\xbf"},
		{"the first low surrogate", "\xed\xb0\x80"},
		{"the last low surrogate", "\xed\xbf\xbf"},
		{"a pair of surrogates", "\xed\xa0\x80\xed\xb0\x80"},
		{"the first behind the last", "\xf4\x90\x80\x80"},
		{"far behind the last", "\xf7\xbf\xbf\xbf"},
		{"in the middle of text", greek + "\xed\xa0\x80edited"},
	} {
		list = append(list, exchange{name: tt.name, send: steps(text(in(tt.text)), text(message("b"))), want: fails(1007)})
	}
	bad := in(greek + "\xf4\x90\x80\x80")
	at := strings.Index(string(bad), "\xf4")
	return cases(append(list,
		exchange{name: "valid, in fragments of one byte", send: fragmentsOf(0x01, in(greek), 1), want: delivers("a")},
		exchange{name: "valid, byte by byte", send: chopped(1, text(in(greek))), want: delivers("a")},
		exchange{name: "valid, cut in a character", send: fragmentsOf(0x01, in("\xf0\x9f\x8e\xa4"), strings.Index(string(in("")), `"text":"`)+len(`"text":"`)+2), want: delivers("a")},
		exchange{name: "invalid, in fragments of one byte", send: fragmentsOf(0x01, bad, 1), want: fails(1007)},
		exchange{name: "invalid, byte by byte", send: chopped(1, text(bad)), want: fails(1007)},
		exchange{name: "invalid, cut in the sequence", send: fragmentsOf(0x01, bad, at+2), want: fails(1007)},
		exchange{name: "invalid, behind an event", send: together(text(message("b")), text(bad)), want: fails(1007, "b")},
		exchange{name: "invalid, in the first fragment of two", send: steps(wstest.Frame(0x01, bad), wstest.Frame(0x80, nil)), want: fails(1007)},
		exchange{name: "a character that does not end", send: steps(text(append(message("a"), 0xe1, 0xbd))), want: fails(1007)},
		exchange{name: "an escaped lone surrogate", send: steps(text(in(`\ud800`))), want: delivers("a")},
		exchange{name: "a byte order mark", send: steps(text(append([]byte("\xef\xbb\xbf"), message("a")...))), want: delivers("!")},
		exchange{name: "binary is not text", send: steps(wstest.Frame(0x82, bad)), want: delivers("a")},
		exchange{name: "invalid, in a message that does not end", send: steps(wstest.Frame(0x01, bad)), want: outcome{Alive: true},
			lenient: "a stricter client does not wait for the end of the message"},
	))
}
