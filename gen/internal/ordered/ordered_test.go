package ordered_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/gen/internal/ordered"
)

func TestTextBreaksOnlyWhatIsTooLong(t *testing.T) {
	long := strings.Repeat("x", 80)
	v := ordered.Object{}.Set("z", nil).Set("a", []any{1, int64(2), 0.5, true, json.Number("1e3")}).
		Set("long", ordered.Object{}.Set("<&>\u2028", long).Set("list", []any{long, long}))
	want := `{
  "z": null,
  "a": [1, 2, 0.5, true, 1e3],
  "long": {
    "<&>\u2028": "` + long + `",
    "list": [
      "` + long + `",
      "` + long + `"
    ]
  }
}`
	if diff := cmp.Diff(ordered.Text(v), want); diff != "" {
		t.Errorf("got is -\n%s", diff)
	}
}

func TestParseKeepsTheOrder(t *testing.T) {
	const text = `{"b": [1.0, {"y": {}, "x": []}], "a": "\"", "c": null}`
	v, err := ordered.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := ordered.Compact(v); got != text {
		t.Errorf("got %s, want %s", got, text)
	}
	for _, bad := range []string{``, `{`, `{"a"`, `{"a":`, `[1`, `[1,}`} {
		if _, err := ordered.Parse([]byte(bad)); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
}
