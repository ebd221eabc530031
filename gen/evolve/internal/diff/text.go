package diff

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// Summary returns the number of changes by level, in one line.
func (r *Report) Summary() string {
	before, after := r.labels()
	if r.Empty() {
		return fmt.Sprintf("%s and %s describe the same API", before, after)
	}
	var wire, code [3]int
	for _, c := range r.Changes {
		level, _ := c.GoLevel()
		wire[c.Wire().Level()]++
		code[level]++
	}
	count := func(n [3]int) string {
		if n[Breaking] == 0 && n[Care] == 0 {
			return "all safe"
		}
		return fmt.Sprintf("%d breaking, %d to care about", n[Breaking], n[Care])
	}
	between := fmt.Sprintf("from %s to %s", before, after)
	if before == after {
		between = "in " + before
	}
	return fmt.Sprintf("%s %s; on the wire %s; in Go %s", plural(len(r.Changes), "change"), between, count(wire), count(code))
}

// labels returns names for the documents: their versions, or their files if the versions are equal.
func (r *Report) labels() (before, after string) {
	before, after = r.Old.Version, r.New.Version
	if before == after || before == "" || after == "" {
		before, after = r.Old.Name, r.New.Name
	}
	return diag.Printable(before), diag.Printable(after)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

// Text is the report for a terminal. Changes that are safe both on the wire and
// in Go carry no verdict.
func (r *Report) Text() string {
	var b strings.Builder
	b.WriteString(r.Summary() + "\n")
	section := ""
	for _, c := range r.Changes {
		if c.Section != section {
			section = c.Section
			b.WriteString("\n" + section + "\n\n")
		}
		fmt.Fprintf(&b, "  %s: %s\n", c.subject(), c.what())
		for _, v := range c.verdicts() {
			fmt.Fprintf(&b, "      %s\n", v)
		}
	}
	return b.String()
}

// Markdown is the report for a pull request.
func (r *Report) Markdown() string {
	var b strings.Builder
	b.WriteString("**" + escape(r.Summary()) + "**\n")
	section := ""
	for _, c := range r.Changes {
		if c.Section != section {
			section = c.Section
			b.WriteString("\n### " + escape(section) + "\n\n")
		}
		fmt.Fprintf(&b, "* %s: %s\n", code(c.subject()), escape(c.what()))
		for _, v := range c.verdicts() {
			kind, rest, _ := strings.Cut(v, " ")
			level, why, _ := strings.Cut(rest, ": ")
			fmt.Fprintf(&b, "  * %s **%s**: %s\n", kind, level, escape(why))
		}
	}
	return b.String()
}

// Breaks returns the changes that break clients on the wire or Go code, a line of
// Markdown each.
func (r *Report) Breaks() (lines []string) {
	for _, c := range r.Changes {
		if !c.breaks() {
			continue
		}
		line := code(c.subject()) + ": " + escape(c.what())
		if level, _ := c.GoLevel(); level == Breaking {
			line += " (Go: " + code(c.identifiers()) + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

// subject returns the wire name of the type or member that changed.
func (c *Change) subject() string {
	text := diag.Printable(c.Type)
	if c.Member != "" {
		text += "." + diag.Printable(c.Member)
	}
	return text
}

// what describes the change, with the text before and after.
func (c *Change) what() string {
	text := c.Rule.What
	if c.Guess {
		text += " (a guess)"
	}
	if len(c.Also) > 0 {
		text += fmt.Sprintf(", in %d variants", len(c.Also)+1)
	}
	before, after := short(c.Before), short(c.After)
	switch {
	case before == "" && after == "":
		return text
	case before == "":
		return text + ": " + after
	case after == "":
		return text + ": was " + before
	}
	return text + ": " + before + " → " + after
}

// short is a value as part of a line.
func short(text string) string {
	const most = 80
	text = diag.Printable(strings.Join(strings.Fields(text), " "))
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most-1]) + "…"
	}
	return text
}

// verdicts are a line each for the wire and for Go, unless all is safe.
func (c *Change) verdicts() (lines []string) {
	if v := c.Wire(); v.Level() > Safe {
		lines = append(lines, fmt.Sprintf("wire %s: %s (%s)", v.Level(), v.Why, meetings(v)))
	}
	if level, why := c.GoLevel(); level > Safe {
		lines = append(lines, fmt.Sprintf("Go %s: %s, %s", level, c.identifiers(), why))
	}
	return lines
}

// identifiers returns the Go identifiers of the change, abridged if there are many.
func (c *Change) identifiers() string {
	text := diag.Printable(c.Go)
	if len(c.Also) > 0 {
		text += fmt.Sprintf(" and %d more", len(c.Also))
	}
	return text
}

// meetings describes which combination of versions is affected.
func meetings(v Verdict) string {
	switch {
	case v.OldClient > Safe && v.NewClient > Safe:
		return "old client with new service: " + v.OldClient.String() + ", new client with old service: " + v.NewClient.String()
	case v.OldClient > Safe:
		return "old client with new service"
	}
	return "new client with old service"
}

func escape(text string) string {
	return strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "<", "&lt;", "[", "\\[", "|", "\\|", "#", "\\#", "@", "@\u200b").Replace(text)
}

func code(text string) string { return "`" + strings.ReplaceAll(text, "`", "'") + "`" }

// JSON is the report for a program, as docs/diff.schema.json describes it, and a
// line break.
func (r *Report) JSON() []byte {
	type verdict struct {
		Level     string `json:"level"`
		OldClient string `json:"old_client"`
		NewClient string `json:"new_client"`
		Why       string `json:"why,omitempty"`
	}
	type goVerdict struct {
		Level string   `json:"level"`
		Name  string   `json:"name,omitempty"`
		Also  []string `json:"also,omitempty"`
		Why   string   `json:"why,omitempty"`
	}
	type change struct {
		Rule      string    `json:"rule"`
		Form      string    `json:"form,omitempty"`
		Section   string    `json:"section"`
		Type      string    `json:"type"`
		Member    string    `json:"member,omitempty"`
		Direction string    `json:"direction"`
		Before    string    `json:"before,omitempty"`
		After     string    `json:"after,omitempty"`
		Guess     bool      `json:"guess,omitempty"`
		Wire      verdict   `json:"wire"`
		Go        goVerdict `json:"go"`
	}
	type side struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	out := struct {
		Summary  string   `json:"summary"`
		Breaking bool     `json:"breaking"`
		Old      side     `json:"old"`
		New      side     `json:"new"`
		Changes  []change `json:"changes"`
	}{r.Summary(), r.Breaking(), side(r.Old), side(r.New), []change{}}
	for _, c := range r.Changes {
		v := c.Wire()
		level, why := c.GoLevel()
		form := ""
		if c.form != nil {
			form = c.form.ID
		}
		out.Changes = append(out.Changes, change{
			c.Rule.ID, form, c.Section, c.Type, c.Member, c.Direction(), c.Before, c.After, c.Guess,
			verdict{v.Level().String(), v.OldClient.String(), v.NewClient.String(), v.Why},
			goVerdict{level.String(), c.Go, c.Also, why},
		})
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		panic(err) // strings and booleans
	}
	return append(text, '\n')
}
