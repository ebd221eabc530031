package readme_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDesignContentsListItsHeadings holds the contents list of the decisions to their headings.
func TestDesignContentsListItsHeadings(t *testing.T) {
	text, err := os.ReadFile("../../docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n## Contents\n")
	contents, decisions, ok := strings.Cut(rest, "\n## ")
	if !ok {
		t.Fatal("the file has no contents list, or nothing after it")
	}
	var listed, want []string
	for _, entry := range regexp.MustCompile(`(?m)^ *\* \[(.*)\]\((.*)\)$`).FindAllStringSubmatch(contents, -1) {
		listed = append(listed, entry[1])
		if got, want := entry[2], "#"+anchor(entry[1]); got != want {
			t.Errorf("%s: the link is %s, want %s", entry[1], got, want)
		}
	}
	for _, heading := range regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch("## "+decisions, -1) {
		want = append(want, heading[1])
	}
	slices.Sort(listed) // the list is by subject
	slices.Sort(want)
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("the contents list differs from the headings (-heading +entry):\n%s", diff)
	}
}

// anchor is the fragment that GitHub gives to a heading.
func anchor(heading string) string {
	kept := regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(kept, " ", "-")
}
