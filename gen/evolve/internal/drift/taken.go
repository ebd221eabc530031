package drift

import (
	"fmt"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// Taken is the report on a new document that replaces the checked-in one.
type Taken struct {
	From, Version string // the place it comes from, and its info.version
	Report        *Report
	// Actions is the number of actions in the overlay, and NotApplied the number of
	// those that do not apply to the new document. Wrong has a line for each cause.
	// Unnecessary has a line for each action that changes nothing.
	Actions, NotApplied int
	Unnecessary, Wrong  []string
	// Problems are the reasons why the generator refuses the document, a line each.
	Problems []string
	// HandWritten are the hand-written files that do not compile any more, a line each.
	HandWritten []string
	// NotGenerated names the output that could not be generated.
	NotGenerated []string
	// Written are the files that changed.
	Written []string
}

// Clean reports whether the new document needs no decision.
func (t *Taken) Clean() bool { return len(t.Wrong)+len(t.Problems)+len(t.HandWritten) == 0 }

func (t *Taken) summary() string {
	was := t.Report.Checked
	s := was.label() + " changed"
	switch {
	case len(t.Report.Places) == 0:
		s = was.label() + " is as before"
	case was.Version != t.Version:
		s = diag.Printable(fmt.Sprintf("%s changed from version %s to %s", was.Name, was.Version, t.Version))
	}
	if t.From != was.Name { // it is, when the overlay was mended
		s += ", taken from " + diag.Printable(t.From)
	}
	return s
}

// Text is the report for a terminal.
func (t *Taken) Text() string {
	var b strings.Builder
	b.WriteString(t.summary() + "\n" + t.Report.ChangesText() + "\n" + t.overlay() + "\n")
	for _, s := range append(t.decisions(), section{"Written", t.Written}) {
		if len(s.lines) > 0 {
			fmt.Fprintf(&b, "\n%s:\n\n%s", s.title, indent(strings.Join(s.lines, "\n")+"\n"))
		}
	}
	b.WriteString("\nWhat to do:\n\n")
	for i, step := range t.steps() {
		fmt.Fprintf(&b, "  %d. %s\n", i+1, step)
	}
	return b.String()
}

// Markdown is the report for a pull request. The decisions for a person and the
// breaking changes are on the first screen.
func (t *Taken) Markdown() string {
	var b strings.Builder
	b.WriteString("**" + Escape(t.summary()) + "**\n\n")
	if t.Clean() {
		b.WriteString("Nothing has to be decided. ")
	}
	b.WriteString(t.overlay() + "\n")
	for _, s := range t.decisions() {
		if len(s.lines) > 0 {
			fmt.Fprintf(&b, "\n%s:\n\n%s", s.title, Fence(strings.Join(s.lines, "\n")+"\n"))
		}
	}
	b.WriteString(t.Report.ChangesMarkdown())
	if len(t.Written) > 0 {
		b.WriteString("\n" + details(fmt.Sprintf("Written (%d)", len(t.Written)), Fence(strings.Join(t.Written, "\n")+"\n")))
	}
	b.WriteString("\nWhat to do:\n\n")
	for i, step := range t.steps() {
		fmt.Fprintf(&b, "%d. %s\n", i+1, Escape(step))
	}
	return b.String()
}

func (t *Taken) overlay() string {
	if len(t.Unnecessary)+len(t.Wrong) == 0 {
		return fmt.Sprintf("Overlay: all %d actions apply and are needed.", t.Actions)
	}
	return fmt.Sprintf("Overlay: of %d actions %d do not apply, and %d are unnecessary.", t.Actions, t.NotApplied, len(t.Unnecessary))
}

type section struct {
	title string
	lines []string
}

// decisions lists the questions that a person has to decide.
func (t *Taken) decisions() []section {
	return []section{
		{"Overlay actions that do not apply, left out for now", t.Wrong},
		{"Unnecessary overlay actions", t.Unnecessary},
		{"Problems of the new document", t.Problems},
		{"NOT brought up to date, because of the problems", t.NotGenerated},
		{"Hand-written files that do not compile any more", t.HandWritten},
	}
}

// steps lists the remaining steps for a person, in order.
func (t *Taken) steps() []string {
	var steps []string
	if len(t.Wrong) > 0 {
		steps = append(steps, "Judge the actions that do not apply, each by its description and the new document: correct it, limit it to other versions with x-versions, or remove it. Until then make generate and make check fail.")
	}
	if len(t.Problems) > 0 {
		steps = append(steps, "Solve the problems: each line says where and how. What the document gets wrong is corrected in the overlay. A name that is gone from the API is removed from the guide.")
	}
	if len(t.Unnecessary) > 0 {
		steps = append(steps, "Remove the unnecessary actions from the overlay.")
	}
	if len(t.HandWritten) > 0 {
		steps = append(steps, "Delete the hand-written files that are about nothing but what is gone, with their tests, and edit the others.")
	}
	if len(steps) > 0 {
		steps = append(steps, "Run make spec FROM="+t.Report.Checked.Name+" again, until it reports none of this.")
	}
	if len(t.Report.Places)+len(t.Written)+len(steps) == 0 {
		return []string{"Nothing: all of it is up to date."}
	}
	return append(steps,
		"Read git diff: first the document, then the package, then the reference.",
		"Run make test. Where a golden file differs, judge the difference, and accept it with go test -update in that package.",
		"Add to CHANGELOG.md what users notice.",
		"Commit all of it together, and open a pull request with the Markdown of this report.")
}
