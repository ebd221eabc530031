package resolve

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// fillStructs gives the struct definitions their fields.
func (r *resolver) fillStructs() {
	for _, d := range r.definitions {
		if s, ok := d.decl.(*model.Struct); ok {
			s.Fields = r.fields(r.flatten(d), r.tags(d))
		}
	}
}

// fillHoisted gives the structs written in place their fields, which may hoist
// more of them.
func (r *resolver) fillHoisted() {
	for len(r.unfilled) > 0 {
		s := r.unfilled[0]
		r.unfilled = r.unfilled[1:]
		s.Fields = r.fields(r.merge(r.partsOf(r.hoisted[s]), s.Wire), nil)
	}
}

// fillNamed gives the named types what they are a name of.
func (r *resolver) fillNamed() {
	for _, d := range r.definitions {
		if n, ok := d.decl.(*model.Named); ok && d.kind == kindNamed {
			n.Type = r.typeOf(d.schema, d.name+".item")
		}
	}
}

// fields resolves the properties of an object; tags are the constants that the
// keys of its unions write.
func (r *resolver) fields(o *object, tags map[string]string) []*model.Field {
	var fields []*model.Field
	for _, p := range o.properties {
		f := r.field(p, o.required[p.name])
		if tag, ok := tags[p.name]; ok {
			r.absorb(f, p, tag)
		} else {
			f.Type = r.agreedType(p)
			r.presence(f, p)
			f.Required = f.Required && (!f.ReadOnly || f.IsConst()) // whoever sends the object must leave it out
		}
		fields = append(fields, f)
	}
	r.checkAliases(o, fields)
	return fields
}

// field merges what the declarations of a property say beside its type. The
// last one that says something wins.
func (r *resolver) field(p *property, required bool) *model.Field {
	f := &model.Field{Wire: p.name, Required: required}
	for _, d := range p.decls {
		f.At = r.at(d.schema)
		f.Doc = cmp.Or(d.doc(), f.Doc)
		f.Pin = cmp.Or(r.text(d.schema, extGoName), f.Pin)
		f.ReadOnly = f.ReadOnly || d.ReadOnly
		f.Nullable = f.Nullable || r.flag(d.schema, extNullable)
		f.AllowEmpty = f.AllowEmpty || r.flag(d.schema, extAllowEmpty)
		f.Format = cmp.Or(documentedFormat(d.schema), f.Format)
		if aliases := r.texts(d.schema, extAliases); aliases != nil {
			f.Aliases = aliases
		}
		if n := d.keyword("default"); n != nil && jsonType(n) != "null" {
			f.Default = jsonText(n)
		}
		mergeBounds(&f.Bounds, d.schema)
	}
	return f
}

// documentedFormat is the format that the Go type does not tell.
func documentedFormat(s schema) string {
	if _, known := scalarTypes[[2]string{s.typeName(), s.Format}]; known || s.typeName() != "string" {
		return ""
	}
	return s.Format
}

func mergeBounds(b *model.Bounds, s schema) {
	if s.Minimum != nil {
		b.Minimum, b.ExclusiveMinimum = s.Minimum, s.ExclusiveMinimum
	}
	if s.Maximum != nil {
		b.Maximum, b.ExclusiveMaximum = s.Maximum, s.ExclusiveMaximum
	}
	b.MinLength = cmp.Or(s.MinLength, b.MinLength)
	b.MaxLength = cmp.Or(s.MaxLength, b.MaxLength)
	b.MinItems = cmp.Or(s.MinItems, b.MinItems)
	b.MaxItems = cmp.Or(s.MaxItems, b.MaxItems)
	b.Pattern = cmp.Or(s.Pattern, b.Pattern)
}

// agreedType is the type that all declarations of a property have in common.
func (r *resolver) agreedType(p *property) model.Type {
	first := p.decls[0]
	t := r.declaredType(first, p.name)
	for _, d := range p.decls[1:] {
		if other := r.declaredType(d, p.name); !r.identical(t, other) && !r.narrows(d.schema, t) {
			r.disagree(p.name, first, d, t, other)
		}
	}
	return t
}

// declaredType is the type of one declaration. A constant is a string.
func (r *resolver) declaredType(d declaration, name string) model.Type {
	if _, ok := r.constant(d.schema); ok {
		return model.String
	}
	return r.typeOf(d.schema, d.owner+"."+name)
}

