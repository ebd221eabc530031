// Package name gives everything in the model its Go identifier. It splits wire
// words, spells initialisms the Go way, and obeys pins; two things that would
// get the same identifier are a diagnostic, never a numeric suffix.
package name

import (
	"go/token"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Assign sets the Name of every declaration, field and value of the API, and
// reports pins that are no identifiers and names that collide.
func Assign(api *model.API, diags *diag.List) {
	nameDecls(api, diags)
	nameValues(api)
	nameFields(api, diags)
	nameKnown(api)
	nameMethods(api, diags)
	checkPackage(api, diags)
	checkMembers(api, diags)
}

func nameDecls(api *model.API, diags *diag.List) {
	for _, d := range api.Decls() {
		d.Name = pinned(d.Wire, d.Pin, d.At, diags)
	}
}

func nameValues(api *model.API) {
	for _, e := range api.Enums {
		for _, v := range e.Values {
			v.Name = constant(v, e.Name)
		}
	}
}

func nameFields(api *model.API, diags *diag.List) {
	nameAll := func(fields []*model.Field) {
		for _, f := range fields {
			if !f.IsConst() {
				f.Name = pinned(f.Wire, f.Pin, f.At, diags)
			}
		}
	}
	for _, s := range api.Structs {
		nameAll(s.Fields)
	}
	for _, u := range api.Unions {
		nameAll(u.Base)
	}
}

// nameKnown runs after nameFields: the constant of a known value has the names
// of its struct and field as prefix.
func nameKnown(api *model.API) {
	for _, s := range api.Structs {
		for _, f := range s.Fields {
			if f.Known == nil {
				continue
			}
			// Structs that inherit a property may share its value, but each
			// of them gets a constant of its own.
			known := *f.Known
			known.Name = constant(&known, s.Name, f.Name)
			f.Known = &known
		}
	}
}

// pinned is the identifier of a declaration or field. A pin that is exported
// already is taken as it is.
func pinned(wire, pin string, at diag.Location, diags *diag.List) string {
	switch {
	case pin == "":
		return identifier(wire)
	case !token.IsIdentifier(pin) && !token.IsKeyword(pin): // with a capital a keyword is none
		diags.Errorf(at, "pin letters, digits and underscores only, a capital first", "the pinned name %q is not a Go identifier", pin)
		return identifier(wire)
	case token.IsExported(pin):
		return pin
	}
	return identifier(pin)
}

// constant is the identifier of a value: the given names, then the value's own
// words. The pin of a value replaces the words only, the prefix stays.
func constant(v *model.Value, prefix ...string) string {
	wire := v.Wire
	if v.Pin != "" {
		wire = v.Pin
	}
	return exported(join(append(prefix, goWords(wire)...)))
}
