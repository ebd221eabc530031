// Package diag holds the diagnostics of the pipeline: the place of each mistake in
// a document, its description, and the fix.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Location is a place in an input file. Line and Column count from 1, in
// bytes; a zero Line means that only the file is known. Pointer is the RFC 6901
// JSON pointer of the value, empty for the whole document.
type Location struct {
	File         string
	Line, Column int
	Pointer      string
}

// String formats the location the way editors make clickable:
// file:line:column: /pointer.
func (l Location) String() string {
	var b strings.Builder
	b.WriteString(l.File)
	if l.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", l.Line, l.Column)
	}
	if l.Pointer != "" {
		b.WriteString(": ")
		b.WriteString(Printable(l.Pointer))
	}
	return b.String()
}

// Severity decides whether a diagnostic stops the pipeline.
type Severity int

// The severities. A Warning stops the pipeline only in strict mode, a Note never.
const (
	Error Severity = iota
	Warning
	Note
)

// Diagnostic is one mistake in the input.
type Diagnostic struct {
	Location
	Severity Severity
	Message  string // what is wrong; lowercase, no period
	Fix      string // what to do about it, imperative; may be empty
}

// String is one line: location, message and, in parentheses, the fix.
func (d Diagnostic) String() string {
	s := d.Location.String() + ": "
	switch d.Severity {
	case Warning:
		s += "warning: "
	case Note:
		s += "note: "
	}
	s += Printable(d.Message)
	if d.Fix != "" {
		s += " (" + Printable(d.Fix) + ")"
	}
	return s
}

// List collects the diagnostics of a stage. The zero value is ready to use.
type List struct{ items []Diagnostic }

// Errorf adds an error at a location; fix says how to mend it.
func (l *List) Errorf(at Location, fix, format string, args ...any) {
	l.items = append(l.items, Diagnostic{at, Error, fmt.Sprintf(format, args...), fix})
}

// Warnf adds a warning at a location; fix says how to silence it.
func (l *List) Warnf(at Location, fix, format string, args ...any) {
	l.items = append(l.items, Diagnostic{at, Warning, fmt.Sprintf(format, args...), fix})
}

// Notef adds a note at a location, which strict mode does not turn into an error.
func (l *List) Notef(at Location, fix, format string, args ...any) {
	l.items = append(l.items, Diagnostic{at, Note, fmt.Sprintf(format, args...), fix})
}

// Add appends the diagnostics of another list.
func (l *List) Add(other List) { l.items = append(l.items, other.items...) }

// Strict turns every warning into an error.
func (l *List) Strict() {
	for i := range l.items {
		if l.items[i].Severity == Warning {
			l.items[i].Severity = Error
		}
	}
}

// Failed reports whether the list holds an error.
func (l *List) Failed() bool {
	return slices.ContainsFunc(l.items, func(d Diagnostic) bool { return d.Severity == Error })
}

// All returns the diagnostics by file and position, without repetitions.
func (l *List) All() []Diagnostic {
	all := slices.Clone(l.items)
	slices.SortStableFunc(all, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(all)
}

// String is one line for each diagnostic.
func (l *List) String() string {
	var b strings.Builder
	for _, d := range l.All() {
		b.WriteString(d.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// Escape returns a reference token as it stands in a JSON pointer.
func Escape(token string) string {
	if !strings.ContainsAny(token, "~/") {
		return token
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
}

// Printable replaces control characters, bidirectional overrides and invalid
// UTF-8 by escapes, so that hostile input stays on its line of a terminal.
func Printable(s string) string {
	if !strings.ContainsFunc(s, hostile) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hostile(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func hostile(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x061c || r == 0x2028 || r == 0x2029 ||
		r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x2069 || r == 0xfeff || r == 0xfffd
}
