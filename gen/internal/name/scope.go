package name

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

const (
	pinName  = "pin one with x-ms-client-name in the overlay"
	pinIt    = "pin another with x-ms-client-name in the overlay"
	pinValue = "pin one with a name in x-ms-enum.values in the overlay"
)

// entry is one use of a Go identifier.
type entry struct {
	name string
	role string // what is called so, if not the thing at the location itself: "the decoder of "
	at   diag.Location
	fix  string
	// meaning makes entries equal: a method that two unions ask for is one
	// method if it returns the same thing. Empty for what occurs once.
	meaning string
}

func (e entry) String() string { return e.role + e.at.Pointer }

// scope is a set of identifiers that must differ.
type scope []entry

// report tells which entries collide with a reserved name or with an earlier
// entry, in the order of the document. It returns whether there are any.
func (s scope) report(reserved []string, owner string, diags *diag.List) bool {
	slices.SortStableFunc(s, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.at.File, b.at.File), cmp.Compare(a.at.Line, b.at.Line),
			cmp.Compare(a.at.Column, b.at.Column), cmp.Compare(a.at.Pointer, b.at.Pointer))
	})
	found := false
	first := map[string]entry{}
	for _, e := range s {
		if slices.Contains(reserved, e.name) {
			diags.Errorf(e.at, pinIt, "the Go name %s of %s is one that the generated %s declares", e.name, e, owner)
			found = true
			continue
		}
		f, taken := first[e.name]
		switch {
		case !taken:
			first[e.name] = e
		case e.meaning == "" || e.meaning != f.meaning:
			diags.Errorf(e.at, collisionFix(f, e), "the Go name %s of %s is also that of %s", e.name, e, f)
			found = true
		}
	}
	return found
}

// collisionFix prefers the name of a declaration: renaming a value cannot help
// against a declaration if the value is right.
func collisionFix(a, b entry) string {
	if a.fix == b.fix {
		return a.fix
	}
	return pinName
}

func checkPackage(api *model.API, diags *diag.List) {
	var s scope
	for _, d := range api.Decls() {
		s = append(s, entry{name: d.Name, at: d.At, fix: pinName})
	}
	for _, e := range api.Enums {
		for _, v := range e.Values {
			s = append(s, valueEntry(v))
		}
	}
	known := map[*model.Value]bool{}
	for _, st := range api.Structs {
		for _, f := range st.Fields {
			if f.Known != nil && !known[f.Known] {
				known[f.Known] = true
				s = append(s, valueEntry(f.Known))
			}
		}
	}
	for _, u := range api.Unions {
		s = append(s, derived(u)...)
	}
	s.report(reserved(api), "package", diags)
}

func valueEntry(v *model.Value) entry {
	return entry{name: v.Name, role: fmt.Sprintf("the value %q of ", v.Wire), at: v.At, fix: pinValue}
}

// derived are the declarations that a union brings along.
func derived(u *model.Union) scope {
	s := scope{
		{name: "Unknown" + u.Name, role: "the unknown variant of ", at: u.At, fix: pinName},
		{name: "Unmarshal" + u.Name, role: "the decoder of ", at: u.At, fix: pinName},
	}
	if u.Null {
		s = append(s, entry{name: "Null" + u.Name, role: "the null variant of ", at: u.At, fix: pinName})
	}
	if u.Sender != nil {
		s = append(s, entry{name: u.Sender.Type, role: "the sender of ", at: u.Sender.At, fix: pinName, meaning: "sender"})
	}
	if u.Root && u.Receive {
		s = append(s, entry{name: "Unmarshal" + u.Name + "Into", role: "the borrowing decoder of ", at: u.At, fix: pinName})
	}
	return s
}

// checkMembers looks at the fields and methods of each struct, and at those
// that a union asks of its variants.
func checkMembers(api *model.API, diags *diag.List) {
	validated := gotype.Validated(api)
	for _, st := range api.Structs {
		members(st.Fields, st.Unions, reservedMembers(gotype.Sent(st.Unions), validated[st.Wire]), diags)
	}
	for _, u := range api.Unions {
		sent := gotype.Sent([]*model.Union{u})
		members(u.Base, model.Above([]*model.Union{u}), reservedMembers(sent, sent), diags)
	}
}

func members(fields []*model.Field, unions []*model.Union, reserved []string, diags *diag.List) {
	var s scope
	for _, f := range fields {
		if !f.IsConst() {
			s = append(s, entry{name: f.Name, at: f.At, fix: pinName})
		}
	}
	// The methods of colliding fields would only repeat the mistake.
	if slices.Clone(s).report(reserved, "struct", diags) {
		return
	}
	for _, u := range unions {
		s = append(s, methods(u)...)
	}
	s.report(reserved, "struct", diags)
}

// methods are what a union asks of its variants.
func methods(u *model.Union) scope {
	var s scope
	if u.Key != "" {
		meaning := "tag " + u.Key
		if u.KeyEnum != nil {
			meaning += " of type " + u.KeyEnum.Name
		}
		s = append(s, entry{name: TagMethod(u), role: "the tag accessor of ", at: u.At, fix: pinName, meaning: meaning})
	}
	for _, f := range u.Base {
		if !f.IsConst() {
			s = append(s, entry{name: Getter(f), role: "the getter of ", at: f.At, fix: pinName, meaning: "property " + f.Wire})
		}
	}
	return s
}
