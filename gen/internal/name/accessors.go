package name

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// reserved are the package-level names that the package of an API declares
// beside those of the document.
func reserved(api *model.API) []string {
	names := []string{"APIVersion", "Extra", "DecodeError", "EncodeError"}
	if gotype.HasNullable(api) {
		names = append(names, "Nullable", "NullableOf", "NullOf")
	}
	if gotype.HasValidate(api) {
		names = append(names, "ValidationError", "Violation")
	}
	return names
}

// reservedMembers are the names that a struct has beside the fields of the
// document.
func reservedMembers(sent, validated bool) []string {
	names := []string{"Extra", "MarshalJSON", "UnmarshalJSON"}
	if sent {
		names = append(names, "AppendJSON")
	}
	if sent || validated {
		names = append(names, "Validate")
	}
	return names
}

// vague are words at the end of a union's name that do not tell what it is.
var vague = []string{"Base", "Object", "Model", "Definition", "Type", "Union"}

// TagMethod is the method that returns the tag of a discriminated union's
// value: the last word of the union's Go name that tells something, and the
// words of its key, so that a struct can belong to a nested union and to its
// parent. The union must have its name.
func TagMethod(u *model.Union) string {
	words := goWords(u.Name)
	for len(words) > 1 && slices.Contains(vague, words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return exported(join(append(words[len(words)-1:], goWords(u.Key)...)))
}

// Getter is the method that returns a base property through the interface of
// its union. The field must have its name.
func Getter(f *model.Field) string { return "Get" + f.Name }
