package overlay

import (
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/index"
)

// A span is the set of document versions for which an action exists. The zero value
// is all versions.
type span struct {
	only          []string // exactly these
	since, before string   // a range, open where empty
}

const spanFix = `write a list such as ["2026-04-10"], or an object with since, before or both; before is the first that it does not hold for`

// versions reads x-versions.
func (p *parser) versions(n *yaml.Node, pointer string) (s span) {
	switch {
	case n == nil:
		return s
	case n.Kind == yaml.SequenceNode && len(n.Content) > 0:
		for i, v := range n.Content {
			if !filled(v) {
				p.diags.Errorf(p.at(v, pointer+"/"+strconv.Itoa(i)), "quote it", "a version must be a string")
			}
			s.only = append(s.only, v.Value)
		}
		return s
	case n.Kind == yaml.MappingNode && len(n.Content) > 0:
		p.known(n, pointer, "since", "before")
		for _, end := range []struct {
			name string
			to   *string
		}{{"since", &s.since}, {"before", &s.before}} {
			v := document.Get(n, end.name)
			switch {
			case v == nil:
			case !filled(v):
				p.diags.Errorf(p.at(v, pointer+"/"+end.name), "quote it", "a version must be a string")
			case !index.Dated(v.Value):
				p.diags.Errorf(p.at(v, pointer+"/"+end.name), "list the versions instead", "%q is not a date, and no end of a range", v.Value)
			default:
				*end.to = v.Value
			}
		}
		if s.since != "" && s.before != "" && index.Compare(s.since, s.before) >= 0 {
			p.diags.Errorf(p.at(n, pointer), "", "no version is since %s and before %s", s.since, s.before)
		}
		return s
	}
	p.diags.Errorf(p.at(n, pointer), spanFix, "x-versions is neither a list nor a range of versions")
	return s
}

// holds reports whether a version is in the span. A version that is not a date is in no
// range.
func (s span) holds(version string) bool {
	switch {
	case s.only != nil:
		return slices.Contains(s.only, version)
	case s.since == "" && s.before == "":
		return true
	}
	return index.Dated(version) &&
		(s.since == "" || index.Compare(version, s.since) >= 0) &&
		(s.before == "" || index.Compare(version, s.before) < 0)
}
