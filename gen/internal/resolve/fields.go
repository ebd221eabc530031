package resolve

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// fields resolves the properties of an object; tags are the constants that the
// keys of its unions write.
func (c *content) fields(o *object, tags map[string]string) []*model.Field {
	var fields []*model.Field
	for _, p := range o.properties {
		f := c.field(p, o.required[p.name])
		if tag, ok := tags[p.name]; ok {
			c.makeTag(f, p, tag)
		} else {
			f.Type = c.agreedType(p)
			c.presence(f, p)
			f.Promised = f.Required && f.ReadOnly && !f.IsConst()
			f.Required = f.Required && !f.Promised // the sender must leave it out
		}
		c.markSecret(f, p)
		c.checkBounds(f.At, f.Bounds)
		c.checkDefaults(f, p)
		fields = append(fields, f)
	}
	c.checkAliases(o, fields)
	return fields
}

// field merges what the declarations of a property say beside its type. The
// last one that says something wins.
func (c *content) field(p *property, required bool) *model.Field {
	f := &model.Field{Wire: p.name, Required: required}
	for _, d := range p.decls {
		f.At = c.at(d.schema)
		f.Doc = cmp.Or(d.doc(), f.Doc)
		f.Pin = cmp.Or(c.text(d.schema, extGoName), f.Pin)
		f.ReadOnly = f.ReadOnly || d.ReadOnly
		f.Nullable = f.Nullable || c.nullable(d.schema)
		f.AllowEmpty = f.AllowEmpty || c.flag(d.schema, extAllowEmpty)
		f.Format = cmp.Or(documentedFormat(d.schema), f.Format)
		if aliases := c.texts(d.schema, extAliases); aliases != nil {
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
	b.MinLength = aboveZero(cmp.Or(s.MinLength, b.MinLength))
	b.MaxLength = cmp.Or(s.MaxLength, b.MaxLength)
	b.MinItems = aboveZero(cmp.Or(s.MinItems, b.MinItems))
	b.MaxItems = cmp.Or(s.MaxItems, b.MaxItems)
	b.Pattern = cmp.Or(s.Pattern, b.Pattern)
}

// aboveZero is a limit, nil for one that says nothing: no length is below 0.
func aboveZero(n *int64) *int64 {
	if n != nil && *n == 0 {
		return nil
	}
	return n
}

// agreedType is the type that all declarations of a property have in common.
func (c *content) agreedType(p *property) model.Type {
	decls := p.types()
	first := decls[0]
	t := c.declaredType(first, p.name)
	for _, d := range decls[1:] {
		if other := c.declaredType(d, p.name); !c.identical(t, other) && !c.narrows(d.schema, t) {
			c.disagree(p.name, first, d, t, other)
		}
	}
	return t
}

// declaredType is the type of one declaration. A constant is a string.
func (c *content) declaredType(d declaration, name string) model.Type {
	if _, ok := c.constant(d.schema); ok {
		return model.String
	}
	return c.typeOf(d.schema, d.owner+"."+name)
}

// narrows reports whether a declaration limits an enum to one of its values.
func (c *content) narrows(s schema, t model.Type) bool {
	e, isEnum := t.(*model.Enum)
	v, isConstant := c.constant(s)
	return isEnum && isConstant && e.Has(v.Wire)
}

func (c *content) disagree(name string, first, later declaration, was, is model.Type) {
	if later.joinedBy.node != nil {
		c.errorf(later.joinedBy, "correct one of them in the overlay", "allOf parents contradict each other: %s is %s, %s is %s",
			first.pointer, model.Text(was), later.pointer, model.Text(is))
		return
	}
	c.errorf(later.schema, "give both the same type in the overlay", "property %s is redeclared as %s; %s is %s",
		name, model.Text(is), first.pointer, model.Text(was))
}

// presence decides the constants, and what null means.
func (c *content) presence(f *model.Field, p *property) {
	c.checkAllowEmpty(f)
	if plain(f.Type) == model.Raw {
		f.Nullable = false // raw JSON can be null itself
	}
	if u, ok := f.Type.(*model.Union); ok && f.Nullable {
		u.Null = true
	}
	e, isEnum := f.Type.(*model.Enum)
	if f.Required && (isEnum && e.Empty || slices.ContainsFunc(p.decls, func(d declaration) bool { return d.hasEmptyValue() })) {
		f.AllowEmpty = true
	}
	v := c.agreedConstant(p)
	switch {
	case v == nil:
		return
	case f.Required && !f.Nullable:
		f.Const = v.Wire
	case f.Type == model.String:
		f.Known = v
	}
	c.ignoreLimits(f, v.Wire)
}

// ignoreLimits removes the limits of a constant: the value is what it is.
func (c *content) ignoreLimits(f *model.Field, value string) {
	n := int64(utf8.RuneCountInString(value))
	if low, high := f.Bounds.MinLength, f.Bounds.MaxLength; low != nil && n < *low || high != nil && n > *high {
		c.diags.Notef(f.At, "correct one of them in the overlay", "the length of the constant %q is not within the limits, which are ignored", value)
	}
	f.Bounds = model.Bounds{}
}

// agreedConstant is the one value that the declarations of a property allow.
func (c *content) agreedConstant(p *property) *model.Value {
	var v *model.Value
	var from declaration
	for _, d := range p.decls {
		is, ok := c.constant(d.schema)
		if !ok {
			continue
		}
		if v != nil && v.Wire != is.Wire {
			c.errorf(d.schema, "give both the same value in the overlay", "property %s is always %q here and %q in %s",
				p.name, is.Wire, v.Wire, from.pointer)
		}
		v, from = is, d
	}
	return v
}

// makeTag makes a property the constant that a union's key decides. What a
// subtype says about it again, a plain string or an enum, adds nothing.
func (c *content) makeTag(f *model.Field, p *property, tag string) {
	decls := p.types()
	f.Type = c.keyType(decls[0], p.name)
	f.Required, f.Nullable, f.Const, f.Tag = true, false, tag, true
	f.Default = ""
	c.ignoreLimits(f, tag)
	for _, d := range decls[1:] {
		t := c.keyType(d, p.name)
		if _, enum := t.(*model.Enum); t != model.String && !enum {
			c.disagree(p.name, decls[0], d, f.Type, t)
		}
		if v, ok := c.constant(d.schema); ok && v.Wire != tag {
			c.diags.Warnf(c.at(d.schema), "set x-ms-discriminator-value to the value on the wire",
				"property %s is always %q, but the tag is %q", p.name, v.Wire, tag)
		}
	}
}

func (c *content) checkAllowEmpty(f *model.Field) {
	if !f.AllowEmpty {
		return
	}
	t := plain(f.Type)
	_, list := t.(*model.List)
	if !f.Required || !list && t != model.String && t != model.Bytes {
		c.diags.Errorf(f.At, "remove it", "%s is for a required string or array", extAllowEmpty)
	}
}

// checkAliases reports aliases that cannot be told from another property.
func (c *content) checkAliases(o *object, fields []*model.Field) {
	taken := map[string]string{}
	for _, f := range fields {
		if len(f.Aliases) > 0 && (f.Type != model.String || f.Required || f.Nullable || f.IsConst() || f.Known != nil) {
			c.diags.Errorf(f.At, "remove it", "%s is for an optional string", extAliases)
		}
		for _, a := range f.Aliases {
			if other, ok := taken[a]; ok || o.has(a) {
				c.diags.Errorf(f.At, "remove the alias", "alias %s is already %s", a, cmp.Or(other, "a property"))
			}
			taken[a] = "an alias of " + f.Wire
		}
	}
}
