package drift

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// The limits of the reports for people. JSON has everything.
const (
	maxPlaces = 200
	maxValue  = 80 // runes
	screen    = 30 // lines of Markdown that are read at a glance
)

// Summary is the report in a line without a period.
func (r *Report) Summary() string {
	switch {
	case r.Same():
		return fmt.Sprintf("no drift: %s is what %s has", r.Checked.label(), r.Upstream.label())
	case len(r.Places) == 0:
		return fmt.Sprintf("drift: %s is what %s has, but there is a newer version: %s", r.Checked.label(), r.Upstream.label(), r.newer())
	case len(r.Newer) == 0:
		return fmt.Sprintf("drift: %s is not what %s has", r.Checked.label(), r.Upstream.label())
	}
	return fmt.Sprintf("drift: %s is not what %s has, and there is a newer version: %s", r.Checked.label(), r.Upstream.label(), r.newer())
}

func (d Document) label() string {
	if d.Version == "" {
		return diag.Printable(d.Name)
	}
	return diag.Printable(d.Name + " (" + d.Version + ")")
}

func (r *Report) newer() string {
	var names []string
	for _, v := range r.Newer {
		names = append(names, v.Name)
	}
	return strings.Join(names, ", ")
}

// Text is the report for a terminal.
func (r *Report) Text() string {
	var b strings.Builder
	b.WriteString(r.Summary() + "\n" + r.ChangesText())
	if len(r.Newer) > 0 {
		b.WriteString("\nNewer versions:\n\n" + r.versions("  %s"))
	}
	if !r.Same() {
		b.WriteString("\nWhat to do:\n\n" + r.steps("  %s"))
	}
	return b.String()
}

// Markdown is the report for an issue or a pull request. Whatever comes from a
// document is in blocks of code, where no name is a mention and no text a link.
func (r *Report) Markdown() string {
	var b strings.Builder
	b.WriteString("**" + Escape(r.Summary()) + "**\n" + r.ChangesMarkdown())
	if len(r.Newer) > 0 {
		b.WriteString("\nNewer versions:\n\n" + r.versions("* %s"))
	}
	if !r.Same() {
		b.WriteString("\nWhat to do:\n\n" + Fence(r.steps("%s")))
	}
	return b.String()
}

// ChangesText is the part of Text about the documents, empty if they are equal.
func (r *Report) ChangesText() string {
	if len(r.Places) == 0 {
		return ""
	}
	text := r.unresolved(indent)
	if text == "" {
		text = r.API.Text()
	}
	return fmt.Sprintf("\n%s\nWhere the documents differ (%d):\n\n%s", text, len(r.Places), r.places())
}

// ChangesMarkdown is the part of Markdown about the documents, empty if they
// are equal. If the changes take more than a screen, the breaking ones come first,
// and the list of all is folded.
func (r *Report) ChangesMarkdown() string {
	if len(r.Places) == 0 {
		return ""
	}
	text := r.unresolved(Fence)
	if text == "" {
		text = r.API.Markdown()
		if strings.Count(text, "\n") > screen {
			text = "**" + Escape(r.API.Summary()) + "**\n" + r.breaks() + "\n" + details("All changes in the API", text)
		}
	}
	return "\n" + text + "\n" + details(fmt.Sprintf("Where the documents differ (%d)", len(r.Places)), Fence(r.places()))
}

// unresolved explains why the report has no changes of the API; empty if it has.
func (r *Report) unresolved(block func(string) string) string {
	switch {
	case r.API == nil:
		return "A document cannot be resolved, so what changed in the API cannot be told:\n\n" + block(strings.Join(r.Problems, "\n")+"\n")
	case r.API.Empty():
		return "The API is the same: nothing that differs is part of the resolved model.\n"
	}
	return ""
}

func (r *Report) breaks() string {
	lines := r.API.Breaks()
	if len(lines) == 0 {
		return "\nNothing breaks.\n"
	}
	return "\nWhat breaks:\n\n* " + strings.Join(lines, "\n* ") + "\n"
}

// details folds a text of Markdown below a title.
func details(title, text string) string {
	return "<details><summary>" + title + "</summary>\n\n" + text + "\n</details>\n"
}

func (r *Report) places() string {
	var b strings.Builder
	for i, p := range r.Places {
		if i == maxPlaces {
			fmt.Fprintf(&b, "  … and %d more, which -format json lists\n", len(r.Places)-i)
			break
		}
		b.WriteString("  " + diag.Printable(p.Pointer) + ": " + what(p) + "\n")
	}
	return b.String()
}

func what(p document.Difference) string {
	switch {
	case p.Before == nil:
		return "new: " + short(p.After)
	case p.After == nil:
		return "gone: " + short(p.Before)
	case p.Before.Kind == yaml.SequenceNode && p.After.Kind == yaml.SequenceNode:
		return elements(p.Before, p.After)
	}
	return short(p.Before) + " became " + short(p.After)
}

// elements tells two arrays of different length apart.
func elements(before, after *yaml.Node) string {
	var parts []string
	for _, n := range without(before, after) {
		parts = append(parts, "gone: "+short(n))
	}
	for _, n := range without(after, before) {
		parts = append(parts, "new: "+short(n))
	}
	if parts == nil { // the array repeats an element more often than before
		return short(before) + " became " + short(after)
	}
	return strings.Join(parts, ", ")
}

// without returns the elements of an array that another one lacks.
func without(array, other *yaml.Node) []*yaml.Node {
	var rest []*yaml.Node
	for _, n := range array.Content {
		if !slices.ContainsFunc(other.Content, func(o *yaml.Node) bool { return document.Equal(n, o) }) {
			rest = append(rest, n)
		}
	}
	return rest
}

func short(n *yaml.Node) string {
	text := []rune(string(document.AppendJSON(nil, n)))
	if len(text) > maxValue {
		text = append(text[:maxValue], '…')
	}
	return diag.Printable(string(text))
}

func (r *Report) versions(line string) string {
	var b strings.Builder
	for _, v := range r.Newer {
		text := v.Name
		if v.From != "" {
			text += ", probably at " + v.From
		}
		fmt.Fprintf(&b, line+"\n", text)
	}
	return b.String()
}

// steps are the commands that bring the documents here.
func (r *Report) steps(line string) string {
	var b strings.Builder
	if len(r.Places) > 0 {
		fmt.Fprintf(&b, line+"\n", "make spec FROM="+r.Upstream.Name)
	}
	for _, v := range r.Newer {
		fmt.Fprintf(&b, line+"\n", "make spec FROM="+cmp.Or(v.From, "<the document of "+v.Name+">"))
	}
	return b.String()
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("  " + line)
	}
	return b.String()
}

// Fence returns a block of code whose fence does not occur in the text.
func Fence(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + text + fence + "\n"
}

// Escape escapes a line so that Markdown shows it as plain text.
func Escape(s string) string {
	return strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "<", "&lt;", "[", "\\[", "@", "&#64;", "#", "&#35;").Replace(s)
}
