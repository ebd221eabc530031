package overlay

import (
	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// within reports whether got has the wanted value. Objects may have further members.
func within(want, got *yaml.Node) bool {
	if want.Kind != yaml.MappingNode || got.Kind != yaml.MappingNode {
		return document.Equal(want, got)
	}
	for key, value := range document.Members(want) {
		if member := document.Get(got, key.Value); member == nil || !within(value, member) {
			return false
		}
	}
	return true
}
