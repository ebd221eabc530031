// Package model is the resolved API: what the generator emits code for.
//
// The resolve stage builds it from a document, the name stage gives every
// declaration, field and value its Go identifier, and emit reads it. It knows
// neither swagger nor Go syntax.
package model

import "github.com/go-voicelive/voicelive-go/gen/internal/diag"

// API is everything that one package declares. The declarations of each kind
// are sorted by wire name, so that the order of the document does not matter.
type API struct {
	Title   string // info.title
	Version string // info.version
	Enums   []*Enum
	Structs []*Struct
	Unions  []*Union
	Named   []*Named
}

// Decl is what all declarations have in common.
type Decl struct {
	Wire string        // the definition's name, or Owner.property for a hoisted one
	Pin  string        // the Go name asked for by x-ms-client-name, if any
	Name string        // the Go identifier; set by the name stage
	Doc  string        // the description, as written
	At   diag.Location // where the document declares it
	// Send and Receive tell in which directions a value travels: reachable from
	// a union whose direction is send or receive. Both are set when the
	// document states no direction at all.
	Send, Receive bool
}

// Type is the type of a value: a Scalar, *List, *Map, *Enum, *Struct, *Union or *Named.
type Type interface{ isType() }

// Scalar is a type without structure of its own.
type Scalar int

// The scalars.
const (
	String   Scalar = iota
	Int             // integer of at most 32 bits, or of no stated size
	Int64           // integer, format int64
	Float           // number
	Bool            // boolean
	Bytes           // string, format byte: base64 on the wire
	Time            // string, format date-time: RFC 3339 on the wire
	UnixTime        // integer, format unixtime: seconds since 1970
	Raw             // any JSON value, kept as it is
)

// List is a JSON array of one element type.
type List struct{ Elem Type }

// Map is a JSON object with free keys and one element type.
type Map struct{ Elem Type }

// Enum is an open set of strings.
type Enum struct {
	Decl
	Values []*Value // in the document's order, never empty
	Empty  bool     // "" is a value too, which needs no constant
	Unions []*Union // the unions by kind that it is a member of
}

// Value is one known value of an enum.
type Value struct {
	Wire string // never empty
	Pin  string // x-ms-enum.values[].name, if it differs from Wire
	Name string // the constant's Go identifier, with the enum's as prefix
	Doc  string
	At   diag.Location
}

// Struct is a JSON object with named properties: allOf is flattened into it.
type Struct struct {
	Decl
	Fields []*Field // base properties first, each group in the document's order
	// Unions are the unions that this struct is a variant of, nearest first:
	// UserMessageItem has MessageItem, then ConversationRequestItem.
	Unions []*Union
}

// Field is one property of a struct.
type Field struct {
	Wire     string // the property's name
	Pin      string // x-ms-client-name, if any
	Name     string // the Go field; empty for a constant
	Doc      string // the property's description: the one beside a $ref wins
	At       diag.Location
	Type     Type
	Required bool
	Nullable bool // null means something: Nullable[T], or the union's null variant
	ReadOnly bool
	// Promised is set for a read-only property that the document requires: it is in
	// what is received, and is left out of what is sent.
	Promised bool
	// Const is the one value of a required constant, such as a tag. A constant
	// is never a Go field: the codec writes it.
	Const string
	// Tag is set for a constant that a union's key decides.
	Tag bool
	// Known is the one documented value of an optional constant. The field is a
	// string, "" is absent, and the value becomes a Go constant.
	Known      *Value
	Aliases    []string // other wire names that are read, never written
	AllowEmpty bool     // a required string or list that may be empty
	Secret     bool     // a credential, or a way to one: never printed
	Format     string   // the format keyword, for documentation (uri, uuid, duration …)
	Default    string   // the default as JSON text; empty for none
	Bounds     Bounds
}

// IsConst reports whether the field is written by the codec alone.
func (f *Field) IsConst() bool { return f.Const != "" }

// Bounds are the checked limits of a field; nil means none.
type Bounds struct {
	Minimum, Maximum     *float64
	MinLength, MaxLength *int64 // in characters
	MinItems, MaxItems   *int64
	ExclusiveMinimum     bool
	ExclusiveMaximum     bool
	Pattern              string // documented, not checked
}

// Union is a value of one of several types.
//
// A discriminated union (Key is set) is told apart by a property. A union by
// kind (Key is empty) has members of different JSON kinds; its object members,
// if several, are told apart by ObjectKey.
type Union struct {
	Decl
	Key     string // the discriminator property, "type"; empty for a union by kind
	KeyEnum *Enum  // the key's type; nil for a plain string
	// Base are the properties of the base definition except the key: every
	// variant has them.
	Base     []*Field
	Variants []*Variant // by tag, sorted; the variants of nested unions are not repeated here
	Members  []*Member  // of a union by kind
	// ObjectKey is the property that tells the object members of a union by
	// kind apart; empty if at most one member is an object without a key.
	ObjectKey string
	// Parents are the unions that this union is a variant or member of.
	Parents []*Union
	// Root is set when no property refers to a union that is told apart by a tag: it is
	// an entry point.
	Root bool
	// Null is set when a property of this type is nullable.
	Null bool
	// Sender asks for a method for each variant; nil for none.
	Sender *Sender
}

// Sender is a Go type, written by hand, with a method Send that takes a union. It gets
// a method for each variant of the union.
type Sender struct {
	Type    string // the Go identifier
	At      diag.Location
	Omit    []string          // first words of tags that method names leave out
	Pins    map[string]string // method names by tag
	ByHand  []string          // tags whose methods are written by hand
	Methods []*Method         // sorted by name; set by the name stage
}

// Method sends one variant of a union. Its parameters are the required properties.
type Method struct {
	Name  string
	Tag   string
	Event *Struct
}

// Variant is one alternative of a discriminated union.
type Variant struct {
	Tag  string
	Type Type // *Struct, or *Union for a nested one (message -> MessageItem by role)
	At   diag.Location
}

// Kind is a kind of JSON value.
type Kind int

// The kinds that a member of a union by kind can have.
const (
	KindString Kind = iota
	KindNumber
	KindBool
	KindArray
	KindObject
)

// Member is one alternative of a union by kind. Type is a declared one: *Enum,
// *Struct, *Union or *Named. Tags are the values of ObjectKey that select an
// object member; a member without tags takes every object.
type Member struct {
	Kind Kind
	Type Type
	Tags []string
}

// Named is a definition that is neither an object, an enum nor a union: a name
// for a scalar, a list or a map.
type Named struct {
	Decl
	Type   Type
	Bounds Bounds
	Unions []*Union // the unions by kind that it is a member of
}

func (Scalar) isType()  {}
func (*List) isType()   {}
func (*Map) isType()    {}
func (*Enum) isType()   {}
func (*Struct) isType() {}
func (*Union) isType()  {}
func (*Named) isType()  {}
