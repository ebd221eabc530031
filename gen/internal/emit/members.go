package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// shape is what of a field's type decides which functions of the runtime serve it.
type shape int

const (
	anyShape     shape = iota // a struct, a name for a scalar, or whatever the form does not tell apart
	scalarShape               // a scalar but raw JSON
	rawShape                  // raw JSON
	enumShape                 // a string of our own type, or one that is documented
	listShape                 // an array
	mapShape                  // an object with free keys
	namedRaw                  // a name for raw JSON
	namedNilable              // a name for a list, a map or bytes
	unionShape                // a union
	aliased                   // a string with other names
)

func shapeOf(p *model.Field) shape {
	if len(p.Aliases) > 0 {
		return aliased
	}
	switch t := p.Type.(type) {
	case model.Scalar:
		switch {
		case p.Known != nil:
			return enumShape
		case t == model.Raw:
			return rawShape
		}
		return scalarShape
	case *model.Enum:
		return enumShape
	case *model.List:
		return listShape
	case *model.Map:
		return mapShape
	case *model.Union:
		return unionShape
	case *model.Named:
		switch {
		case t.Type == model.Raw:
			return namedRaw
		case gotype.Nilable(t):
			return namedNilable
		}
	}
	return anyShape
}

// access says how a member is read and written: by functions of the runtime or,
// with a dot in front, by methods of the object. The name of a scalar's method
// follows where there is a *.
type access struct {
	read, write string
	passed      passed // how the field is passed
	with        with   // which function is passed behind it
}

type passed int

const (
	value    passed = iota // to read its address, to write itself
	pointer                // its address for both
	text                   // as a string
	constant               // it has no field: the constant itself
	notNil                 // its address, to write only if it is not nil
)

type with int

const (
	nothing   with = iota
	typeCodec      // the codec of its type
	elemCodec      // the codec of its elements
	aliases        // its other names
)

// accesses is the table of forms and shapes. A form that is not here with the
// shape of a field is here with anyShape.
var accesses = map[gotype.Form]map[shape]access{
	gotype.Constant: {
		anyShape: {".Const", ".Const", constant, nothing},
	},
	gotype.Value: {
		anyShape:    {"Read", "Write", pointer, typeCodec},
		scalarShape: {".*", ".*", value, nothing},
		rawShape:    {".Raw", "WriteRaw", value, nothing},
		enumShape:   {".Enum", ".Enum", text, nothing},
		listShape:   {"ReadList", "WriteList", value, elemCodec},
		mapShape:    {"ReadMap", "WriteMap", value, elemCodec},
		namedRaw:    {"ReadRaw", "WriteRaw", value, nothing},
	},
	gotype.Zeroable: {
		scalarShape:  {".*", ".Opt*", value, nothing},
		rawShape:     {".Raw", "WriteOptRaw", value, nothing},
		enumShape:    {".Enum", ".OptEnum", text, nothing},
		listShape:    {"ReadList", "WriteOptList", value, elemCodec},
		mapShape:     {"ReadMap", "WriteOptMap", value, elemCodec},
		namedRaw:     {"ReadRaw", "WriteOptRaw", value, nothing},
		namedNilable: {"Read", "Write", notNil, typeCodec},
		unionShape:   {"Read", "WriteUnion", pointer, typeCodec},
	},
	gotype.Pointer: {
		anyShape:    {"ReadPointer", "WritePointer", value, typeCodec},
		scalarShape: {".Opt*", ".Opt*", value, nothing},
		aliased:     {".Aliased", ".Alias", value, aliases},
	},
	gotype.Nullable: {
		anyShape: {"ReadNullable", "WriteNullable", value, typeCodec},
	},
	gotype.NullUnion: {
		anyShape: {"ReadNullUnion", "WriteUnion", pointer, typeCodec},
	},
}

func accessOf(p *model.Field) access {
	shapes := accesses[gotype.FormOf(p)]
	if a, ok := shapes[shapeOf(p)]; ok {
		return a
	}
	return shapes[anyShape]
}

// readField is the call that reads one member.
func (g *generator) readField(i int, p *model.Field) *jen.Statement {
	a := accessOf(p)
	dst := addr(self(p.Name))
	switch a.passed {
	case constant:
		dst = jen.Lit(p.Const)
	case text:
		dst = jen.Parens(jen.Op("*").String()).Call(dst)
	}
	return g.member(a.read, p, append([]jen.Code{jen.Lit(i), dst}, behind(a, p, g.decoder)...))
}

// writeField is the call that writes one member.
func (g *generator) writeField(p *model.Field) *jen.Statement {
	a := accessOf(p)
	v := self(p.Name)
	switch a.passed {
	case constant:
		v = jen.Lit(p.Const)
	case text:
		v = jen.String().Call(v)
	case pointer, notNil:
		v = addr(v)
	}
	write := g.member(a.write, p, append([]jen.Code{jen.Lit(p.Wire), v}, behind(a, p, g.encoder)...))
	if a.passed == notNil {
		return jen.If(self(p.Name).Op("!=").Nil()).Block(write)
	}
	return write
}

// member calls what serves a member.
func (g *generator) member(name string, p *model.Field, args []jen.Code) *jen.Statement {
	if scalar, ok := p.Type.(model.Scalar); ok {
		name = strings.Replace(name, "*", scalarMethods[scalar], 1)
	}
	if method, ok := strings.CutPrefix(name, "."); ok {
		return jen.Id("o").Dot(method).Call(args...)
	}
	return g.run(name).Call(append([]jen.Code{jen.Id("o")}, args...)...)
}

// behind are the arguments that follow the field.
func behind(a access, p *model.Field, codec func(model.Type) jen.Code) []jen.Code {
	switch a.with {
	case typeCodec:
		return []jen.Code{codec(p.Type)}
	case elemCodec:
		return []jen.Code{codec(elemOf(p.Type))}
	case aliases:
		names := make([]jen.Code, len(p.Aliases))
		for i, n := range p.Aliases {
			names[i] = jen.Lit(n)
		}
		return names
	}
	return nil
}

// elemOf is the type of the elements of a list or a map, nil for other types.
func elemOf(t model.Type) model.Type {
	switch t := t.(type) {
	case *model.List:
		return t.Elem
	case *model.Map:
		return t.Elem
	}
	return nil
}
