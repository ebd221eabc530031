//go:build !race

package readme_test

import (
	"regexp"
	"testing"
)

// The test is not for the race detector: go tool compiles without it, and would compile the standard library for that.
func TestToolsRunInTheModuleOfAUser(t *testing.T) {
	t.Parallel()
	text, blocks := read(t)
	u := newUser(t)
	u.setUp(blocks)
	commands := regexp.MustCompile("`(go (?:get -)?tool [^`]*)`").FindAllStringSubmatch(text, -1)
	for _, command := range commands {
		u.run(command[1])
	}
	if len(commands) != 2 {
		t.Errorf("the README has %d commands with a tool, want go get -tool and go tool", len(commands))
	}
}
