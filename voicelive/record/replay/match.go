package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ids know the identifiers that one side has made, and what they are in the replay.
type ids struct {
	made  map[string]bool   // by that side, in the recording
	now   map[string]string // in the replay, by that in the recording
	taken map[string]bool   // values of now
}

func newIDs() *ids {
	return &ids{made: map[string]bool{}, now: map[string]string{}, taken: map[string]bool{}}
}

// bind notes what an identifier of the recording is now.
func (x *ids) bind(recorded, now string) {
	x.now[recorded] = now
	x.taken[now] = true
}

// restamp puts the identifiers of the replay in place of those of the recording.
func (x *ids) restamp(event []byte) []byte {
	for recorded, now := range x.now {
		if recorded != now {
			event = bytes.ReplaceAll(event, quote(recorded), quote(now))
		}
	}
	return event
}

func quote(s string) []byte {
	b, _ := json.Marshal(s) // a string always encodes
	return b
}

// isID reports whether a member holds an identifier.
func isID(name string) bool { return name == "id" || strings.HasSuffix(name, "_id") }

// identifiers calls yield for each identifier in a value.
func identifiers(v any, name string, yield func(string)) {
	switch v := v.(type) {
	case map[string]any:
		for inner, member := range v {
			identifiers(member, inner, yield)
		}
	case []any:
		for _, element := range v {
			identifiers(element, name, yield)
		}
	case string:
		if isID(name) && v != "" {
			yield(v)
		}
	}
}

// decode returns the value of JSON; numbers are texts. What is not JSON is nil.
func decode(text []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// A comparison compares an event with a recorded one.
type comparison struct {
	ids     *ids
	ignore  []string
	bound   map[string]string // identifiers that are new with this event
	members []string          // that differ
}

// compare returns the members that differ, and the identifiers that the event would bind if there are none.
func compare(want, got any, x *ids, ignore []string) *comparison {
	c := &comparison{ids: x, ignore: ignore, bound: map[string]string{}}
	c.value("", "", want, got)
	return c
}

const maxMembers = 10

func (c *comparison) differ(path string, want, got any) {
	switch {
	case len(c.members) < maxMembers:
		c.members = append(c.members, fmt.Sprintf("%s: recorded %s, sent %s", path, show(want), show(got)))
	case len(c.members) == maxMembers:
		c.members = append(c.members, "and more")
	}
}

// absent is the value of a member that is not there.
type absent struct{}

func show(v any) string {
	if v == (absent{}) {
		return "nothing"
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return clip(strings.TrimSpace(b.String()))
}

// value compares two values of a member, of which path is the path and name the name.
func (c *comparison) value(path, name string, want, got any) {
	if slices.Contains(c.ignore, path) && path != "" {
		return
	}
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			c.object(path, w, g)
			return
		}
	case []any:
		if g, ok := got.([]any); ok {
			c.array(path, name, w, g)
			return
		}
	case string:
		if g, ok := got.(string); ok && c.text(w, g, isID(name)) {
			return
		}
	case json.Number:
		if g, ok := got.(json.Number); ok && equalNumbers(w, g) {
			return
		}
	default:
		if want == got {
			return
		}
	}
	c.differ(path, want, got)
}

func (c *comparison) object(path string, want, got map[string]any) {
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, inner := range slices.Sorted(maps.Keys(all)) {
		w, wanted := want[inner]
		if !wanted {
			w = absent{}
		}
		g, sent := got[inner]
		if !sent {
			g = absent{}
		}
		below := inner
		if path != "" {
			below = path + "." + inner
		}
		c.value(below, inner, w, g)
	}
}

func (c *comparison) array(path, name string, want, got []any) {
	for i := range max(len(want), len(got)) {
		var w, g any = absent{}, absent{}
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		c.value(path+"["+strconv.Itoa(i)+"]", name, w, g)
	}
}

// text reports whether a text is that of the recording, or what that is now.
func (c *comparison) text(want, got string, id bool) bool {
	now, ok := c.ids.now[want]
	if !ok {
		now, ok = c.bound[want]
	}
	switch {
	case ok:
		return got == now
	case !id || !c.ids.made[want]:
		return got == want
	case c.ids.taken[got]:
		return false
	}
	for _, other := range c.bound {
		if other == got {
			return false
		}
	}
	c.bound[want] = got
	return true
}

func equalNumbers(a, b json.Number) bool {
	if a == b {
		return true
	}
	x, err1 := a.Float64()
	y, err2 := b.Float64()
	return err1 == nil && err2 == nil && x == y
}
