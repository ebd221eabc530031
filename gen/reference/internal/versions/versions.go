// Package versions knows in which versions of an API each type, property and
// enum value exists. It learns that from the documents of the versions once,
// and keeps it in a small file for when they are not at hand.
package versions

import (
	"maps"
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Table is what each version has, by the wire names of declarations. The zero
// value knows no version.
type Table struct{ versions map[string]contents }

// contents are the members of each declaration: properties, values or tags.
type contents map[string]map[string]bool

// Add learns a version from its model, and forgets what was known of it.
func (t *Table) Add(api *model.API) {
	c := contents{}
	for _, typ := range api.Types() {
		members := map[string]bool{}
		switch typ := typ.(type) {
		case *model.Struct:
			for _, f := range typ.Fields {
				members[f.Wire] = true
			}
		case *model.Enum:
			for _, v := range typ.Values {
				members[v.Wire] = true
			}
		case *model.Union:
			for _, v := range typ.Variants {
				members[v.Tag] = true
			}
		}
		c[model.DeclOf(typ).Wire] = members
	}
	t.set(api.Version, c)
}

func (t *Table) set(version string, c contents) {
	if t.versions == nil {
		t.versions = map[string]contents{}
	}
	t.versions[version] = c
}

// Versions are the known ones, the oldest first: their names start with a date.
func (t *Table) Versions() []string { return slices.Sorted(maps.Keys(t.versions)) }

// Presence tells which of the known versions have something.
type Presence struct {
	In  []string // the oldest first
	Not []string // those after the first of In that lack it
}

// Since is the oldest version that has it, empty if none does.
func (p Presence) Since() string {
	if len(p.In) == 0 {
		return ""
	}
	return p.In[0]
}

// Type tells which versions have a declaration.
func (t *Table) Type(wire string) Presence {
	return t.presence(func(c contents) bool { return c[wire] != nil })
}

// Member tells which versions have a property of a struct, a value of an enum
// or a tag of a union.
func (t *Table) Member(wire, member string) Presence {
	return t.presence(func(c contents) bool { return c[wire][member] })
}

func (t *Table) presence(has func(contents) bool) (p Presence) {
	for _, v := range t.Versions() {
		if has(t.versions[v]) {
			p.In = append(p.In, v)
		} else if p.In != nil {
			p.Not = append(p.Not, v)
		}
	}
	return p
}

// Names are the declarations of all versions, and Members those of one, sorted.
func (t *Table) Names() []string {
	return t.union(func(c contents, add func(string)) {
		for wire := range c {
			add(wire)
		}
	})
}

// Members are the members that a declaration has in any version, sorted.
func (t *Table) Members(wire string) []string {
	return t.union(func(c contents, add func(string)) {
		for member := range c[wire] {
			add(member)
		}
	})
}

func (t *Table) union(each func(contents, func(string))) []string {
	names := map[string]bool{}
	for _, c := range t.versions {
		each(c, func(name string) { names[name] = true })
	}
	return slices.Sorted(maps.Keys(names))
}
