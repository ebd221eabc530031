package markdown

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/reference/internal/versions"
	"github.com/go-voicelive/voicelive-go/templates"
)

// versionPages is the page of what the versions added, if any but this one is known.
func (r *renderer) versionPages() []*page {
	if r.Versions == nil {
		return nil
	}
	return []*page{{title: "Versions", file: "versions.md", body: r.history}}
}

// history lists for each version what it is the first one to have, and what it
// lacks of those before.
func (r *renderer) history() (string, error) {
	known := r.Versions.Versions()
	text, err := templates.VersionsText(line(known[0]))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(text + "\n")
	entries := r.entries()
	b.WriteString(counts(known, entries))
	for i, v := range known[1:] {
		before := known[i]
		fmt.Fprintf(&b, "## %s\n\n", line(v))
		r.section(&b, "New", entries, func(p versions.Presence) bool { return p.Since() == v })
		r.section(&b, "Not in it, but in "+line(before), entries, func(p versions.Presence) bool {
			return slices.Contains(p.In, before) && !slices.Contains(p.In, v)
		})
		r.section(&b, "Back again, after "+line(before)+" lacked it", entries, func(p versions.Presence) bool {
			return slices.Contains(p.In, v) && p.Since() < before && !slices.Contains(p.In, before)
		})
	}
	return b.String(), nil
}

// entry is a declaration or one of its members. A member has no entry of its
// own if its presence is that of the declaration.
type entry struct {
	wire, member string
	versions.Presence
}

func (r *renderer) entries() (all []entry) {
	for _, wire := range r.Versions.Names() {
		whole := r.Versions.Type(wire)
		all = append(all, entry{wire, "", whole})
		for _, member := range r.Versions.Members(wire) {
			if p := r.Versions.Member(wire, member); !slices.Equal(p.In, whole.In) {
				all = append(all, entry{wire, member, p})
			}
		}
	}
	return all
}

// counts is a table of how many declarations each version has.
func counts(known []string, entries []entry) string {
	t := table{head: []string{"Version", "Types", "New"}}
	for _, v := range known {
		n, added := 0, 0
		for _, e := range entries {
			if e.member == "" && slices.Contains(e.In, v) {
				n++
				if e.Since() == v && v != known[0] {
					added++
				}
			}
		}
		t.rows = append(t.rows, []string{line(v), fmt.Sprint(n), fmt.Sprint(added)})
	}
	return t.String() + "\n"
}

// section lists the entries whose presence is as asked, a line for each
// declaration.
func (r *renderer) section(b *strings.Builder, title string, entries []entry, which func(versions.Presence) bool) {
	byWire := map[string][]string{}
	var order []string
	for _, e := range entries {
		if !which(e.Presence) {
			continue
		}
		if _, seen := byWire[e.wire]; !seen {
			order = append(order, e.wire)
			byWire[e.wire] = nil
		}
		if e.member != "" {
			byWire[e.wire] = append(byWire[e.wire], code(e.member))
		}
	}
	if len(order) == 0 {
		return
	}
	fmt.Fprintf(b, "%s:\n\n", title)
	for _, wire := range order {
		b.WriteString("* " + r.named(wire))
		if members := byWire[wire]; members != nil {
			b.WriteString(": " + strings.Join(members, ", "))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
}

// named is a link to a declaration, or its name if this version does not have it.
func (r *renderer) named(wire string) string {
	for _, t := range r.api.Types() {
		if model.DeclOf(t).Wire == wire {
			return r.ref(t, nil)
		}
	}
	return code(wire)
}
