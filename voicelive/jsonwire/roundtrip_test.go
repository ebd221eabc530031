package jsonwire

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// equalJSON compares two JSON texts: numbers by their text, objects in any order.
func equalJSON(t *testing.T, got, want string) {
	t.Helper()
	if !reflect.DeepEqual(parse(t, got), parse(t, want)) { // go-cmp takes exponential time for deep JSON
		t.Errorf("JSON differs:\ngot  %s\nwant %s", got, want)
	}
}

func parse(t *testing.T, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("not JSON: %v: %s", err, text)
	}
	return v
}

const fullThing = `{"type":"thing","id":"a","count":1,"big":9007199254740993,"ratio":0.5,"on":true,"audio":"AQID",` +
	`"at":"2026-01-02T03:04:05Z","since":1700000000,"kind":"k","inner":{"name":"n"},"note":"x","limit":3,"long":4,"score":1.25,` +
	`"flag":false,"when":"2026-01-02T03:04:05.5+02:00","epoch":5,"color":"red","blob":"","any":{"a":[1,null]},"list":["a","b"],` +
	`"deep":[[1,2.5],[]],"labels":{"k":"v","l":""},"ptr":{"name":""},"maybe":null,"link":"l","items":[{"name":"i"},{"name":"j","more":1}]}`

