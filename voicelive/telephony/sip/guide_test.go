package sip

import (
	"os"
	"strings"
	"testing"
)

// The program of the guide is the example, which is compiled.
func TestTheGuideHasTheExample(t *testing.T) {
	guide, err := os.ReadFile("../../../docs/guides/sip.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example/main.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(guide), "```go\n"+string(example)+"```\n") {
		t.Error("docs/guides/sip.md does not have example/main.go as it is")
	}
}
