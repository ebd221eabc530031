package overlay

import (
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// within reports whether got has the wanted value, or more members than that.
func within(want, got *yaml.Node) bool {
	if want.Kind != yaml.MappingNode || got.Kind != yaml.MappingNode {
		return equal(want, got)
	}
	for key, value := range document.Members(want) {
		if member := document.Get(got, key.Value); member == nil || !within(value, member) {
			return false
		}
	}
	return true
}

// equal reports whether two values are the same JSON, whatever the order of
// members and the spelling of numbers.
func equal(a, b *yaml.Node) bool {
	switch {
	case a.Kind != b.Kind || len(a.Content) != len(b.Content):
		return false
	case a.Kind == yaml.SequenceNode:
		return slices.EqualFunc(a.Content, b.Content, equal)
	case a.Kind == yaml.MappingNode:
		for key, value := range document.Members(a) {
			if member := document.Get(b, key.Value); member == nil || !equal(value, member) {
				return false
			}
		}
		return true
	case isNumber(a) && isNumber(b):
		return equalNumbers(a, b)
	}
	return a.Tag == b.Tag && a.Value == b.Value
}

func isNumber(n *yaml.Node) bool { return n.Tag == "!!int" || n.Tag == "!!float" }

// equalNumbers compares integers by their text, which float64 cannot always hold.
func equalNumbers(a, b *yaml.Node) bool {
	if a.Value == b.Value || a.Tag == "!!int" && b.Tag == "!!int" {
		return a.Value == b.Value
	}
	x, errX := strconv.ParseFloat(a.Value, 64)
	y, errY := strconv.ParseFloat(b.Value, 64)
	return errX == nil && errY == nil && x == y
}
