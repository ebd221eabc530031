package sip

import (
	"os"
	"strings"
	"testing"
)

// The program of the guide is the example, and its test that of the example.
func TestTheGuideHasTheExample(t *testing.T) {
	guide, err := os.ReadFile("../../../docs/guides/sip.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"example/main.go", "example/main_test.go"} {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(guide), "```go\n"+string(file)+"```\n") {
			t.Errorf("docs/guides/sip.md does not have %s as it is", name)
		}
	}
}
