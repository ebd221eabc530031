package name

import "github.com/go-voicelive/voicelive-go/gen/internal/model"

// Reserved are the package-level names that every generated package declares.
// It is never written to.
var Reserved = [...]string{
	"APIVersion", "Nullable", "Null", "Value", "Extra", "RawMessage",
	"DecodeError", "EncodeError", "ValidationError", "Violation",
}

// reservedMembers are the names that every generated struct has beside the
// fields of the document.
var reservedMembers = [...]string{"Extra", "MarshalJSON", "UnmarshalJSON", "AppendJSON", "Validate"}

// TagMethod is the method that returns the tag of a discriminated union's
// value: the last word of the union's Go name and the words of its key, so that
// a struct can belong to a nested union and to its parent. The union must have
// its name.
func TagMethod(u *model.Union) string {
	words := goWords(u.Name)
	return exported(join(append(words[len(words)-1:], goWords(u.Key)...)))
}

// Getter is the method that returns a base property through the interface of
// its union. The field must have its name.
func Getter(f *model.Field) string { return "Get" + f.Name }
