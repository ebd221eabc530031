// Package secret tells which properties of an API hold secrets, and which types
// hold such properties.
package secret

import (
	"strings"
	"unicode"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Looks reports whether a property of that name and type holds a secret as far
// as the name tells. Numbers and switches are none.
func Looks(wire string, t model.Type) bool {
	const deep = 8
	if !holdsText(t, deep) {
		return false
	}
	name := Plain(wire)
	for _, whole := range strings.Fields(wholes) {
		if name == whole {
			return true
		}
	}
	for _, ending := range strings.Fields(endings) {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}

// The names, without case and separators. The redactor of package jsonwire has a
// list of its own, for members that no document declares.
const (
	wholes  = "auth headers pass sig"
	endings = `accesskey accountkey apikey authorization bearer connectionstring cookie credential credentials jwt passphrase
		passwd password privatekey pwd sas sdp sdpanswer sdpoffer secret secretkey secrets sharedkey signature signingkey
		subscriptionkey token`
)

// holdsText looks through names, lists and maps, which may contain themselves, up
// to a depth.
func holdsText(t model.Type, depth int) bool {
	if depth == 0 {
		return false
	}
	switch t := t.(type) {
	case model.Scalar:
		return t == model.String || t == model.Bytes || t == model.Raw
	case *model.List:
		return holdsText(t.Elem, depth-1)
	case *model.Map:
		return holdsText(t.Elem, depth-1)
	case *model.Named:
		return holdsText(t.Type, depth-1)
	}
	return false
}

// Plain returns the letters and digits of a name, in lower case.
func Plain(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// Holders are the declared types that hold a secret, themselves or somewhere
// inside.
func Holders(api *model.API) map[model.Type]bool {
	holders := map[model.Type]bool{}
	types := api.Types()
	for changed := true; changed; {
		changed = false
		for _, t := range types {
			if !holders[t] && holds(t, holders) {
				holders[t], changed = true, true
			}
		}
	}
	return holders
}

func holds(t model.Type, holders map[model.Type]bool) bool {
	if s, ok := t.(*model.Struct); ok {
		for _, f := range s.Fields {
			if f.Secret {
				return true
			}
		}
	}
	for _, used := range model.Uses(t) {
		if within(used, holders) {
			return true
		}
	}
	return false
}

// within looks through lists and maps.
func within(t model.Type, holders map[model.Type]bool) bool {
	switch t := t.(type) {
	case *model.List:
		return within(t.Elem, holders)
	case *model.Map:
		return within(t.Elem, holders)
	}
	return holders[t]
}
