package tools

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

type unit string

func (unit) Enum() []string { return []string{"celsius", "fahrenheit"} }

type place struct {
	City string   `json:"city" jsonschema:"the city, such as Oslo"`
	Tags []string `json:"tags" enum:"home,work"`
}

type request struct {
	place
	Unit   unit           `json:"unit,omitempty"`
	Days   *int           `json:"days"`
	Places []place        `json:"places"`
	Extra  map[string]int `json:"extra,omitempty"`
	When   time.Time      `json:"when,omitzero"`
}

func TestSchemas(t *testing.T) {
	tool := New("f", "d", func(ctx context.Context, in request) (string, error) { return "", nil })
	if err := tool.Err(); err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(tool.parameters, &got); err != nil {
		t.Fatal(err)
	}
	tags := `{"type":"array","items":{"type":"string","enum":["home","work"]}}`
	city := `{"type":"string","description":"the city, such as Oslo"}`
	if err := json.Unmarshal([]byte(`{"type":"object","additionalProperties":false,"required":["city","tags","places"],"properties":{
		"city":`+city+`,"tags":`+tags+`,
		"unit":{"type":"string","enum":["celsius","fahrenheit"]},
		"days":{"type":"integer"},
		"places":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["city","tags"],"properties":{"city":`+city+`,"tags":`+tags+`}}},
		"extra":{"type":"object","additionalProperties":{"type":"integer"}},
		"when":{"type":"string"}}}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("schema (-want +got):\n%s", diff)
	}
}

// weekday lists its values by a method of its pointer.
type weekday string

func (*weekday) Enum() []string { return []string{"monday", "tuesday"} }

type encoded struct {
	Day     weekday         `json:"day"`
	Data    []byte          `json:"data"`
	Raw     json.RawMessage `json:"raw"`
	Any     any             `json:"any"`
	Address netip.Addr      `json:"address"`
	When    *time.Time      `json:"when"`
}

// TestTypesThatAreEncodedInTheirOwnWay have the schema of what they are encoded as, not of what they are.
func TestTypesThatAreEncodedInTheirOwnWay(t *testing.T) {
	var got encoded
	tool := New("f", "d", func(ctx context.Context, in encoded) (string, error) { got = in; return "", nil })
	if err := tool.Err(); err != nil {
		t.Fatal(err)
	}
	want := `{"type":"object","properties":{"day":{"type":"string","enum":["monday","tuesday"]},"data":{"type":"string","contentEncoding":"base64"},` +
		`"raw":{"description":"any JSON value"},"any":{"description":"any JSON value"},"address":{"type":"string"},"when":{"type":"string"}},` +
		`"required":["day","data","raw","any","address"],"additionalProperties":false}`
	if diff := cmp.Diff(want, string(tool.parameters)); diff != "" {
		t.Errorf("schema (-want +got):\n%s", diff)
	}
	if _, err := tool.call(t.Context(), json.RawMessage(`{"day":"monday","data":"aGk=","raw":{"x":1},"any":null,"address":"127.0.0.1","when":"2026-01-02T03:04:05Z"}`)); err != nil {
		t.Error(err)
	}
	if string(got.Data) != "hi" || string(got.Raw) != `{"x":1}` || !got.Address.IsLoopback() || got.When == nil {
		t.Errorf("got %+v", got)
	}
	for _, arguments := range []string{
		`{"day":"sunday","data":"","raw":0,"any":0,"address":"127.0.0.1"}`, `{"day":"monday","data":"%","raw":0,"any":0,"address":"127.0.0.1"}`,
		`{"day":"monday","data":"","raw":0,"any":0,"address":"nowhere"}`,
	} {
		if _, err := tool.call(t.Context(), json.RawMessage(arguments)); err == nil || !strings.Contains(err.Error(), "call the function again") {
			t.Errorf("%s: error %v, want one that tells the model what to do", arguments, err)
		}
	}
}

func TestArguments(t *testing.T) {
	var got request
	tool := New("f", "d", func(ctx context.Context, in request) (string, error) { got = in; return "", nil })
	for _, test := range []struct{ arguments, want string }{
		{`{"city":"Oslo","tags":["home"],"places":[],"unit":"celsius","days":3}`, ""},
		{`{"city":"Oslo","tags":null,"places":null,"days":null}`, ""},
		{`{"tags":[],"places":[]}`, "city"},
		{`{"city":1,"tags":[],"places":[]}`, "string"},
		{`{"city":"Oslo","tags":["garden"],"places":[]}`, "garden"},
		{`{"city":"Oslo","tags":[],"places":[],"unit":"kelvin"}`, "kelvin"},
		{`{"city":"Oslo","tags":[],"places":[],"more":1}`, "more"},
		{`{"city":"Os`, "no JSON"},
		{`[]`, "invalid"},
		{``, "no JSON"},
	} {
		got = request{}
		_, err := tool.call(t.Context(), json.RawMessage(test.arguments))
		switch {
		case test.want == "" && (err != nil || got.City != "Oslo"):
			t.Errorf("%s: error %v, got %+v", test.arguments, err, got)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "call the function again")):
			t.Errorf("%s: error %v, want one with %q that tells the model what to do", test.arguments, err, test.want)
		case test.want != "" && got.City != "":
			t.Errorf("%s: the function was called", test.arguments)
		}
	}
}

