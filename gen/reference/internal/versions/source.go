package versions

import (
	"bytes"
	"fmt"
	"go/format"
	"maps"
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Source is the table as Go: the known versions, and the declarations that a client sends,
// with the versions that have each member. The package declares the types apiShape and
// apiMember by hand.
func (t *Table) Source(pkg, marker string, api *model.API) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// %s\n\npackage %s\n\n", marker, pkg)
	fmt.Fprintf(&b, "// apiVersions are the versions that are known, the oldest first.\nvar apiVersions = %#v\n\n", t.Versions())
	b.WriteString("// apiShapes are the declarations of what a client sends, by their names in the specification.\nvar apiShapes = map[string]apiShape{\n")
	for _, typ := range api.Types() {
		d := model.DeclOf(typ)
		if !d.Send {
			continue
		}
		key, members := shape(typ)
		for _, wire := range t.Members(d.Wire) {
			if _, ok := members[wire]; !ok {
				members[wire] = member{wire: wire}
			}
		}
		fmt.Fprintf(&b, "%q: {in: %q", d.Wire, t.some(t.Type(d.Wire)))
		if key != "" {
			fmt.Fprintf(&b, ", key: %q", key)
		}
		if _, ok := typ.(*model.Struct); ok {
			b.WriteString(", object: true")
		}
		b.WriteString(", members: map[string]apiMember{\n")
		for _, name := range slices.Sorted(maps.Keys(members)) {
			m := members[name]
			in := t.Member(d.Wire, m.wire)
			if m.wire == "" { // a member of a union by kind is as old as its type
				in = t.Type(m.typ)
			}
			fmt.Fprintf(&b, "%q: {%q, %q},\n", name, t.some(in), m.typ)
		}
		b.WriteString("}},\n")
	}
	b.WriteString("}\n")
	return format.Source(b.Bytes())
}

// some has a digit for each version, as in Data, and is empty if all have it.
func (t *Table) some(p Presence) string {
	if len(p.In) == len(t.Versions()) {
		return ""
	}
	return t.digits(p)
}

// A member is a property, a value or a variant: its name in the table, empty if the table
// has none, and the declaration of its type, empty if it has no declaration of its own.
type member struct{ wire, typ string }

// shape lists the members of a declaration, and the property that tells its variants apart.
// Members of a union by kind that are no objects are called by their kinds.
func shape(t model.Type) (key string, members map[string]member) {
	members = map[string]member{}
	switch t := t.(type) {
	case *model.Struct:
		for _, f := range t.Fields {
			for _, name := range append([]string{f.Wire}, f.Aliases...) {
				members[name] = member{f.Wire, declared(f.Type)}
			}
		}
	case *model.Enum:
		for _, v := range t.Values {
			members[v.Wire] = member{wire: v.Wire}
		}
	case *model.Union:
		key = t.Key + t.ObjectKey
		for _, v := range t.Variants {
			members[v.Tag] = member{v.Tag, declared(v.Type)}
		}
		for _, m := range t.Members {
			for _, tag := range m.Tags {
				members[tag] = member{typ: declared(m.Type)}
			}
			if len(m.Tags) == 0 {
				members[m.Kind.String()] = member{typ: declared(m.Type)}
			}
		}
	}
	return key, members
}

// declared is the declaration of a type, of the elements if it is a list.
func declared(t model.Type) string {
	if list, ok := t.(*model.List); ok {
		return declared(list.Elem)
	}
	if d := model.DeclOf(t); d != nil {
		return d.Wire
	}
	return ""
}
