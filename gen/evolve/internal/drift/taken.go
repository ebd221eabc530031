package drift

import (
	"fmt"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// Taken reports a new document that took the place of the checked-in one.
type Taken struct {
	From, Version string // the place it comes from, and its info.version
	Report        *Report
	// Actions is how many there are in the overlay. Those that the new document
	// makes unnecessary or wrong are a line each, and so are the problems that
	// generating has with it.
	Actions                      int
	Unnecessary, Wrong, Problems []string
	// NotGenerated tells what could not be brought up to date.
	NotGenerated []string
	// Written are the files that changed.
	Written []string
}

// Clean reports whether the new document needs no decision.
func (t *Taken) Clean() bool { return len(t.Wrong) == 0 && len(t.Problems) == 0 }

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
	for _, s := range t.sections() {
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

// Markdown is the report for a pull request.
func (t *Taken) Markdown() string {
	var b strings.Builder
	b.WriteString("**" + Escape(t.summary()) + "**\n" + t.Report.ChangesMarkdown() + "\n" + t.overlay() + "\n")
	for _, s := range t.sections() {
		if len(s.lines) > 0 {
			fmt.Fprintf(&b, "\n%s:\n\n%s", s.title, Fence(strings.Join(s.lines, "\n")+"\n"))
		}
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
	return fmt.Sprintf("Overlay: %d actions, wrong: %d, unnecessary: %d.", t.Actions, len(t.Wrong), len(t.Unnecessary))
}

type section struct {
	title string
	lines []string
}

func (t *Taken) sections() []section {
	return []section{
		{"Wrong overlay actions, left out for now", t.Wrong},
		{"Unnecessary overlay actions", t.Unnecessary},
		{"Problems of the new document", t.Problems},
		{"NOT brought up to date, because of the problems", t.NotGenerated},
		{"Written", t.Written},
	}
}

// steps are what is left for a person, in order.
func (t *Taken) steps() []string {
	var steps []string
	if len(t.Wrong) > 0 {
		steps = append(steps, "Judge the wrong actions by their reasons (description) and the new document: correct their target, x-expect or update, or remove them. Until then make generate and make check fail.")
	}
	if len(t.Problems) > 0 {
		steps = append(steps, "Solve the problems: each line says where and how. What the document gets wrong is corrected in the overlay; a name that is gone from the API is removed from the guide.")
	}
	if len(t.Unnecessary) > 0 {
		steps = append(steps, "Remove the unnecessary actions from the overlay.")
	}
	if len(t.Wrong)+len(t.Problems)+len(t.Unnecessary) > 0 {
		steps = append(steps, "Run make spec FROM="+t.Report.Checked.Name+" again, until it reports none of this.")
	}
	if len(t.Report.Places)+len(t.Written)+len(steps) == 0 {
		return []string{"Nothing: all of it is up to date."}
	}
	return append(steps,
		"Read git diff: first the document, then the package, then the reference.",
		"Run make test. What does not compile, or fails, is hand-written and relies on what changed.",
		"Add to CHANGELOG.md what users notice.",
		"Commit all of it together, and open a pull request with the Markdown of this report.")
}
