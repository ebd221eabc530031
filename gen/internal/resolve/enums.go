package resolve

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// fillEnums gives the enum definitions their values.
func (r *resolver) fillEnums() {
	for _, d := range r.definitions {
		e, ok := d.decl.(*model.Enum)
		if !ok {
			continue
		}
		azure := r.azureEnum(d.schema)
		e.Values = r.values(d.schema, azure)
		r.closed[e] = !azure.open
		if e.Pin == "" && azure.name != d.name {
			e.Pin = azure.name
		}
		if azure.name != "" && r.named[azure.name] == nil {
			r.named[azure.name] = e
		}
	}
	for _, d := range r.definitions {
		if e, ok := d.decl.(*model.Enum); ok {
			r.named[d.name] = e // a definition's own name comes first
		}
	}
}

// nameEnums makes one enum of all those written in place under the same
// x-ms-enum.name, which must agree with each other and with the definition of
// that name.
func (r *resolver) nameEnums() {
	for _, s := range r.inlineEnums() {
		azure := r.azureEnum(s)
		e, taken := r.named[azure.name], r.byName[azure.name]
		switch {
		case e == nil && taken != nil:
			r.errorf(s, "change x-ms-enum.name", "enum has the name of %s, which is not an enum of strings", taken.pointer)
		case e == nil:
			r.named[azure.name] = r.hoistEnum(s, azure.name)
		case !sameValues(e.Values, r.values(s, azure)):
			r.errorf(s, "make the values equal, or change x-ms-enum.name", "enum %s has other values than %s", azure.name, e.At.Pointer)
		}
	}
}

// inlineEnums lists the enums in place that have a name, by pointer. A
// constant is not an enum, whatever its name.
func (r *resolver) inlineEnums() []schema {
	var all []schema
	for _, d := range r.definitions {
		walk(d.schema, func(s schema) {
			if !s.isStringEnum() || r.azureEnum(s).name == "" {
				return
			}
			if _, constant := r.constant(s); !constant {
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
func (r *resolver) inlineEnum(s schema, path string) model.Type {
	if e := r.named[r.azureEnum(s).name]; e != nil {
		return e
	}
	return r.hoistEnum(s, path)
}

func (r *resolver) hoistEnum(s schema, wire string) *model.Enum {
	azure := r.azureEnum(s)
	e := &model.Enum{
		Decl:   model.Decl{Wire: wire, Doc: s.doc(), At: r.at(s)},
		Values: r.values(s, azure),
	}
	r.closed[e] = !azure.open
	r.hoisted[e] = s
	return e
}

// values reads the values of an enum of strings.
func (r *resolver) values(s schema, azure azureEnum) []*model.Value {
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
func (r *resolver) checkDescribed(azure azureEnum, values []*model.Value) {
	for wire, described := range azure.values {
		if !slices.ContainsFunc(values, func(v *model.Value) bool { return v.Wire == wire }) {
			r.diags.Warnf(described.at, "add it to the enum, or remove the description", "x-ms-enum describes %q, which the enum does not list", wire)
		}
	}
}

// constant returns the value of a property that has only one: an enum written
// in place, closed and with one value.
func (r *resolver) constant(s schema) (*model.Value, bool) {
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
