package resolve

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// shareEnums makes aliases of the enum definitions that ask by x-ms-enum.name
// for the name of another one.
func (d *declarations) shareEnums() {
	first := map[string]*definition{}
	for _, def := range d.all {
		if name := d.enumName(def); name == def.name {
			first[name] = def
		}
	}
	for _, def := range d.all {
		name := d.enumName(def)
		switch {
		case name == "" || first[name] == def:
		case first[name] == nil:
			first[name] = def
		default:
			def.kind, def.alias = kindAlias, first[name]
		}
	}
}

// enumName is the name that an enum definition asks for, unless it is pinned;
// empty for any other definition.
func (d *declarations) enumName(def *definition) string {
	if def.kind != kindEnum || d.text(def.schema, extGoName) != "" {
		return ""
	}
	return cmp.Or(d.azureEnum(def.typed).name, def.name)
}

// fillEnums gives the enum definitions their values.
func (d *declarations) fillEnums() {
	for _, def := range d.all {
		e, ok := def.decl.(*model.Enum)
		if !ok {
			continue
		}
		azure := d.azureEnum(def.typed)
		e.Values = d.values(def.typed, azure)
		e.Empty = def.typed.hasEmptyValue()
		d.closed[e] = !azure.open
		if taken := d.byName[azure.name]; taken != nil && taken.kind != kindEnum && taken.alias != def {
			d.noteTaken(def.schema, taken)
			continue
		}
		if e.Pin == "" && azure.name != def.name {
			e.Pin = azure.name
		}
		if azure.name != "" && d.enums[azure.name] == nil {
			d.enums[azure.name] = e
		}
	}
	for _, def := range d.all {
		if e, ok := def.decl.(*model.Enum); ok {
			d.enums[def.name] = e // a definition's own name comes first
		}
	}
	for _, def := range d.all {
		if def.kind == kindAlias && def.typed.isStringEnum() {
			d.mergeEnum(def.alias.decl.(*model.Enum), def.typed, d.azureEnum(def.typed))
		}
	}
}

// noteTaken notes an enum with the name of a definition that is none.
func (d *declarations) noteTaken(enum schema, taken *definition) {
	d.diags.Notef(d.at(enum), "change x-ms-enum.name to choose its name",
		"enum has the name of %s, which is not an enum of strings, and is named after its own place", taken.pointer)
}

// nameEnums makes one enum of all those written in place under the same
// x-ms-enum.name, and of the definition of that name.
func (d *declarations) nameEnums() {
	for _, s := range d.inlineEnums() {
		azure := d.azureEnum(s)
		e, taken := d.enums[azure.name], d.byName[azure.name]
		switch {
		case e == nil && taken != nil:
			d.noteTaken(s, taken)
		case e == nil:
			d.enums[azure.name] = d.hoistEnum(s, azure.name)
		default:
			d.mergeEnum(e, s, azure)
		}
	}
}

// mergeEnum takes the values of an enum in place into the one that has its name.
// Both must be open if they differ.
func (d *declarations) mergeEnum(e *model.Enum, s schema, azure azureEnum) {
	values := d.values(s, azure)
	missing := slices.DeleteFunc(slices.Clone(values), func(v *model.Value) bool { return e.Has(v.Wire) })
	switch {
	case sameValues(e, &model.Enum{Values: values, Empty: s.hasEmptyValue()}):
	case d.closed[e] || !azure.open:
		d.errorf(s, "make the values equal, or change x-ms-enum.name", "enum %s has other values than %s", azure.name, e.At.Pointer)
	default:
		d.diags.Notef(d.at(s), "make the values equal, or change x-ms-enum.name",
			"enum %s has other values than %s, and is one type with all of them", azure.name, e.At.Pointer)
		e.Values = append(e.Values, missing...)
		e.Empty = e.Empty || s.hasEmptyValue()
	}
}

