package jsonwire

import (
	"errors"
	"strings"
	"testing"
)

func TestAClearedFieldIsNotSent(t *testing.T) {
	for text, clear := range map[string]func(*thing){
		`{"note":"a\ud800"}`:                  func(e *thing) { e.Note = nil },
		`{"limit":1.0}`:                       func(e *thing) { e.Limit = nil },
		`{"long":1e3}`:                        func(e *thing) { e.Long = nil },
		`{"score":0.80}`:                      func(e *thing) { e.Score = nil },
		`{"when":"2026-01-02T03:04:05.000Z"}`: func(e *thing) { e.When = nil },
		`{"epoch":5.0}`:                       func(e *thing) { e.Epoch = nil },
		`{"blob":"QR=="}`:                     func(e *thing) { e.Blob = nil },
		`{"color":"\ud800"}`:                  func(e *thing) { e.Color = "" },
		`{"url":"u"}`:                         func(e *thing) { e.Link = nil },
	} {
		e, err := decodeThing(text)
		if err != nil {
			t.Fatal(err)
		}
		clear(e)
		got, err := e.json()
		if err != nil {
			t.Fatal(err)
		}
		equalJSON(t, got, `{}`)
	}
}

func TestAnAliasBeforeANullKeepsBoth(t *testing.T) {
	for _, text := range []string{`{"url":"u","link":null}`, `{"url":"u","link":5}`} {
		e, err := decodeThing(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.json()
		if err != nil {
			t.Fatal(err)
		}
		equalJSON(t, got, text)
	}
}

// A value that is no object has no members, whatever byte stands behind it.
func TestAMisfitHasNoMembers(t *testing.T) {
	for b := range 256 {
		for _, member := range []string{"inner", "ptr", "labels"} {
			text := `{"` + member + `":1` + string([]byte{byte(b)}) + `"some name":2},"id":"x"}`
			if _, err := decodeThing(text); err == nil {
				t.Errorf("%q is taken for JSON", text)
			}
		}
	}
}

// node is a type that can contain itself in every way.
type node struct {
	Next  *node
	Nodes []node
	Map   map[string]*node
	Need  *need
	Extra Extra
}

type need struct {
	Node  *node
	Extra Extra
}

func (e *need) encode(w *Writer) {
	o := w.Object(e.Extra)
	Write(o, "node", &e.Node, encodeNode)
	o.Close()
}

func encodeNode(v **node, w *Writer) {
	if *v == nil {
		w.Null()
		return
	}
	(*v).encode(w)
}

func (e *node) encode(w *Writer) {
	if e == nil {
		w.Null()
		return
	}
	o := w.Object(e.Extra)
	WritePointer(o, "next", e.Next, (*node).encode)
	WriteOptList(o, "nodes", e.Nodes, (*node).encode)
	WriteOptMap(o, "map", e.Map, encodeNode)
	WritePointer(o, "need", e.Need, (*need).encode)
	o.Close()
}

func (e *node) validate(c *Validator) {
	CheckMember(c, "next", e.Next, (*node).validate)
	CheckList(c, "nodes", e.Nodes, (*node).validate)
}

func TestValuesThatContainThemselvesAreErrors(t *testing.T) {
	pointer := &node{}
	pointer.Next = pointer
	list := &node{Nodes: make([]node, 2)}
	list.Nodes[0].Nodes, list.Nodes[1].Nodes = list.Nodes, list.Nodes
	maps := &node{Map: map[string]*node{}}
	maps.Map["a"], maps.Map["b"] = maps, maps
	required := &node{Need: &need{}}
	required.Need.Node = required
	required.Need.Extra.add(member{name: "node", why: missing})
	for name, e := range map[string]*node{"pointer": pointer, "list": list, "map": maps, "required": required} {
		if _, err := Append(nil, e, (*node).encode); err == nil || !strings.Contains(err.Error(), "contain itself") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for name, e := range map[string]*node{"pointer": pointer, "list": list} {
		if err := Validate(e, (*node).validate, (*node).encode); err == nil || !strings.Contains(err.Error(), "contain itself") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestANilPointerKeepsDst(t *testing.T) {
	got, err := Append([]byte("KEEP"), (*inner)(nil), (*inner).encode)
	if string(got) != "KEEP" || err == nil || !strings.Contains(err.Error(), "encode inner: must not be nil") {
		t.Errorf("got %q, %v", got, err)
	}
	got, err = Append([]byte("KEEP"), any((*kind)(nil)).(interface{ text() string }), func(v interface{ text() string }, w *Writer) { w.text(v.text()) })
	if string(got) != "KEEP" || err == nil {
		t.Errorf("got %q, %v for a nil pointer to a scalar", got, err)
	}
}

func (k kind) text() string { return string(k) }

func TestErrorsNameMembersNotValues(t *testing.T) {
	for _, text := range []string{`{"":"SECRET" x`, `{"a":{"":"SECRET" x`, `{"id":"SECRET" x`, `{"x":["SECRET" x`} {
		_, err := decodeThing(text)
		if err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", text, err)
		}
	}
	_, err := decodeThing(`{"` + strings.Repeat("n", 1<<20) + `":x}`)
	if err == nil || len(err.Error()) > 500 {
		t.Errorf("a long name gives an error of %d bytes", len(err.Error()))
	}
}

func TestRequiredTellsMissingFromUnfit(t *testing.T) {
	e, err := decodeThing(`{"audio":"<audio>","inner":{"name":"n"}}`)
	if err != nil {
		t.Fatal(err)
	}
	e.Extra.Set("kind", []byte(`5`))
	err = Validate(e, func(e *thing, c *Validator) {
		c.Required(e.Extra, "audio", len(e.Audio) > 0)
		c.Required(e.Extra, "id", e.ID != "")
		c.Required(e.Extra, "kind", e.Kind != "") // the user has set it in another way
		CheckList(c, "list", []any{1, nil}, func(*any, *Validator) {})
	}, (*thing).encode)
	var ve *ValidationError
	if !errors.As(err, &ve) {
		t.Fatal(err)
	}
	if got, want := err.Error(), "invalid thing: audio has a value that does not fit; id is required; list[1] must not be nil"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for raw, fine := range map[string]bool{`{"kind":"k"}`: true, ` { "a":1, "kind" : "k" } `: true, `{}`: false, `{"kind":"l"}`: false, `{"kind":1}`: false, `{"kind":"k"}{}`: false, `{"kind":"k"`: false, `[1]`: false, `"k"`: false, ``: false} {
		if err := ValidateRaw("U", "kind", "k", []byte(raw)); (err == nil) != fine {
			t.Errorf("ValidateRaw of %s: %v", raw, err)
		}
	}
	if err := ValidateRaw("U", "kind", "", []byte(`{"kind":"k"}`)); err != nil {
		t.Errorf("ValidateRaw without a tag: %v", err)
	}
}
