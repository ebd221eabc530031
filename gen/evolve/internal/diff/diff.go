// Package diff compares two resolved models: their types, fields, tags and values.
// It judges each difference for clients and services of different versions on the
// wire, and for Go code that uses the package.
package diff

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Level is how much a change matters.
type Level int

// The levels, the worst last.
const (
	Safe     Level = iota // clients, services and Go code work as before
	Care                  // only users of the changed part are affected; Go code compiles, and may behave differently
	Breaking              // clients, services or Go code may fail; Go code may not compile
)

// String is the level in lowercase.
func (l Level) String() string { return [...]string{"safe", "care", "breaking"}[l] }

// Verdict is the effect of a change on the wire, if client and service have different versions.
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
	Section string // the heading in the report
	// Type is the wire name of a declaration (the new one, unless it was removed),
	// Member one of its properties, values or tags; empty for the declaration itself.
	Type, Member string
	Go           string // the Go identifier, the old one if it changed: Type, Type.Field or a constant
	Before       string // the old text, empty for an addition
	After        string // the new text, empty for a removal
	// Guess is set for a rename. The documents show a removal and an addition; that
	// they are one rename is a guess.
	Guess bool
	// Also lists further Go identifiers, if a change of a union's base is reported once
	// for all its variants.
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

// GoLevel returns the level of the change for Go code, and the reason.
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

// Direction returns whether the type is sent, received or both.
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

// Report lists the differences between two models.
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

// Input is the input of Compare.
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

// Compare compares two models, and changes neither.
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
