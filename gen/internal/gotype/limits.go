package gotype

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Limit is a bound that a Go value can break, checked by the function of that
// name in jsonwire: a number, a length in characters, or a number of items.
type Limit struct {
	Func   string
	Number float64 // of a number
	N      int     // of a length or a number of items
	Length bool
	Items  bool
}

// FieldLimits are the bounds of a field that its Go type can break.
func FieldLimits(f *model.Field) []Limit {
	if _, isList := f.Type.(*model.List); f.Known != nil || f.Nullable && isList {
		return nil
	}
	return Limits(f.Type, f.Bounds, f.Required && !f.AllowEmpty)
}

// Limits are the bounds that a value of a type can break. One that must not be
// empty needs no other check for that.
func Limits(t model.Type, b model.Bounds, notEmpty bool) (all []Limit) {
	number := func(v *float64, exclusive bool, incl, excl string) {
		if v != nil && exclusive {
			incl = excl
		}
		if v != nil {
			all = append(all, Limit{Func: incl, Number: *v})
		}
	}
	switch t := t.(type) {
	case model.Scalar:
		switch t {
		case model.Int, model.Int64, model.Float:
			number(b.Minimum, b.ExclusiveMinimum, "Min", "Above")
			number(b.Maximum, b.ExclusiveMaximum, "Max", "Below")
		case model.String:
			if b.MinLength != nil && (*b.MinLength > 1 || *b.MinLength == 1 && !notEmpty) {
				all = append(all, Limit{Func: "MinLength", N: int(*b.MinLength), Length: true})
			}
			if b.MaxLength != nil {
				all = append(all, Limit{Func: "MaxLength", N: int(*b.MaxLength), Length: true})
			}
		}
	case *model.List:
		if b.MinItems != nil {
			all = append(all, Limit{Func: "MinItems", N: int(*b.MinItems), Items: true})
		}
		if b.MaxItems != nil {
			all = append(all, Limit{Func: "MaxItems", N: int(*b.MaxItems), Items: true})
		}
	}
	return all
}

// Emptiness is how the zero value of a required field is told from a value.
type Emptiness int

// The ways.
const (
	NeverEmpty Emptiness = iota // it cannot be told
	EmptyString
	EmptyBytes // no bytes
	IsZero     // its method IsZero
	Nil
)

// EmptinessOf is how Validate finds out that a field is missing.
func EmptinessOf(f *model.Field) Emptiness {
	switch form := FormOf(f); {
	case !f.Required || f.AllowEmpty || form == Constant:
		return NeverEmpty
	case form == Nullable:
		return IsZero
	case form == NullUnion:
		return Nil
	}
	switch t := f.Type.(type) {
	case model.Scalar:
		switch t {
		case model.String:
			return EmptyString
		case model.Bytes:
			return EmptyBytes
		case model.Raw:
			return Nil
		case model.Time, model.UnixTime:
			return IsZero
		}
		return NeverEmpty
	case *model.Enum:
		return EmptyString
	case *model.Struct:
		return NeverEmpty
	case *model.Named:
		if !Nilable(t) {
			return NeverEmpty
		}
	}
	return Nil
}

// Checked are the sent types that have a limit somewhere inside.
func Checked(api *model.API) map[model.Type]bool {
	users := map[model.Type][]model.Type{}
	for _, t := range api.Types() {
		for _, used := range model.Uses(t) {
			used = element(used)
			users[used] = append(users[used], t)
		}
	}
	checked := map[model.Type]bool{}
	var mark func(t model.Type)
	mark = func(t model.Type) {
		if checked[t] || !model.DeclOf(t).Send {
			return
		}
		checked[t] = true
		for _, user := range users[t] {
			mark(user)
		}
	}
	for _, t := range api.Types() {
		if limited(t) {
			mark(t)
		}
	}
	return checked
}

// element is what is inside of lists and maps.
func element(t model.Type) model.Type {
	switch t := t.(type) {
	case *model.List:
		return element(t.Elem)
	case *model.Map:
		return element(t.Elem)
	}
	return t
}

// limited reports whether a declaration has limits of its own.
func limited(t model.Type) bool {
	switch t := t.(type) {
	case *model.Struct:
		return slices.ContainsFunc(t.Fields, func(f *model.Field) bool {
			return len(FieldLimits(f)) > 0 || EmptinessOf(f) != NeverEmpty
		})
	case *model.Named:
		return len(Limits(t.Type, t.Bounds, false)) > 0
	}
	return false
}

// CheckedElem reports whether the elements of a list or map are checked.
func CheckedElem(checked map[model.Type]bool, t model.Type) bool {
	switch t := t.(type) {
	case *model.List:
		return checked[t.Elem] || CheckedElem(checked, t.Elem)
	case *model.Map:
		return checked[t.Elem] || CheckedElem(checked, t.Elem)
	}
	return false
}

// Validates reports whether a struct has a method Validate although it may have
// no limits: as an event that is sent, or because it requires something. Then
// the method stays when the last limit of the document goes.
func Validates(s *model.Struct) bool {
	return Sent(s.Unions) || s.Send && slices.ContainsFunc(s.Fields, func(f *model.Field) bool { return f.Required && !f.IsConst() })
}

// Validated are the wire names of the declarations that have a method Validate:
// those that are checked, and every event that is sent.
func Validated(api *model.API) map[string]bool {
	checked, all := Checked(api), map[string]bool{}
	for _, s := range api.Structs {
		all[s.Wire] = checked[s] || Validates(s)
	}
	for _, n := range api.Named {
		all[n.Wire] = checked[n]
	}
	return all
}

// Sent reports whether one of the unions, or one above them, is an entry point that is sent.
func Sent(unions []*model.Union) bool {
	return slices.ContainsFunc(model.Above(unions), func(u *model.Union) bool { return u.Root && u.Send })
}

// HasValidate reports whether any declaration of the API has a method Validate.
func HasValidate(api *model.API) bool {
	for _, has := range Validated(api) {
		if has {
			return true
		}
	}
	return slices.ContainsFunc(api.Unions, func(u *model.Union) bool { return u.Root && u.Send })
}

// HasNullable reports whether any field of the API is a Nullable.
func HasNullable(api *model.API) bool {
	nullable := func(f *model.Field) bool { return FormOf(f) == Nullable }
	return slices.ContainsFunc(api.Structs, func(s *model.Struct) bool { return slices.ContainsFunc(s.Fields, nullable) }) ||
		slices.ContainsFunc(api.Unions, func(u *model.Union) bool { return slices.ContainsFunc(u.Base, nullable) })
}
