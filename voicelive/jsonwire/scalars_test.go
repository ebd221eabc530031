package jsonwire

import (
	"encoding/json"
	"testing"
	"time"
)

// TestTimesOfRFC3339AreRead, and written as they were.
func TestTimesOfRFC3339AreRead(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2012-01-01T01:01:01Z":          time.Date(2012, 1, 1, 1, 1, 1, 0, time.UTC),
		"2012-01-01t01:01:01z":          time.Date(2012, 1, 1, 1, 1, 1, 0, time.UTC),
		"2012-01-01T01:01:01z":          time.Date(2012, 1, 1, 1, 1, 1, 0, time.UTC),
		"2012-01-01t01:01:01.250+01:00": time.Date(2012, 1, 1, 0, 1, 1, 250e6, time.UTC),
		"2016-12-31T23:59:60Z":          time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC),
		"2016-12-31T23:59:60.5z":        time.Date(2017, 1, 1, 0, 0, 0, 500e6, time.UTC),
		"2017-01-01T05:29:60+05:30":     time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC),
		"2016-12-31T15:59:60-08:00":     time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC),
		"2016-12-31T23:59:61Z":          {},
		"2016-12-31T23:60:60Z":          {},
		"2016-12-31T24:00:00Z":          {},
		"2016-12-31 23:59:60Z":          {},
		"60":                            {},
		"":                              {},
	} {
		const members = `"type":"thing","id":"","count":0,"big":0,"ratio":0,"on":false,"audio":"","since":0,"kind":"k","inner":{"name":""}`
		in := "{" + members + `,"at":"` + text + `","when":"` + text + `"}`
		e, err := decodeThing(in)
		if err != nil {
			t.Fatal(err)
		}
		if !e.At.Equal(want) || (e.When != nil) != !want.IsZero() || e.When != nil && !e.When.Equal(want) {
			t.Errorf("%s: got %v and %v, want %v", text, e.At, e.When, want)
		}
		got, err := e.json()
		if err != nil {
			t.Fatal(err)
		}
		equalJSON(t, got, in)
		e.At, e.When = want.Add(time.Hour), nil
		if changed, _ := e.json(); changed == got {
			t.Errorf("%s: a new value is not written", text)
		}
	}
}

func TestEscapesAnywhere(t *testing.T) {
	const around = "abcdefghijklmnopqr"
	for _, escape := range []string{`\"`, `\\`, `\/`, `\b`, `\f`, `\n`, `\r`, `\t`, `\u0041`, `\u00fc`, `\u20ac`, `\ud83d\ude00`, "ü\\t€"} {
		for before := range around {
			for after := range around {
				text := `"` + around[:before] + escape + escape + around[:after] + escape + `"`
				var got, want string
				if err := json.Unmarshal([]byte(text), &want); err != nil {
					t.Fatal(err)
				}
				r := NewReader([]byte(text))
				String(&got, r)
				if err := r.Close(""); err != nil || got != want {
					t.Fatalf("%s: got %q, %v, want %q", text, got, err, want)
				}
			}
		}
	}
}
