package lint

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// An apiShape is a declaration of the specification: an object, an enum or a union.
type apiShape struct {
	in      string // the versions that have it: a digit for each of apiVersions, empty for all
	key     string // of a union: the property that tells its objects apart
	object  bool
	members map[string]apiMember // properties, values, or variants by tag or kind of JSON
}

// An apiMember is a property, a value or a variant: the versions that have it, as in apiShape,
// and the declaration of its type, empty if it has none of its own.
type apiMember struct{ in, typ string }

const specification = "specification: "

// checkTarget finds what the version of the API lacks of the target.
func checkTarget(c *config) []Finding {
	var found []Finding
	if !slices.Contains(apiVersions, c.version) {
		found = append(found, Finding{Rule: "version-unknown", Severity: Suggestion,
			Reason: fmt.Sprintf("nothing is known of version %s of the API, so its properties are not checked", strconv.Quote(c.version)),
			Source: specification + "versions", Fix: fmt.Sprintf("known are %v", apiVersions)})
	}
	if c.target.RTC {
		found = c.lacks(found, apiShapes["ClientEvent"].members["rtc.call.sdp.create"].in, "", "calls over WebRTC", "ClientEvent.rtc.call.sdp.create")
	}
	return found
}

// lacks adds a finding if the version is known and not among those in a string of digits.
func (c *config) lacks(found []Finding, in, path, what, source string) []Finding {
	i := slices.Index(apiVersions, c.version)
	if i < 0 || in == "" || in[i] == '1' {
		return found
	}
	var have []string
	for i, v := range apiVersions {
		if in[i] == '1' {
			have = append(have, v)
		}
	}
	return append(found, Finding{Rule: "version", Severity: Warning, Path: path,
		Reason: fmt.Sprintf("the specification of version %s has no %s", c.version, what),
		Source: specification + source, Fix: fmt.Sprintf("leave it out, or choose one of the versions %v", have)})
}

// walk finds what the version of the API lacks, and what no version has, in a value of a declared type.
func (c *config) walk(typ string, v any, path string) (found []Finding) {
	shape, ok := apiShapes[typ]
	if !ok || v == nil {
		return nil
	}
	switch v := v.(type) {
	case []any:
		for i, elem := range v {
			found = append(found, c.walk(typ, elem, path+"["+strconv.Itoa(i)+"]")...)
		}
		return found
	case map[string]any:
		if shape.object {
			return c.walkObject(typ, shape, v, path)
		}
		tag, _ := v[shape.key].(string)
		return c.walkVariant(typ, shape, "object", tag, v, path)
	case string:
		return c.walkVariant(typ, shape, "string", v, v, path)
	}
	return nil
}

func (c *config) walkObject(typ string, shape apiShape, v map[string]any, path string) (found []Finding) {
	for _, name := range slices.Sorted(maps.Keys(v)) {
		at := join(path, name)
		m, ok := shape.members[name]
		if !ok {
			found = append(found, Finding{Rule: "unknown-property", Severity: Suggestion, Path: at,
				Reason: fmt.Sprintf("the specification has no property %s of %s; it is sent as it is", strconv.Quote(name), typ),
				Source: specification + typ, Fix: "check the spelling"})
			continue
		}
		if lacking := c.lacks(nil, m.in, at, "property "+name, typ+"."+name); lacking != nil {
			found = append(found, lacking...)
			continue
		}
		found = append(found, c.walk(m.typ, v[name], at)...)
	}
	return found
}

// walkVariant looks at the variant of a union, or at the value of an enum, that has a tag, or else
// is of a kind of JSON.
func (c *config) walkVariant(typ string, shape apiShape, kind, tag string, v any, path string) []Finding {
	m, ok := shape.members[tag]
	if !ok {
		if m, ok = shape.members[kind]; !ok {
			return nil // enums and unions are open
		}
	}
	if lacking := c.lacks(nil, m.in, path, strconv.Quote(tag), typ+"."+tag); lacking != nil {
		return lacking
	}
	return c.walk(m.typ, v, path)
}
