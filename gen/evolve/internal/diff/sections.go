package diff

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// The headings that do not depend on the API.
const (
	theAPI        = "The API"
	newEvents     = "New events"
	removedEvents = "Removed events"
	changedEvents = "Changed events"
	types         = "Types"
	enumValues    = "Enum values"
	descriptions  = "Descriptions"
)

// sections are all headings in order.
func (c *comparer) sections() []string {
	all := []string{theAPI, newEvents, removedEvents, changedEvents}
	for _, area := range append(slices.Clone(c.in.Areas), types, enumValues, descriptions) {
		if !slices.Contains(all, area) {
			all = append(all, area)
		}
	}
	return all
}

// section is the heading for a change.
func (c *comparer) section(ch *Change) string {
	switch ch.Rule.ID {
	case "title", "version":
		return theAPI
	case "event-added":
		return newEvents
	case "event-removed":
		return removedEvents
	case "value-added", "value-removed", "value-renamed":
		return enumValues
	case "description":
		return descriptions
	}
	if ch.Rule.ID == "event-renamed" || c.events[ch.Type] {
		return changedEvents
	}
	if c.in.Area != nil {
		if area := c.in.Area(ch.Type); slices.Contains(c.in.Areas, area) {
			return area
		}
	}
	return types
}

// events are the wire names of the variants of entry points.
func events(apis ...*model.API) map[string]bool {
	all := map[string]bool{}
	for _, api := range apis {
		for _, u := range api.Unions {
			for _, v := range u.Variants {
				if u.Root {
					all[declName(v.Type)] = true
				}
			}
		}
	}
	return all
}