// narrows reports whether a declaration limits an enum to one of its values.
func (r *resolver) narrows(s schema, t model.Type) bool {
	e, isEnum := t.(*model.Enum)
	v, isConstant := r.constant(s)
	return isEnum && isConstant && slices.ContainsFunc(e.Values, func(have *model.Value) bool { return have.Wire == v.Wire })
}

func (r *resolver) disagree(name string, first, later declaration, was, is model.Type) {
	if later.met.node != nil {
		r.errorf(later.met, "correct one of them in the overlay", "allOf parents contradict each other: %s is %s, %s is %s",
			first.pointer, model.Text(was), later.pointer, model.Text(is))
		return
	}
	r.errorf(later.schema, "give both the same type in the overlay", "property %s is redeclared as %s; %s is %s",
		name, model.Text(is), first.pointer, model.Text(was))
}

// presence decides the constants, and what null means.
func (r *resolver) presence(f *model.Field, p *property) {
	r.checkAllowEmpty(f)
	if plain(f.Type) == model.Raw {
		f.Nullable = false // raw JSON can be null itself
	}
	if u, ok := f.Type.(*model.Union); ok && f.Nullable {
		u.Null = true
	}
	v := r.agreedConstant(p)
	switch {
	case v == nil:
	case f.Required && !f.Nullable:
		f.Const = v.Wire
	case f.Type == model.String:
		f.Known = v
	}
}

// agreedConstant is the one value that the declarations of a property allow.
func (r *resolver) agreedConstant(p *property) *model.Value {
	var v *model.Value
	var from declaration
	for _, d := range p.decls {
		is, ok := r.constant(d.schema)
		if !ok {
			continue
		}
		if v != nil && v.Wire != is.Wire {
			r.errorf(d.schema, "give both the same value in the overlay", "property %s is always %q here and %q in %s",
				p.name, is.Wire, v.Wire, from.pointer)
		}
		v, from = is, d
	}
	return v
}

// absorb makes a property the constant that a union's key decides. What a
// subtype says about it again, a plain string or an enum, adds nothing.
func (r *resolver) absorb(f *model.Field, p *property, tag string) {
	f.Type = r.keyType(p.decls[0], p.name)
	f.Required, f.Nullable, f.Const, f.Tag = true, false, tag, true
	f.Default = ""
	for _, d := range p.decls[1:] {
		t := r.keyType(d, p.name)
		if _, enum := t.(*model.Enum); t != model.String && !enum {
			r.disagree(p.name, p.decls[0], d, f.Type, t)
		}
		if v, ok := r.constant(d.schema); ok && v.Wire != tag {
			r.diags.Warnf(r.at(d.schema), "set x-ms-discriminator-value to the value on the wire",
				"property %s is always %q, but the tag is %q", p.name, v.Wire, tag)
		}
	}
}

// checkRequired reports required names that no property has.
func (r *resolver) checkRequired(s schema, o *object) {
	for i, name := range s.Required {
		if n := document.Get(s.node, "required"); !o.has(name) && n != nil && i < len(n.Content) {
			r.errorf(s.below(nil, n.Content[i], "required", strconv.Itoa(i)), "add the property or remove the name",
				"required names a property that does not exist: %s", name)
		}
	}
}

func (r *resolver) checkAllowEmpty(f *model.Field) {
	if !f.AllowEmpty {
		return
	}
	t := plain(f.Type)
	_, list := t.(*model.List)
	if !f.Required || !list && t != model.String && t != model.Bytes {
		r.diags.Errorf(f.At, "remove it", "%s is for a required string or array", extAllowEmpty)
	}
}

// checkAliases reports aliases that cannot be told from another property.
func (r *resolver) checkAliases(o *object, fields []*model.Field) {
	taken := map[string]string{}
	for _, f := range fields {
		if len(f.Aliases) > 0 && (f.Type != model.String || f.Required || f.Nullable || f.IsConst() || f.Known != nil) {
			r.diags.Errorf(f.At, "remove it", "%s is for an optional string", extAliases)
		}
		for _, a := range f.Aliases {
			if other, ok := taken[a]; ok || o.has(a) {
				r.diags.Errorf(f.At, "remove the alias", "alias %s is already %s", a, cmp.Or(other, "a property"))
			}
			taken[a] = "an alias of " + f.Wire
		}
	}
}
