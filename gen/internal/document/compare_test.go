package document

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

func root(t *testing.T, text string) *yaml.Node {
	t.Helper()
	var diags diag.List
	doc := Parse("spec.json", []byte(`{"swagger": "2.0", "x": `+text+`}`), &diags)
	if doc == nil {
		t.Fatal(diags.String())
	}
	return doc.Root
}

func TestDifferences(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"layout", `{"a":[1,{}]}`, "{ \"a\" :\r\n\t[ 1 , { } ] }", ""},
		{"order of members", `{"a": 1, "b": {"c": 2, "d": 3}}`, `{"b": {"d": 3, "c": 2}, "a": 1}`, ""},
		{"escapes", `["\u00e9", "\/", "a~b"]`, `["é", "/", "a\u007eb"]`, ""},
		{"spelling of numbers", `[1, 1.0, 100, 0.5]`, `[1.0, 1e0, 1e2, 5e-1]`, ""},
		{"a number that float64 cannot hold", `9007199254740993`, `9007199254740992`, "/x: 9007199254740993 -> 9007199254740992"},
		{"a scalar", `{"a": {"b/c": "old"}}`, `{"a": {"b/c": "new"}}`, `/x/a/b~1c: "old" -> "new"`},
		{"another type", `{"a": "1"}`, `{"a": 1}`, `/x/a: "1" -> 1`},
		{"null is not absent", `{"a": null}`, `{}`, `/x/a: null -> nothing`},
		{"a member more", `{"a": 1}`, `{"z": {}, "a": 1}`, `/x/z: nothing -> {}`},
		{"an element", `[1, {"a": 2}]`, `[1, {"a": 3}]`, `/x/1/a: 2 -> 3`},
		{"order of elements", `["a", "b"]`, `["b", "a"]`, "/x/0: \"a\" -> \"b\"\n/x/1: \"b\" -> \"a\""},
		{"an element more", `["a"]`, `["a", "b"]`, `/x: ["a"] -> ["a","b"]`},
		{"an object for an array", `[]`, `{}`, `/x: [] -> {}`},
	} {
		var got []string
		for _, d := range Differences(root(t, c.before), root(t, c.after)) {
			got = append(got, d.Pointer+": "+show(d.Before)+" -> "+show(d.After))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func show(n *yaml.Node) string {
	if n == nil {
		return "nothing"
	}
	return string(AppendJSON(nil, n))
}

// TestCanonical also holds the checked-in document to the form that upstream
// publishes, so that taking a new one changes no line whose content is the same.
func TestCanonical(t *testing.T) {
	published, err := os.ReadFile("../../../spec/voicelive.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(published), strings.TrimSpace(string(published)), strings.ReplaceAll(string(published), "\n", "\r\n"),
		strings.ReplaceAll(string(published), "\n  ", "\n\t")} {
		got, err := Canonical([]byte(text))
		if err != nil || !bytes.Equal(got, published) {
			t.Fatalf("got %d bytes, %v, want the %d of spec/voicelive.json", len(got), err, len(published))
		}
	}
	const text, want = `{"b":[ ],"a":{"c" : [1.0,"é\u00e9<"]}, "d":{}}`, `{
  "b": [],
  "a": {
    "c": [
      1.0,
      "é\u00e9<"
    ]
  },
  "d": {}
}
`
	if got, err := Canonical([]byte(text)); err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if got, err := Canonical([]byte(`{"a":`)); err == nil {
		t.Errorf("got %s, want an error", got)
	}
}
