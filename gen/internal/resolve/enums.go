package resolve

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// fillEnums gives the enum definitions their values.
func (d *declarations) fillEnums() {
	for _, def := range d.all {
		e, ok := def.decl.(*model.Enum)
		if !ok {
			continue
		}
		azure := d.azureEnum(def.typed)
		e.Values = d.values(def.typed, azure)
		d.closed[e] = !azure.open
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
}

// nameEnums makes one enum of all those written in place under the same
// x-ms-enum.name, which must agree with each other and with the definition of
// that name.
func (d *declarations) nameEnums() {
	for _, s := range d.inlineEnums() {
		azure := d.azureEnum(s)
		e, taken := d.enums[azure.name], d.byName[azure.name]
		switch {
		case e == nil && taken != nil:
			d.errorf(s, "change x-ms-enum.name", "enum has the name of %s, which is not an enum of strings", taken.pointer)
		case e == nil:
			d.enums[azure.name] = d.hoistEnum(s, azure.name)
		case !sameValues(e.Values, d.values(s, azure)):
			d.errorf(s, "make the values equal, or change x-ms-enum.name", "enum %s has other values than %s", azure.name, e.At.Pointer)
		}
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
	}
	d.closed[e] = !azure.open
	return e
}

// values reads the values of an enum of strings.
func (r reader) values(s schema, azure azureEnum) []*model.Value {
	node := s.keyword("enum")
	if len(node.Content) == 0 {
		r.errorf(s.below(nil, node, "enum"), "list its values", "enum has no values")
		return nil
	}
	var values []*model.Value
	for i, n := range node.Content {
		at := s.below(nil, n, "enum", strconv.Itoa(i))
		switch {
		case jsonType(n) == "null":
			r.errorf(at, "remove it and set x-nullable", "enum has null as a value")
			continue
		case jsonType(n) != "string":
			r.errorf(at, "quote the value", "enum of strings has %s as a value", jsonText(n))
			continue
		case n.Value == "":
			r.errorf(at, "remove it; an absent property says the same", "enum has an empty value")
			continue
		case slices.ContainsFunc(values, func(v *model.Value) bool { return v.Wire == n.Value }):
			r.errorf(at, "remove one of them", "enum has the value %q twice", n.Value)
			continue
		}
		v := &model.Value{Wire: n.Value, Doc: azure.values[n.Value].doc, At: r.at(at)}
		if name := azure.values[n.Value].name; name != n.Value {
			v.Pin = name
		}
		values = append(values, v)
	}
	r.checkDescribed(azure, values)
	return values
}

// checkDescribed warns of descriptions of values that the enum does not list.
func (r reader) checkDescribed(azure azureEnum, values []*model.Value) {
	for wire, described := range azure.values {
		if !slices.ContainsFunc(values, func(v *model.Value) bool { return v.Wire == wire }) {
			r.diags.Warnf(described.at, "add it to the enum, or remove the description", "x-ms-enum describes %q, which the enum does not list", wire)
		}
	}
}

// constant returns the value of a property that has only one: an enum written
// in place, closed and with one value.
func (r reader) constant(s schema) (*model.Value, bool) {
	if !s.isStringEnum() || len(s.keyword("enum").Content) != 1 {
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

func sameValues(a, b []*model.Value) bool {
	return slices.EqualFunc(a, b, func(a, b *model.Value) bool { return a.Wire == b.Wire })
}
