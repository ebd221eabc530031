package diag

import (
	"slices"
	"strings"
)

// DidYouMean returns `did you mean "x"?` for the word among known that is one
// edit away from word (a letter added, dropped, changed or swapped with its
// neighbour), or that differs only in case; without such a word it returns
// otherwise.
func DidYouMean(word string, known []string, otherwise string) string {
	for _, k := range slices.Sorted(slices.Values(known)) {
		if k != word && (strings.EqualFold(k, word) || oneEdit(k, word)) {
			return `did you mean "` + k + `"?`
		}
	}
	return otherwise
}

func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	for len(a) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	switch len(b) - len(a) {
	case 0:
		return len(a) > 0 && (a[1:] == b[1:] ||
			len(a) > 1 && a[0] == b[1] && a[1] == b[0] && a[2:] == b[2:])
	case 1:
		return a == b[1:]
	}
	return false
}
