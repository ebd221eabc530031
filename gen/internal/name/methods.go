package name

import (
	"cmp"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// nameMethods gives each sender its methods: one for each variant that is a struct and
// has no method written by hand.
func nameMethods(api *model.API, diags *diag.List) {
	methods := map[string]scope{} // by sender
	for _, u := range api.Unions {
		s := u.Sender
		if s == nil {
			continue
		}
		if !token.IsIdentifier(s.Type) || !token.IsExported(s.Type) {
			diags.Errorf(s.At, "write letters, digits and underscores only, a capital first", "the sender %q is not an exported Go identifier", s.Type)
			continue
		}
		for _, v := range u.Variants {
			event, ok := v.Type.(*model.Struct)
			if !ok || slices.Contains(s.ByHand, v.Tag) {
				continue
			}
			m := &model.Method{Name: methodName(v.Tag, s, diags), Tag: v.Tag, Event: event}
			s.Methods = append(s.Methods, m)
			methods[s.Type] = append(methods[s.Type], entry{name: m.Name, role: "the method that sends " + strconv.Quote(v.Tag) + " of ", at: s.At, fix: "pin one in names of x-vlgen-sender in the overlay"})
		}
		slices.SortFunc(s.Methods, func(a, b *model.Method) int { return cmp.Compare(a.Name, b.Name) })
	}
	for _, s := range methods {
		s.report([]string{"Send"}, "sender", diags)
	}
}

// methodName puts the verb first, which is the last word of a tag between points:
// input_audio_buffer.clear is ClearInputAudioBuffer.
func methodName(tag string, s *model.Sender, diags *diag.List) string {
	if pin := s.Pins[tag]; pin != "" {
		return pinned(tag, pin, s.At, diags)
	}
	words := strings.Split(tag, ".")
	verb, object := words[len(words)-1], words[:len(words)-1]
	if len(object) > 1 && slices.Contains(s.Omit, object[0]) {
		object = object[1:]
	}
	return identifier(verb + "." + strings.Join(object, "."))
}

// Parameter is the Go parameter of a method for a field. It is none of the given names,
// and no keyword or predeclared identifier.
func Parameter(f *model.Field, taken ...string) string {
	words := split(f.Wire)
	if len(words) == 0 {
		words = symbolWords(f.Wire)
	}
	id := strings.ToLower(words[0])
	if rest := words[1:]; len(rest) > 0 {
		id = join(append([]string{id}, goWords(strings.Join(rest, "_"))...))
	}
	first := []rune(id)[0]
	if unicode.IsDigit(first) {
		id = "x" + id
	}
	if token.IsKeyword(id) || slices.Contains(taken, id) {
		id += "Value"
	}
	return id
}
