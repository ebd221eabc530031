package index

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, list, want string }{
		{"names", `["2026-07-15", "2025-10-01"]`, "2025-10-01 2026-07-15"},
		{"GitHub", `[{"name": "2026-07-15", "type": "dir"}, {"name": "2026-07-16", "type": "file"}, {"name": "v1", "type": "dir"}]`, "2026-07-15"},
		{"objects without a type", `[{"name": "2026-07-15"}]`, "2026-07-15"},
		{"text", "# stable\n2026-07-15\r\n\n  2025-10-01 # first\n", "2025-10-01 2026-07-15"},
		{"paths", "stable/2026-07-15/\npreview/2026-06-01-preview", "2026-06-01-preview 2026-07-15"},
		{"order", `["2026-07-15", "2026-07-15-preview", "2026-07-14", "2026-07-15-preview.2", "2026-07-15"]`,
			"2026-07-14 2026-07-15-preview 2026-07-15-preview.2 2026-07-15"},
		{"no version", `["v1", "virtual-public-preview", "2026"]`, "no name in it is an API version such as 2026-04-10 or 2026-06-01-preview"},
		{"nothing", "", "no name in it is an API version such as 2026-04-10 or 2026-06-01-preview"},
		{"a page", "<html>\n2026-07-15 is new\n</html>", "no name in it is an API version such as 2026-04-10 or 2026-06-01-preview"},
		{"an answer of GitHub", `{"message": "API rate limit exceeded"}`, "neither a JSON array of names, nor a listing of GitHub's contents API, nor text with a name on each line"},
		{"half an array", `["2026-07-15"`, "neither a JSON array of names, nor a listing of GitHub's contents API, nor text with a name on each line"},
		{"a long line", strings.Repeat("x", 70_000), "no name in it is an API version such as 2026-04-10 or 2026-06-01-preview"},
	} {
		versions, err := Parse([]byte(c.list))
		got := strings.Join(versions, " ")
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
