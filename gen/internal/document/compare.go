package document

import (
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// Equal reports whether two values are the same JSON. It ignores the order of
// members and the spelling of numbers.
func Equal(a, b *yaml.Node) bool {
	switch {
	case a.Kind != b.Kind || len(a.Content) != len(b.Content):
		return false
	case a.Kind == yaml.SequenceNode:
		return slices.EqualFunc(a.Content, b.Content, Equal)
	case a.Kind == yaml.MappingNode:
		for key, value := range Members(a) {
			if member := Get(b, key.Value); member == nil || !Equal(value, member) {
				return false
			}
		}
		return true
	case isNumber(a) && isNumber(b):
		return equalNumbers(a, b)
	}
	return a.Tag == b.Tag && a.Value == b.Value
}

// equalNumbers compares integers by their text, which float64 cannot always hold.
func equalNumbers(a, b *yaml.Node) bool {
	if a.Value == b.Value || a.Tag == "!!int" && b.Tag == "!!int" {
		return a.Value == b.Value
	}
	x, errX := strconv.ParseFloat(a.Value, 64)
	y, errY := strconv.ParseFloat(b.Value, 64)
	return errX == nil && errY == nil && x == y
}

// Difference is a place where two documents are not Equal.
type Difference struct {
	Pointer       string
	Before, After *yaml.Node // nil if the document has no value at the place
}

// Differences lists the places where two values differ. It descends into objects,
// and into arrays of the same length. It is empty if the values are Equal.
func Differences(before, after *yaml.Node) []Difference {
	return differences("", before, after)
}

func differences(pointer string, before, after *yaml.Node) []Difference {
	var all []Difference
	switch {
	case Equal(before, after):
		return nil
	case before.Kind == yaml.MappingNode && after.Kind == yaml.MappingNode:
		for key, old := range Members(before) {
			at := pointer + "/" + diag.Escape(key.Value)
			if now := Get(after, key.Value); now != nil {
				all = append(all, differences(at, old, now)...)
			} else {
				all = append(all, Difference{Pointer: at, Before: old})
			}
		}
		for key, now := range Members(after) {
			if Get(before, key.Value) == nil {
				all = append(all, Difference{Pointer: pointer + "/" + diag.Escape(key.Value), After: now})
			}
		}
		return all
	case before.Kind == yaml.SequenceNode && after.Kind == yaml.SequenceNode && len(before.Content) == len(after.Content):
		for i := range before.Content {
			all = append(all, differences(pointer+"/"+strconv.Itoa(i), before.Content[i], after.Content[i])...)
		}
		return all
	}
	return []Difference{{pointer, before, after}}
}
