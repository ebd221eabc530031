// Package name gives everything in the model its Go identifier. It splits wire
// words, spells initialisms the Go way, and obeys pins; two things that would
// get the same identifier are a diagnostic, never a numeric suffix.
package name

import (
	"go/token"
	"strings"

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
// of its type and field as prefix. Structs that inherit a property share the
// constant of the type that declares it.
func nameKnown(api *model.API) {
	type declared struct{ pointer, field string }
	shared := map[declared]*model.Value{}
	for _, s := range api.Structs {
		for _, f := range s.Fields {
			if f.Known == nil {
				continue
			}
			at := declared{f.Known.At.Pointer, f.Name}
			if shared[at] == nil {
				known := *f.Known
				known.Name = constant(&known, declarer(api, s, at.pointer), f.Name)
				shared[at] = &known
			}
			f.Known = shared[at]
		}
	}
}

// declarer is the name of the type that declares something at a pointer: the
// struct itself, or one that it inherits from.
func declarer(api *model.API, s *model.Struct, pointer string) string {
	within := func(d *model.Decl) bool { return strings.HasPrefix(pointer, d.At.Pointer+"/") }
	if within(&s.Decl) {
		return s.Name
	}
	for _, d := range api.Decls() {
		if within(d) {
			return d.Name
		}
	}
	return s.Name
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
