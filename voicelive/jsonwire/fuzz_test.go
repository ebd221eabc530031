package jsonwire

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

// accepts is json.Valid less the documented differences: UTF-8 and depth.
func accepts(data []byte) bool {
	return json.Valid(data) && utf8.Valid(data) && depth(data) <= MaxDepth
}

func depth(data []byte) (deepest int) {
	d, text, escaped := 0, false, false
	for _, c := range data {
		switch {
		case escaped:
			escaped = false
		case text && c == '\\':
			escaped = true
		case c == '"':
			text = !text
		case text:
		case c == '[' || c == '{':
			d++
			deepest = max(deepest, d)
		case c == ']' || c == '}':
			d--
		}
	}
	return deepest
}

func seeds(f *testing.F) {
	for _, s := range []string{
		fullThing, `{}`, `[]`, `""`, `0`, `-0.0e+1`, `true`, `null`, `[1,2,{"a":"\ud83d\ude00"}]`, "\"\xff\"", `"\ud800"`, `{"a":1,"a":2}`,
		`[[[[]]]]`, ` 1 `, `1 2`, `{"a"}`, `"\u00e9"`, "\"é\"", `12345678901234567890`, `{"":{"":""}}`, `"\"`, `"` + "\x7f" + `"`,
	} {
		f.Add([]byte(s))
	}
}

// FuzzRaw holds the validator against encoding/json.
func FuzzRaw(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewReader(data)
		raw := r.raw()
		err := r.Close("any")
		if got, want := err == nil, accepts(data); got != want {
			t.Fatalf("accepted: %v, encoding/json: %v (%v)", got, want, err)
		}
		if err == nil && !bytes.Equal(raw, bytes.TrimSpace(data)) {
			t.Fatalf("raw value %q", raw)
		}
	})
}

// FuzzString holds strings against encoding/json.
func FuzzString(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		var want string
		valid := accepts(data) && len(bytes.TrimSpace(data)) > 0 && bytes.TrimSpace(data)[0] == '"' && json.Unmarshal(data, &want) == nil
		var e inner
		err := Unmarshal(append(append([]byte(`{"name":`), data...), '}'), &e, (*inner).decode)
		if valid && (err != nil || e.Name != want) {
			t.Fatalf("got %q, %v; want %q", e.Name, err, want)
		}
		back, err2 := e.MarshalJSON()
		if err == nil && err2 != nil {
			t.Fatal(err2)
		}
		if err == nil && !json.Valid(back) {
			t.Fatalf("wrote %q", back)
		}
	})
}

// FuzzNumber holds numbers against encoding/json.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-0", "1.5", "1e3", "123456789012345678", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e400", "0.1234567890123456789", "00", "1.", "+1", "0x1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := decodeThing(`{"big":` + text + `,"ratio":` + text + `}`)
		if strings.ContainsAny(text, ",{}[]\"") {
			return // several values
		}
		if got, want := err == nil, accepts([]byte(text)); got != want {
			t.Fatalf("accepted: %v, encoding/json: %v (%v)", got, want, err)
		}
		if err != nil {
			return
		}
		var i int64
		if json.Unmarshal([]byte(text), &i) == nil && e.Big != i {
			t.Fatalf("int64 %d, want %d", e.Big, i)
		}
		var x float64
		if json.Unmarshal([]byte(text), &x) == nil && math.Float64bits(e.Ratio) != math.Float64bits(x) {
			t.Fatalf("float64 %v, want %v", e.Ratio, x)
		}
		back, err := e.json()
		if err != nil {
			t.Fatal(err)
		}
		if text = strings.Trim(text, " \t\r\n"); text != "null" {
			if !strings.Contains(back, `"big":`+text) || !strings.Contains(back, `"ratio":`+text) {
				t.Fatalf("%s came back as %s", text, back)
			}
		}
	})
}

// FuzzObject checks that what is accepted as an object survives decoding and
// encoding, whatever its members are.
func FuzzObject(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := decodeThing(string(data))
		if err != nil {
			if strings.Contains(err.Error(), "twice") || strings.Contains(err.Error(), "another type") || strings.Contains(err.Error(), "surrogate") {
				return
			}
			if accepts(data) {
				t.Fatalf("refused %q: %v", data, err)
			}
			return
		}
		if !accepts(data) {
			t.Fatalf("accepted %q", data)
		}
		back, err := e.json()
		if err != nil {
			t.Fatal(err)
		}
		equalJSON(t, back, string(data))
		again, err := decodeThing(back)
		if err != nil {
			t.Fatal(err)
		}
		back2, err := again.json()
		if err != nil || len(back2) != len(back) {
			t.Fatalf("second round: %s, then %s (%v)", back, back2, err)
		}
	})
}