type tree struct {
	Left *tree `json:"left,omitempty"`
}

func TestToolsThatAreNone(t *testing.T) {
	f := func(ctx context.Context, in struct{}) (string, error) { return "", nil }
	raw := func(ctx context.Context, arguments json.RawMessage) (any, error) { return nil, nil }
	for _, test := range []struct {
		tool Tool
		want string
	}{
		{New("", "d", f), "is no name"},
		{New("a b", "d", f), "is no name"},
		{New(strings.Repeat("a", 65), "d", f), "is no name"},
		{Tool{name: "f"}, "has no function"},
		{New("f", "d", func(ctx context.Context, in int) (string, error) { return "", nil }), "not a struct"},
		{New("f", "d", func(ctx context.Context, in tree) (string, error) { return "", nil }), "cycle"},
		{New("f", "d", func(ctx context.Context, in struct{ C chan int }) (string, error) { return "", nil }), "C"},
		{New("f", "d", func(ctx context.Context, in struct {
			N int `json:"n" enum:"1,2"`
		}) (string, error) {
			return "", nil
		}), "n: only strings have an enum"},
		{Raw("f", "d", json.RawMessage(`[]`), raw), "no JSON object"},
		{Raw("f", "d", json.RawMessage(`{`), raw), "no JSON object"},
		{New("f", "d", func(ctx context.Context, in struct{ Trees []tree }) (string, error) { return "", nil }), "cycle"},
		{New("f", "d", func(ctx context.Context, in struct{ Trees map[string]*tree }) (string, error) { return "", nil }), "cycle"},
		{New("f", "d", func(ctx context.Context, in netip.Addr) (string, error) { return "", nil }), "encoded as a string"},
	} {
		if err := test.tool.Err(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v, want one with %q", test.tool.name, err, test.want)
		}
		if _, err := Definitions(test.tool); err == nil {
			t.Errorf("%q has a definition", test.tool.name)
		}
		if _, err := NewRunner(t.Context(), &desk{}, &desk{}, []Tool{test.tool}, nil); err == nil {
			t.Errorf("%q can be run", test.tool.name)
		}
	}
	if _, err := Definitions(New("f", "", f), Raw("f", "", nil, raw)); err == nil {
		t.Error("two tools of one name have definitions")
	}
}

func TestDefinitions(t *testing.T) {
	definitions, err := Definitions(
		New("now", "Tells the time.", func(ctx context.Context, in struct{}) (string, error) { return "", nil }),
		Raw("any", "", nil, func(ctx context.Context, arguments json.RawMessage) (any, error) { return nil, nil }))
	if err != nil {
		t.Fatal(err)
	}
	s := &voicelive.ClientEventSessionUpdate{Session: voicelive.RequestSession{Tools: definitions}}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	b, err := s.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"session.update","session":{"tools":[{"type":"function","name":"now","description":"Tells the time.","parameters":{"type":"object","additionalProperties":false}},{"type":"function","name":"any"}]}}`
	if diff := cmp.Diff(want, string(b)); diff != "" {
		t.Errorf("session.update (-want +got):\n%s", diff)
	}
}

func TestOutputs(t *testing.T) {
	for _, test := range []struct {
		result any
		want   string
	}{
		{nil, `{"ok":true}`},
		{"plain text", "plain text"},
		{json.RawMessage(`{"a":1}`), `{"a":1}`},
		{map[string]int{"degrees": 7}, `{"degrees":7}`},
		{"half of a \xf0\x9f", "half of a \uFFFD"},
		{json.RawMessage("\"\xff\""), "\"\uFFFD\""},
		{NoReply{"quiet"}, "quiet"},
		{EndCall{Output: "bye"}, "bye"},
		{HandOff{}, `{"ok":true}`},
		{Transfer{Output: []int{1}}, "[1]"},
	} {
		value, directive := unwrap(test.result)
		got, err := text(value)
		if err != nil || got != test.want {
			t.Errorf("%#v: %q, error %v; want %q", test.result, got, err, test.want)
		}
		switch test.result.(type) {
		case NoReply, EndCall, HandOff, Transfer:
			if directive == nil {
				t.Errorf("%#v is no directive", test.result)
			}
		default:
			if directive != nil {
				t.Errorf("%#v is a directive", test.result)
			}
		}
	}
	if _, err := text(func() {}); err == nil {
		t.Error("a func has a text")
	}
	if got, want := errorText(errors.New(`a "quoted" word`)), `{"error":"a \"quoted\" word"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
