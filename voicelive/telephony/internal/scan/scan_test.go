package scan

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

// read reads an object of strings, of "bool", which is a boolean, and of "data", which is base64.
func read(text []byte) (members map[string]string, ok bool) {
	s := New(text)
	members = map[string]string{}
	for name := s.First(); name != nil; name = s.Next() {
		_, twice := members[string(name)]
		s.Refuse(twice)
		switch string(name) {
		case "bool":
			s.Bool()
			members["bool"] = ""
		case "data":
			members["data"] = string(s.Base64([]byte("> ")))
		default:
			members[string(name)] = string(s.Text())
		}
	}
	return members, s.End()
}

func TestPlainJSONIsRead(t *testing.T) {
	long := strings.Repeat("long and plain ~!#[]", 10)
	for text, want := range map[string]map[string]string{
		`{"a":"b"}`:                            {"a": "b"},
		`{"a":"","":"b"}`:                      {"a": "", "": "b"},
		" {\t\"a\"\n:\r\"b\" , \"c\":\"d\" } ": {"a": "b", "c": "d"},
		`{"bool":true,"a":"b"}`:                {"bool": "", "a": "b"},
		`{"bool" : false}`:                     {"bool": ""},
		`{"data":"AQID"}`:                      {"data": "> \x01\x02\x03"},
		`{"data":"AQ==","a":"b"}`:              {"data": "> \x01", "a": "b"},
		`{"data":""}`:                          {"data": "> "},
		`{"long":"` + long + `"}`:              {"long": long},
	} {
		if got, ok := read([]byte(text)); !ok || !maps.Equal(got, want) {
			t.Errorf("%s: read %q, %v", text, got, ok)
		}
	}
}

func TestOtherJSONIsRefused(t *testing.T) {
	for _, text := range []string{
		``, `{}`, `[]`, `"a"`, `{"a"`, `{"a":`, `{"a":"b"`, `{"a":"b",}`, `{"a":"b"}}`, `{"a":"b"} x`, `{"a":1}`, `{"a":null}`, `{a:"b"}`,
		`{"a":"b" "c":"d"}`, `{"a":"b`, `{"a":"\u0062"}`, `{"a\n":"b"}`, "{\"a\":\"\n\"}", "{\"a\":\"\x7f\"}", `{"a":"ä"}`, `{"bool":"true"}`, `{"bool":truly}`,
		`{"data":"AQI"}`, `{"data":"AQI=="}`, `{"data":"A"}`, `{"data":"A\u0051=="}`, `{"data":"AQ==AQ=="}`, `{"data":AQID}`, `{"data":"AQID`,
		"{\"data\":\"AQ\n==\"}", "{\"data\":\"AQID\r\n\r\n\"}", "{\"data\":\"AQ=\n\n\n\n=\"}", "{\"data\":\"\n\n\n\n\"}", "{\"data\":\"\n\n\n\nAQ==\"}",
	} {
		if got, ok := read([]byte(text)); ok {
			t.Errorf("%q: read %q", text, got)
		}
	}
}

// TestEachByteOfAString has each byte at each place in a word, and behind the last one.
func TestEachByteOfAString(t *testing.T) {
	for n := range 20 {
		for at := range n {
			for c := range 256 {
				b := []byte(strings.Repeat("x", n))
				b[at] = byte(c)
				want := n
				if c < ' ' || c > '~' || c == '"' || c == '\\' {
					want = at
				}
				if got := plain(b); got != want {
					t.Fatalf("%q: %d bytes are plain, want %d", b, got, want)
				}
			}
		}
	}
}

// FuzzScanner holds what the Scanner reads to encoding/json.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{`{"a":"b"}`, ` { "data" : "AQID" , "bool" : true } `, "{\"data\":\"AQ\n==\"}", `{"a":"\u0062"}`, `{"a":"b",}`, `{"bool":false}x`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, ok := read(text)
		if !ok {
			return
		}
		want := map[string]any{}
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatalf("read %q, but encoding/json says %v", got, err)
		}
		for name, value := range want {
			switch name {
			case "bool":
				_, ok = value.(bool)
				value = ""
			case "data":
				data, err := base64.StdEncoding.DecodeString(value.(string))
				value, ok = "> "+string(data), err == nil
			}
			if value != got[name] || !ok {
				t.Errorf("%q is %q, but encoding/json says %q", name, got[name], value)
			}
		}
		if len(got) != len(want) {
			t.Errorf("read %q, but encoding/json says %q", got, want)
		}
	})
}