func TestDecodeEncodeKeepsEveryJSONObject(t *testing.T) {
	for name, text := range map[string]string{
		"full":               fullThing,
		"empty":              `{}`,
		"empty name":         `{"":1}`,
		"unknown members":    `{"type":"thing","x":1,"y":{"z":[null]},"id":"a"}`,
		"nulls":              `{"type":null,"id":null,"count":null,"big":null,"ratio":null,"on":null,"audio":null,"at":null,"since":null,"kind":null,"inner":null,"note":null,"limit":null,"score":null,"flag":null,"when":null,"epoch":null,"color":null,"blob":null,"any":null,"list":null,"deep":null,"labels":null,"ptr":null,"maybe":null,"link":null,"items":null}`,
		"wrong types":        `{"type":5,"id":5,"count":"1","big":{},"ratio":"x","on":0,"audio":7,"at":1,"since":"x","kind":[],"inner":"x","note":1,"limit":true,"score":[],"flag":"y","when":{},"epoch":{},"color":1,"blob":1,"list":{},"deep":[["x"]],"labels":{"a":1},"ptr":[],"maybe":3,"link":4,"items":[1]}`,
		"another tag":        `{"type":"other","id":"a"}`,
		"empty enum":         `{"color":"","kind":""}`,
		"big numbers":        `{"count":123456789012345678901234567890,"big":-9223372036854775809,"ratio":1e400,"limit":9223372036854775808,"score":0.1234567890123456789}`,
		"number texts":       `{"count":1.0,"big":1e3,"ratio":1.0,"limit":-0,"score":1E2,"long":2.50e1,"since":5.0}`,
		"small floats":       `{"ratio":0.0000001,"score":1e-7}`,
		"negative zero":      `{"ratio":-0.0,"score":-0}`,
		"bad base64":         `{"audio":"<delta>","blob":"..."}`,
		"loose base64":       `{"audio":"QR==","blob":"QQ=="}`,
		"escaped base64":     `{"audio":"\/\/8\u003d","blob":"\u0051Q=="}`,
		"odd times":          `{"at":"2026-01-02T03:04:05.000Z","when":"yesterday"}`,
		"lone surrogates":    `{"id":"a\ud800","note":"\udc00","list":["\ud83d"]}`,
		"surrogate pairs":    `{"id":"\ud83d\ude00","note":"\u00e9"}`,
		"alias":              `{"url":"u"}`,
		"alias and name":     `{"url":"u","link":"l"}`,
		"name and alias":     `{"link":"l","url":"u"}`,
		"alias of no string": `{"url":1}`,
		"null in a list":     `{"list":["a",null],"items":[null]}`,
		"escaped names":      `{"i\u0064":"a","\u0078":1}`,
		"white space":        " {\n\t\"id\" : \"a\" , \"x\" : [ 1 , 2 ] }\r\n",
		"float list digits":  `{"deep":[[0.30000001192092896,0.1234567890123456789]]}`,
		"empty containers":   `{"list":[],"deep":[],"labels":{},"items":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			e, err := decodeThing(text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.json()
			if err != nil {
				t.Fatal(err)
			}
			equalJSON(t, got, text)
		})
	}
}

func TestValuesThatFitTheirFieldAreThere(t *testing.T) {
	e, err := decodeThing(`{"count":1.0,"ratio":1.50,"note":"a\ud800","limit":-0,"audio":"QR==","at":"2026-01-02T03:04:05.000Z","url":"u"}`)
	if err != nil {
		t.Fatal(err)
	}
	got := thing{Count: e.Count, Ratio: e.Ratio, Note: e.Note, Limit: e.Limit, Audio: e.Audio, At: e.At, Link: e.Link}
	want := thing{Count: 1, Ratio: 1.5, Note: new("a\ufffd"), Limit: new(0), Audio: []byte("A"), At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Link: new("u")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := e.Extra.Err(); err != nil {
		t.Errorf("Err() = %v for values that are there", err)
	}
}

func TestAChangedFieldWinsOverWhatWasOnTheWire(t *testing.T) {
	e, err := decodeThing(`{"type":"other","id":null,"count":1.0,"note":null,"color":"","list":null,"url":"u","inner":"x","ratio":"x","extra":1}`)
	if err != nil {
		t.Fatal(err)
	}
	e.ID, e.Count, e.Note, e.Color, e.List, e.Link = "id", 2, new(""), "red", []string{}, new("v")
	e.Inner.Name, e.Ratio, e.Big = "n", 0.25, 7
	got, err := e.json()
	if err != nil {
		t.Fatal(err)
	}
	equalJSON(t, got, `{"type":"other","id":"id","count":2,"big":7,"note":"","color":"red","list":[],"link":"v","inner":{"name":"n"},"ratio":0.25,"extra":1}`)
}

func TestExtraSetByTheUser(t *testing.T) {
	e := thing{ID: "a", Audio: []byte{1}, At: time.Unix(0, 0).UTC(), Since: time.Unix(0, 0)}
	e.Extra.Set("more", json.RawMessage(`[1]`))
	e.Extra.Set("type", json.RawMessage(`"hijack"`)) // a constant cannot be set wrong
	e.Extra.Set("id", json.RawMessage(`"lost"`))     // the field is set
	e.Extra.Set("count", json.RawMessage(`"many"`))  // the field is zero
	got, err := e.json()
	if err != nil {
		t.Fatal(err)
	}
	equalJSON(t, got, `{"type":"thing","id":"a","count":"many","big":0,"ratio":0,"on":false,"audio":"AQ==","at":"1970-01-01T00:00:00Z","since":0,"kind":"","inner":{"name":""},"more":[1]}`)

	e.Extra.Set("more", json.RawMessage(`{`))
	if _, err := e.json(); err == nil {
		t.Error("Extra with broken JSON was encoded")
	}
}

func TestExtraCopiesAreIndependent(t *testing.T) {
	e, _ := decodeThing(`{"x":1,"y":2}`)
	c := e.Extra
	c.Set("x", json.RawMessage(`3`))
	c.Delete("y")
	if text, _ := e.Extra.Get("x"); string(text) != "1" {
		t.Errorf("x = %s after a copy changed it", text)
	}
	if _, ok := e.Extra.Get("y"); !ok {
		t.Error("y is gone after a copy deleted it")
	}
	if !e.Extra.Equal(e.Extra) || e.Extra.Equal(c) {
		t.Error("Equal is wrong")
	}
	if e.Extra.Len() != 2 || !e.Extra.Missing("id") || c.IsZero() {
		t.Errorf("Len %d, Missing %v", e.Extra.Len(), e.Extra.Missing("id"))
	}
	if s := e.Extra.String(); s != "{x y}" {
		t.Errorf("String() = %s", s)
	}
}

func TestErrNamesTheMembersThatDoNotFit(t *testing.T) {
	e, err := decodeThing(`{"audio":"!","count":"x","id":null}`)
	if err != nil {
		t.Fatal(err)
	}
	var de *DecodeError
	if err := e.Extra.Err(); !errors.As(err, &de) || strings.Count(err.Error(), "\n") != 1 {
		t.Fatalf("Err() = %v", err)
	}
	if de.Path != ".audio" || de.Offset != 9 {
		t.Errorf("got %+v", de)
	}
}

func TestDecodeErrors(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+1)
	for name, c := range map[string]struct {
		in, path string
		offset   int
		reason   string
	}{
		"empty":              {``, ``, 0, "want a JSON value"},
		"not an object":      {`[1]`, ``, 0, "another type"},
		"null":               {`null`, ``, 0, "another type"},
		"trailing data":      {`{} {}`, ``, 3, "trailing data"},
		"cut off":            {`{"id":"a`, `.id`, 8, "end of input"},
		"bad literal":        {`{"on":tru}`, `.on`, 6, "JSON value"},
		"bad number":         {`{"count":01}`, `.count`, 10, "',' or '}'"},
		"bad fraction":       {`{"ratio":1.}`, `.ratio`, 11, "a digit"},
		"bad exponent":       {`{"ratio":1e}`, `.ratio`, 11, "a digit"},
		"lonely minus":       {`{"count":-}`, `.count`, 10, "a digit"},
		"no colon":           {`{"id" 1}`, `.id`, 6, "':'"},
		"no name":            {`{1:2}`, ``, 1, "a member name"},
		"comma at the end":   {`{"id":"a",}`, ``, 10, "a member name"},
		"no comma":           {`{"id":"a" "x":1}`, `.id`, 10, "',' or '}'"},
		"duplicate":          {`{"id":"a","id":"b"}`, ``, 10, `.id occurs twice`},
		"duplicate tag":      {`{"type":"thing","type":"thing"}`, ``, 16, "occurs twice"},
		"duplicate unknown":  {`{"x":1,"x":2}`, ``, 7, "occurs twice"},
		"duplicate map key":  {`{"labels":{"a":"","a":""}}`, `.labels`, 18, "occurs twice"},
		"control character":  {"{\"id\":\"a\x01\"}", `.id`, 8, "control character"},
		"bad UTF-8":          {"{\"id\":\"a\xff\"}", `.id`, 8, "UTF-8"},
		"bad UTF-8, unknown": {"{\"x\":\"\xc3\x28\"}", `.x`, 6, "UTF-8"},
		"bad escape":         {`{"id":"\x"}`, `.id`, 7, "escape"},
		"bad \\u":            {`{"id":"\u12g4"}`, `.id`, 7, "escape"},
		"surrogate name":     {`{"\ud800":1}`, ``, 1, "surrogate"},
		"deep":               {`{"x":` + deep, `.x` + strings.Repeat("[0]", MaxDepth-1), 5 + MaxDepth - 1, "nested deeper"},
		"in a list":          {`{"items":[{"name":"a"},{"name":tru}]}`, `.items[1].name`, 31, "JSON value"},
		"odd name":           {`{"a b":[1,]}`, `["a b"][1]`, 10, "JSON value"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decodeThing(c.in)
			var de *DecodeError
			if !errors.As(err, &de) {
				t.Fatalf("got %v", err)
			}
			if de.Type != "thing" || de.Path != c.path || de.Offset != c.offset || !strings.Contains(de.Reason, c.reason) {
				t.Errorf("got %+v (%v)", de, err)
			}
		})
	}
}

func TestManyUnknownMembersAreComparedByMap(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"id":"a"`)
	for i := range 1000 {
		b.WriteString(`,"x` + strings.Repeat("y", i) + `":1`)
	}
	e, err := decodeThing(b.String() + "}")
	if err != nil || e.Extra.Len() != 1000 {
		t.Fatalf("%v, %d members", err, e.Extra.Len())
	}
	if _, err := decodeThing(b.String() + `,"xyyy":2}`); err == nil {
		t.Error("a duplicate among many was accepted")
	}
}

func TestStringsAreWrittenLikeEncodingJSONDoes(t *testing.T) {
	for _, s := range []string{"", "plain", "quote\"", `back\slash`, "new\nline\r\t\b\f\x00\x1f\x7f", "é€😀", strings.Repeat("a", 100) + "\n", "\u2028", "12345678\"", "1234567é"} {
		e := inner{Name: s}
		data, err := e.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var back struct{ Name string }
		if err := json.Unmarshal(data, &back); err != nil || back.Name != s {
			t.Errorf("%q came back as %q (%v)", s, back.Name, err)
		}
	}
}

func TestFloatsAreWrittenLikeEncodingJSONDoes(t *testing.T) {
	for _, f := range []float64{0, math.Copysign(0, -1), 1, -1.5, 0.1, 1e-6, 1e-7, 9.99e-7, 1e20, 1e21, 123456789.125, math.MaxFloat64, math.SmallestNonzeroFloat64, 1e-10, 5e100} {
		want, _ := json.Marshal(f)
		if got := string(appendFloat(nil, f)); got != string(want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestNullable(t *testing.T) {
	type holder struct {
		A Nullable[int] `json:"a,omitzero"`
	}
	for _, c := range []struct {
		text         string
		null, absent bool
		value        int
	}{{`{}`, false, true, 0}, {`{"a":null}`, true, false, 0}, {`{"a":0}`, false, false, 0}, {`{"a":7}`, false, false, 7}} {
		var h holder
		if err := json.Unmarshal([]byte(c.text), &h); err != nil {
			t.Fatal(err)
		}
		v, ok := h.A.Get()
		if h.A.IsNull() != c.null || h.A.IsZero() != c.absent || v != c.value || ok == (c.null || c.absent) {
			t.Errorf("%s decodes to %+v", c.text, h.A)
		}
		got, err := json.Marshal(h)
		if err != nil || string(got) != c.text {
			t.Errorf("%s encodes to %s, %v", c.text, got, err)
		}
	}
	if !NullableOf(1).Equal(NullableOf(1)) || NullableOf(1).Equal(NullOf[int]()) || NullOf[int]().Equal(Nullable[int]{}) {
		t.Error("Equal is wrong")
	}
	if p := NullableOf(1).Ptr(); p == nil || *p != 1 {
		t.Error("Ptr is wrong")
	}
}

func TestTagFindsTheMemberWherever(t *testing.T) {
	for in, want := range map[string]string{
		`{"type":"a"}`:                          "a",
		`{"x":{"type":"no"},"type":"a"}`:        "a",
		`{"x":"\"type\":","type":"a"}`:          "a",
		` { "x" : [ "]" , 1 ] , "type" : "a" }`: "a",
		`{"ty\u0070e":"a"}`:                     "a",
		`{"type":"a\u002eb"}`:                   "a.b",
		`{"type":1}`:                            "",
		`{"type":null}`:                         "",
		`{}`:                                    "",
		`[{"type":"a"}]`:                        "",
		`{"x":1,"type"`:                         "",
		`{"type":"a","type":"b"}`:               "a",
		`{"x":"\\","type":"a"}`:                 "a",
	} {
		r := NewReader([]byte(in))
		if got := string(r.Tag("type")); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
		r.release()
	}
}

func TestReuseKeepsTheBuffer(t *testing.T) {
	reuse := func(e *thing, r *Reader) { r.Spare(e.Audio, e.Note); *e = thing{} }
	old := &thing{Audio: make([]byte, 0, 64), Note: new("old"), Count: 5}
	buf, note := &old.Audio[:1][0], old.Note
	r := NewReader([]byte(`{"audio":"AQID","note":"new"}`))
	r.Reuse(old)
	got := Reusable(r, reuse)
	got.decode(r)
	if err := r.Close("thing"); err != nil {
		t.Fatal(err)
	}
	if got != old || &got.Audio[0] != buf || got.Note != note || *note != "new" || got.Count != 0 || !bytes.Equal(got.Audio, []byte{1, 2, 3}) {
		t.Errorf("got %+v", got)
	}
}

func TestValidationPaths(t *testing.T) {
	err := Validate(&thing{Items: []inner{{}}}, func(e *thing, c *Validator) {
		c.Required(e.Extra, "id", e.ID != "")
		Min(c, "count", &e.Count, 1)
		Max(c, "score", new(3.5), 2.5)
		Above(c, "big", &e.Big, 0)
		Below(c, "limit", new(7), 7)
		MinLength(c, "note", new("é"), 2)
		MaxLength(c, "note", new("éé"), 1)
		c.MinItems("list", 0, 1)
		c.MaxItems("deep", 3, 2)
		CheckList(c, "items", e.Items, func(e *inner, c *Validator) { c.Required(e.Extra, "name", false) })
		CheckMap(c, "labels", map[string]string{"b": "", "a b": ""}, func(v *string, c *Validator) { c.Report("", "is bad") })
		CheckMember(c, "ptr", e.Ptr, func(*inner, *Validator) { panic("nil is fine") })
	}, (*thing).encode)
	var ve *ValidationError
	if !errors.As(err, &ve) {
		t.Fatal(err)
	}
	want := `invalid thing: id is required; count must be at least 1; score must be at most 2.5; big must be above 0; limit must be below 7; ` +
		`note must have at least 2 characters; note must have at most 1 character; list must have at least 1 element; deep must have at most 2 elements; ` +
		`items[0].name is required; labels["a b"] is bad; labels.b is bad`
	if got := err.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := Validate(nil, func(e *thing, c *Validator) { _ = e.ID }, (*thing).encode); err == nil {
		t.Error("nil is valid")
	}
}
