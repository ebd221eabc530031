// Package diff says how two resolved models differ, in terms of types, fields,
// tags and values, and what each difference means: for clients and services of
// different versions on the wire, and for Go code that uses the package.
package diff

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Level is how much a change matters.
type Level int

// The levels, the worst last.
const (
	Safe     Level = iota // nothing that worked before is affected
	Care                  // only what makes use of it is affected; Go code compiles, and may mean something else
	Breaking              // what worked before may not; Go code may not compile
)

// String is the level in lowercase.
func (l Level) String() string { return [...]string{"safe", "care", "breaking"}[l] }

// Verdict is what a change means on the wire, for the two ways in which versions meet.
type Verdict struct {
	OldClient Level  // an old client talks to a new service
	NewClient Level  // a new client talks to an old service
	Why       string // one sentence for each direction in which the type travels
}

// Level is the worse of the two.
func (v Verdict) Level() Level { return max(v.OldClient, v.NewClient) }

// Change is one difference.
type Change struct {
	Rule    *Rule
	Section string // the heading that it belongs under
	// Type is the wire name of a declaration (the new one, unless it was removed),
	// Member one of its properties, values or tags; empty for the declaration itself.
	Type, Member string
	Go           string // the identifier that Go code is concerned with, the old one if it changed: Type, Type.Field or a constant
	Before       string // what it was, empty for something new
	After        string // what it is, empty for something removed
	// Guess is set for a rename, which the documents do not tell from a removal
	// and an addition.
	Guess bool
	// Also are the further identifiers that Go code is concerned with, if the change of a
	// union's base is told once for all its variants.
	Also []string

	send, receive bool
	form          *Rule  // how the Go representation changes, nil if it does not
	formed        string // from what to what
}

// Wire is the verdict for the directions in which the type travels.
func (c *Change) Wire() Verdict {
	var v Verdict
	for _, d := range []struct {
		travels bool
		name    string
		effect  Effect
	}{{c.send, "sent", c.Rule.Send}, {c.receive, "received", c.Rule.Receive}} {
		if !d.travels {
			continue
		}
		v.OldClient, v.NewClient = max(v.OldClient, d.effect.OldClient), max(v.NewClient, d.effect.NewClient)
		if d.effect.Why == "" {
			continue
		}
		if v.Why != "" {
			v.Why += "; "
		}
		v.Why += d.name + ": " + d.effect.Why
	}
	return v
}

// GoLevel is what the change means for Go code, and why.
func (c *Change) GoLevel() (Level, string) {
	level, why := c.Rule.Go, c.Rule.GoWhy
	if level == Care && c.Rule.OnlySent && !c.send {
		level, why = Safe, ""
	}
	if c.form != nil && c.form.Go >= level {
		level, why = c.form.Go, c.form.GoWhy
		if c.formed != "" {
			why += " (" + c.formed + ")"
		}
	}
	return level, why
}

// Direction is which way the type travels: sent, received or both.
func (c *Change) Direction() string {
	switch {
	case c.send && c.receive:
		return "both"
	case c.send:
		return "sent"
	}
	return "received"
}

// Side is one of the two documents.
type Side struct {
	Name    string // of the file, or its URL
	Version string // info.version
}

// Report is how two models differ.
type Report struct {
	Old, New Side
	Changes  []*Change // by section, then by type and member
}

// Empty reports whether the models are equal.
func (r *Report) Empty() bool { return len(r.Changes) == 0 }

// Breaking reports whether any change breaks clients on the wire or Go code.
func (r *Report) Breaking() bool { return slices.ContainsFunc(r.Changes, (*Change).breaks) }

func (c *Change) breaks() bool {
	level, _ := c.GoLevel()
	return level == Breaking || c.Wire().Level() == Breaking
}

// Input is what to compare.
type Input struct {
	Old, New         *model.API // named
	OldName, NewName string     // of the documents
	// OldValidated and NewValidated are the wire names of the declarations that have
	// a method Validate.
	OldValidated, NewValidated map[string]bool
	// Area is the heading for the changes of a type that is no event, by its wire
	// name; nil puts them all under one.
	Area func(wire string) string
	// Areas are the headings in order.
	Areas []string
}

// Compare compares two models. Both are left as they are.
func Compare(in Input) *Report {
	c := &comparer{
		in: in, before: byWire(in.Old), after: byWire(in.New), events: events(in.Old, in.New),
		moved: map[string]string{}, gone: map[string]bool{}, fresh: map[string]bool{},
	}
	c.compare()
	c.fold()
	c.sort()
	return &Report{
		Old:     Side{in.OldName, in.Old.Version},
		New:     Side{in.NewName, in.New.Version},
		Changes: c.changes,
	}
}
