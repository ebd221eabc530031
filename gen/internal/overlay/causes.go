package overlay

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// A Cause is the reason why one or several actions are left out.
type Cause struct {
	At    diag.Location // of the first
	Why   string
	Lines []int // of all
}

// Causes groups the skipped and failed actions by their reason.
func Causes(outcomes []Outcome) []Cause {
	var causes []Cause
	known := map[string]int{}
	for _, o := range outcomes {
		if o.Effect != Skipped && o.Effect != Failed {
			continue
		}
		i, ok := known[o.Why]
		if !ok {
			i = len(causes)
			known[o.Why] = i
			causes = append(causes, Cause{At: o.At, Why: o.Why})
		}
		causes[i].Lines = append(causes[i].Lines, o.At.Line)
	}
	return causes
}

// Message returns the reason and, if there are several actions, their lines.
func (c Cause) Message() string {
	if len(c.Lines) == 1 {
		return c.Why + ": the action is skipped"
	}
	lines := make([]string, len(c.Lines))
	for i, n := range c.Lines {
		lines[i] = strconv.Itoa(n)
	}
	return fmt.Sprintf("%s: the actions at lines %s are skipped", c.Why, strings.Join(lines, ", "))
}

// step matches the first step of a JSONPath that only names members, and the
// names in brackets.
var (
	step   = regexp.MustCompile(`^(?:\.([\pL_][\pL\pN_-]*)|\[((?:\s*(?:'[^'\\]*'|"[^"\\]*")\s*,?)+)\])`)
	quoted = regexp.MustCompile(`'[^']*'|"[^"]*"`)
)

// missing returns the part of a target that the document lacks, and whether it is
// only the last step.
func missing(target string, root *yaml.Node) (why string, last bool) {
	nodes, path := []*yaml.Node{root}, []string{}
	for rest := strings.TrimPrefix(target, "$"); ; {
		found := step.FindStringSubmatch(rest)
		if found == nil {
			return "nothing matches the target " + target, false
		}
		rest = rest[len(found[0]):]
		names := []string{found[1]}
		if found[1] == "" {
			names = nil
			for _, name := range quoted.FindAllString(found[2], -1) {
				names = append(names, name[1:len(name)-1])
			}
		}
		var next []*yaml.Node
		for _, n := range nodes {
			for _, name := range names {
				if member := document.Get(n, name); member != nil {
					next = append(next, member)
				}
			}
		}
		name := strings.Join(names, " or ")
		if next == nil {
			return without(path, name), rest == ""
		}
		nodes, path = next, append(path, name)
	}
}

// without is the message that the value at a path has no member of that name.
func without(path []string, name string) string {
	switch n := len(path); {
	case n == 1 && path[0] == "definitions":
		return noDefinition(name)
	case n == 0:
		return fmt.Sprintf("the document has no %s in this version", name)
	case n >= 3 && path[0] == "definitions" && path[n-1] == "properties":
		return fmt.Sprintf("%s has no property %s in this version", strings.Join(path[1:n-1], "."), name)
	case n >= 2 && path[0] == "definitions":
		return fmt.Sprintf("%s has no %s in this version", strings.Join(path[1:], "."), name)
	}
	return fmt.Sprintf("%s has no %s in this version", strings.Join(path, "."), name)
}

func noDefinition(name string) string {
	return fmt.Sprintf("there is no definition %s in this version", name)
}
