package lint

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A config is what the rules look at.
type config struct {
	target  *voicelive.ConnectOptions
	model   string
	family  family
	version string // of the API
	session any    // JSON; nil if there is none
}

// newConfig reads the configuration. The second result is what keeps it from being sent at all.
func newConfig(target *voicelive.ConnectOptions, session *voicelive.RequestSession) (*config, *Finding) {
	c := &config{target: target, model: target.Model, version: cmp.Or(target.APIVersion, voicelive.APIVersion)}
	if session != nil {
		if c.model == "" && target.Agent == nil && session.Model != nil {
			c.model = *session.Model
		}
		err := session.Validate()
		if err != nil {
			return nil, invalid("", err)
		}
		c.session = tree(session)
	}
	c.family = familyOf(c.model, target.Profile)
	return c, nil
}

func invalid(path string, err error) *Finding {
	return &Finding{
		Rule: "invalid", Severity: Error, Path: path,
		Reason: strings.TrimPrefix(err.Error(), "voicelive: "),
		Source: "specification", Fix: "correct the value",
	}
}

// tree is the JSON of a valid value.
func tree(v json.Marshaler) (t any) {
	data, err := v.MarshalJSON()
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber() // some are too large for a float64
		err = d.Decode(&t)
	}
	if err != nil {
		panic(err) // it is valid
	}
	return floats(t)
}

// floats replaces numbers by the nearest float64, which is infinite for some.
func floats(t any) any {
	switch t := t.(type) {
	case json.Number:
		f, _ := t.Float64() // out of range is infinite
		return f
	case []any:
		for i := range t {
			t[i] = floats(t[i])
		}
	case map[string]any:
		for name := range t {
			t[name] = floats(t[name])
		}
	}
	return t
}

// A place is a value in the tree and its path.
type place struct {
	path  string
	value any
}

// find lists the values at a path such as "tools[].type", where [] is each element of a list.
func find(t any, path string) []place {
	found := []place{{"", t}}
	for step := range strings.SplitSeq(path, ".") {
		name, list := strings.CutSuffix(step, "[]")
		var next []place
		for _, p := range found {
			object, _ := p.value.(map[string]any)
			v, ok := object[name]
			if !ok {
				continue
			}
			inside := place{join(p.path, name), v}
			if !list {
				next = append(next, inside)
				continue
			}
			elems, _ := v.([]any)
			for i, elem := range elems {
				next = append(next, place{inside.path + "[" + strconv.Itoa(i) + "]", elem})
			}
		}
		found = next
	}
	return found
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// has reports whether a value at a path matches.
func (c *config) has(path string, is matcher) bool {
	return slices.ContainsFunc(find(c.session, path), func(p place) bool { return is(p.value) })
}
