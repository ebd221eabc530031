package jsonwire

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// unencodable are changes of a thing that keep it from having JSON, by what the
// encoder says of them.
var unencodable = map[string]func(*thing){
	".ratio must be a finite number, not NaN":          func(e *thing) { e.Ratio = math.NaN() },
	".score must be a finite number, not +Inf":         func(e *thing) { e.Score = new(math.Inf(1)) },
	".deep[1][2] must be a finite number, not -Inf":    func(e *thing) { e.Deep = [][]float64{{1}, {1, 2, math.Inf(-1)}} },
	".id must be valid UTF-8":                          func(e *thing) { e.ID = "\xff" },
	".note must be valid UTF-8":                        func(e *thing) { e.Note = new("\xff") },
	".kind must be valid UTF-8":                        func(e *thing) { e.Kind = "long enough for a word \xed\xa0\x80" },
	".list[2] must be valid UTF-8":                     func(e *thing) { e.List = []string{"", "é", "\xff"} },
	`.labels["a b"] must be valid UTF-8`:               func(e *thing) { e.Labels = map[string]string{"a": "b", "a b": "\xff"} },
	".labels must be valid UTF-8":                      func(e *thing) { e.Labels = map[string]string{"\xff": ""} },
	".items[1].name must be valid UTF-8":               func(e *thing) { e.Items = []inner{{Name: `say "[{,:"`}, {Name: "\xff"}} },
	".maybe.name must be valid UTF-8":                  func(e *thing) { e.Maybe = NullableOf(inner{Name: "\xff"}) },
	".any must be valid JSON":                          func(e *thing) { e.Any = json.RawMessage(`{"a":}`) },
	".inner.other must be valid JSON":                  func(e *thing) { e.Inner.Extra.Set("other", json.RawMessage("{")) },
	".at must be in the years 0 to 9999, not in 10000": func(e *thing) { e.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
}

func TestEncodeErrorsNameTheMember(t *testing.T) {
	for want, change := range unencodable {
		var e thing
		change(&e)
		got, err := Append([]byte(`before {"x":[`), &e, (*thing).encode)
		var ee *EncodeError
		if !errors.As(err, &ee) || string(got) != `before {"x":[` {
			t.Errorf("%s: got %q, %v", want, got, err)
			continue
		}
		if diff := cmp.Diff(want, ee.Path+" "+ee.Reason); diff != "" || ee.Type != "thing" {
			t.Errorf("of a %s: got is +\n%s", ee.Type, diff)
		}
	}
	_, err := Append(nil, &thing{ID: "\xff"}, (*thing).encode)
	if want := "encode thing at .id: must be valid UTF-8"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := Append(nil, (*thing)(nil), (*thing).encode); err == nil || err.Error() != "encode thing: must not be nil" {
		t.Errorf("of a nil pointer: got %v", err)
	}
}

// TestValidateReportsWhatTheEncoderRefuses changes a thing in all ways at once.
func TestValidateReportsWhatTheEncoderRefuses(t *testing.T) {
	for want, change := range unencodable {
		var e thing
		change(&e)
		err := Validate(&e, nil, (*thing).encode)
		var ve *ValidationError
		if !errors.As(err, &ve) || len(ve.Violations) != 1 || ve.Violations[0].Path+" "+ve.Violations[0].Message != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	e := thing{ID: "\xff", Ratio: math.NaN(), Audio: []byte("any bytes"), List: []string{"\xff", "", "\xff"}, Any: []byte("{")}
	err := Validate(&e, func(e *thing, c *Validator) { Max(c, "ratio", &e.Ratio, 1) }, (*thing).encode)
	want := "invalid thing: ratio must be at most 1; id must be valid UTF-8; any must be valid JSON; list[0] must be valid UTF-8; list[2] must be valid UTF-8"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	var ve *ValidationError
	e = thing{List: strings.Split(strings.Repeat("\xff,", 10_000), ",")}
	if err := Validate(&e, nil, (*thing).encode); !errors.As(err, &ve) || len(ve.Violations) != 100 {
		t.Errorf("10,000 bad strings: got %.100v, want the first 100", err)
	}
	if err := Validate(&thing{}, nil, (*thing).encode); err != nil {
		t.Errorf("after an error: %v", err)
	}
}

func TestAnUnknownValueMustHaveRaw(t *testing.T) {
	put := func(v *json.RawMessage, w *Writer) { PutUnknown(*v, w) }
	for raw, want := range map[string]string{"": "must have Raw", "{": "must be valid JSON", "null": "", `{"a":1}`: ""} {
		text, err := Append(nil, (*json.RawMessage)(new(json.RawMessage(raw))), put)
		if want == "" && (err != nil || string(text) != raw) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %s, %v", raw, text, err)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	e := thing{ID: "event_0", Audio: make([]byte, 4800), Note: new("a note"), List: []string{"a", "b"}}
	b.ReportAllocs()
	for b.Loop() {
		if err := Validate(&e, nil, (*thing).encode); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	e := thing{ID: "event_0", Audio: make([]byte, 4800), Note: new("a note"), List: []string{"a", "b"}}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buf, err = Append(buf[:0], &e, (*thing).encode); err != nil {
			b.Fatal(err)
		}
	}
}