// inlineEnums lists the enums in place that have a name, by pointer. A
// constant is not an enum, whatever its name.
func (d *declarations) inlineEnums() []schema {
	var all []schema
	for _, def := range d.all {
		walk(def.schema, func(s schema) {
			if !s.isStringEnum() || d.azureEnum(s).name == "" {
				return
			}
			if _, constant := d.constant(s); !constant {
				all = append(all, s)
			}
		})
	}
	slices.SortFunc(all, func(a, b schema) int { return strings.Compare(a.pointer, b.pointer) })
	return all
}

// walk visits every schema written inside another one.
func walk(s schema, visit func(schema)) {
	var children []schema
	for _, p := range s.properties() {
		children = append(children, p)
	}
	children = slices.AppendSeq(children, s.parents())
	if elem, ok := s.items(); ok {
		children = append(children, elem)
	}
	if elem, described, _ := s.free(); described {
		children = append(children, elem)
	}
	for _, c := range children {
		visit(c)
		walk(c, visit)
	}
}

// inlineEnum is the type of an enum written in place at a path.
func (d *declarations) inlineEnum(s schema, path string) *model.Enum {
	if e := d.enums[d.azureEnum(s).name]; e != nil {
		return e
	}
	return d.hoistEnum(s, path)
}

func (d *declarations) hoistEnum(s schema, wire string) *model.Enum {
	azure := d.azureEnum(s)
	e := &model.Enum{
		Decl:   model.Decl{Wire: wire, Doc: s.doc(), At: d.at(s)},
		Values: d.values(s, azure),
		Empty:  s.hasEmptyValue(),
	}
	d.closed[e] = !azure.open
	return e
}

// values reads the values of an enum of strings.
func (r reader) values(s schema, azure azureEnum) []*model.Value {
	var values []*model.Value
	seen := map[string]bool{}
	for _, at := range s.enum() {
		n := at.node
		switch {
		case jsonType(n) != "string":
			r.errorf(at, "quote the value", "enum of strings has %s as a value", jsonText(n))
			continue
		case n.Value == "":
			continue
		case seen[n.Value]:
			r.errorf(at, "remove one of them", "enum has the value %q twice", n.Value)
			continue
		}
		seen[n.Value] = true
		v := &model.Value{Wire: n.Value, Doc: azure.values[n.Value].doc, At: r.at(at)}
		if name := azure.values[n.Value].name; name != n.Value {
			v.Pin = name
		}
		values = append(values, v)
	}
	if len(values) == 0 {
		r.errorf(s.below(nil, s.keyword("enum"), "enum"), "list its values", "enum has no values")
	}
	r.checkDescribed(azure, values)
	return values
}

// hasEmptyValue reports whether "" is a value of an enum of strings.
func (s schema) hasEmptyValue() bool {
	return slices.ContainsFunc(s.enum(), func(v schema) bool { return jsonType(v.node) == "string" && v.node.Value == "" })
}

// checkDescribed warns of descriptions of values that the enum does not list.
func (r reader) checkDescribed(azure azureEnum, values []*model.Value) {
	for wire, described := range azure.values {
		if wire != "" && !slices.ContainsFunc(values, func(v *model.Value) bool { return v.Wire == wire }) {
			r.diags.Warnf(described.at, "add it to the enum, or remove the description", "x-ms-enum describes %q, which the enum does not list", wire)
		}
	}
}

// constant returns the value of a property that has only one: an enum written
// in place, closed and with one value.
func (r reader) constant(s schema) (*model.Value, bool) {
	if !s.isStringEnum() || len(s.enum()) != 1 {
		return nil, false
	}
	azure := r.azureEnum(s)
	if azure.open {
		return nil, false
	}
	values := r.values(s, azure)
	if len(values) != 1 {
		return nil, false
	}
	return values[0], true
}

// sameValues reports whether two enums have the same values, in any order.
func sameValues(a, b *model.Enum) bool {
	return len(a.Values) == len(b.Values) && a.Empty == b.Empty &&
		!slices.ContainsFunc(a.Values, func(v *model.Value) bool { return !b.Has(v.Wire) })
}
