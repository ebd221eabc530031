package output

import (
	"encoding/json"
	"go/build/constraint"
	"strings"
	"testing"
)

// TestMarkerIsRecognized in each kind of file, whatever the document is called.
func TestMarkerIsRecognized(t *testing.T) {
	for _, version := range []string{"", "1", "\n+build ignore\n", "1.0+build5", "a -- b --> c", `"quoted\`, "*/ \u202e x", "1\x00\xff\u2028", "go:build x\n//go:build y"} {
		marker := Marker("spec.json", version)
		for name, text := range map[string]string{
			"x.gen.go": "// " + marker + "\n\npackage p\n", "x.md": "<!-- " + marker + " -->\n",
			"x.json": "{\n  \"$comment\": \"" + marker + "\",\n  \"a\": 1\n}\n",
		} {
			if !marked(name, []byte(text)) {
				t.Errorf("version %q: %s is not recognized:\n%s", version, name, text)
			}
			if strings.HasSuffix(name, ".json") && !json.Valid([]byte(text)) {
				t.Errorf("version %q: not JSON:\n%s", version, text)
			}
		}
		if constraint.IsPlusBuild("// "+marker) || constraint.IsGoBuild("// "+marker) || strings.Contains(marker, "+build") || strings.Contains(marker, "--") {
			t.Errorf("version %q: %s", version, marker)
		}
	}
}
