package markdown

import (
	"fmt"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/ordered"
)

// types is the body of a page of types: the tree of each union that has only
// few variants, then a block for each type.
func (r *renderer) types(p *page) string {
	var b strings.Builder
	for _, t := range p.types {
		d := model.DeclOf(t)
		fmt.Fprintf(&b, "<a id=%q></a>\n\n## %s\n\n", anchor(d.Wire), r.heading(t))
		if text := prose(d.Doc); text != "" {
			b.WriteString(text + "\n\n")
		}
		b.WriteString(r.facts(t, p) + "\n\n")
		switch t := t.(type) {
		case *model.Struct:
			b.WriteString(r.fieldTable(t.Wire, t.Fields, p) + r.structExamples(t))
		case *model.Union:
			b.WriteString(r.memberTable(t, p))
			if len(t.Base) > 0 {
				b.WriteString("All of them have:\n\n" + r.fieldTable(t.Wire, t.Base, p))
			}
		case *model.Enum:
			b.WriteString(r.valueTable(t))
		case *model.Named:
			fmt.Fprintf(&b, "It is %s.%s\n\n", article(r.typeText(t.Type, p)), spaced(limits(t.Bounds)))
			b.WriteString(r.exampleBlock(t.Name, t.Wire, r.example.Typical(t)))
		}
	}
	return b.String()
}

// heading is the tag of an event, the wire name of anything else.
func (r *renderer) heading(t model.Type) string {
	if tag, ok := r.events[t]; ok {
		return line(tag)
	}
	return line(model.DeclOf(t).Wire)
}

// facts is the line below a description: names, direction, unions, users.
func (r *renderer) facts(t model.Type, p *page) string {
	d := model.DeclOf(t)
	var facts []string
	say := func(format string, args ...any) { facts = append(facts, fmt.Sprintf(format, args...)) }
	if _, isEvent := r.events[t]; isEvent || d.Name != d.Wire {
		say("specification: %s", code(d.Wire))
	}
	say("Go: %s", code(r.Package+"."+d.Name))
	say("%s", direction(d))
	for _, m := range r.memberships(t) {
		text := r.ref(m.union, p)
		if m.tag != "" {
			text += " by " + code(m.key+": "+ordered.Compact(m.tag))
		}
		say("one of %s", text)
	}
	if used := r.usedBy(t, p); used != "" {
		say("used by %s", used)
	}
	if r.Versions != nil {
		say("since %s", since(r.Versions.Type(d.Wire)))
	}
	return strings.Join(facts, " · ") + r.repliesTo(t, p)
}

func direction(d *model.Decl) string {
	switch {
	case d.Send && d.Receive:
		return "both directions"
	case d.Send:
		return "client to service"
	}
	return "service to client"
}

// repliesTo names the replies to a sent event, if the guide has them.
func (r *renderer) repliesTo(t model.Type, p *page) string {
	for _, reply := range r.Guide.Replies {
		if s := r.api.Events(true)[reply.To.Text]; s == t {
			var with []string
			for _, w := range reply.With {
				with = append(with, r.ref(r.api.Events(false)[w.Text], p))
			}
			return "\n\nThe service replies with " + strings.Join(with, ", ") + "."
		}
	}
	return ""
}

// membership is one union that a type belongs to, and the tag that selects it.
type membership struct {
	union    *model.Union
	key, tag string
}

func (r *renderer) memberships(t model.Type) (all []membership) {
	for _, u := range r.api.Unions {
		for _, v := range u.Variants {
			if v.Type == t {
				all = append(all, membership{u, u.Key, v.Tag})
			}
		}
		for _, m := range u.Members {
			if m.Type == t {
				found := membership{union: u}
				if len(m.Tags) == 1 {
					found.key, found.tag = u.ObjectKey, m.Tags[0]
				}
				all = append(all, found)
			}
		}
	}
	return all
}

// usage is a property that has a type, or another declaration that names it.
type usage struct {
	decl  model.Type
	field string
}

// usersOf finds what refers to each declaration. The keys of unions do not
// count, nor do membership and what a struct has from its base.
func usersOf(api *model.API) map[model.Type][]usage {
	users := map[model.Type][]usage{}
	var add func(t model.Type, u usage)
	add = func(t model.Type, u usage) {
		switch t := t.(type) {
		case *model.List:
			add(t.Elem, u)
		case *model.Map:
			add(t.Elem, u)
		default:
			if model.DeclOf(t) != nil {
				users[t] = append(users[t], u)
			}
		}
	}
	for _, s := range api.Structs {
		for _, f := range s.Fields {
			if !f.Tag {
				add(f.Type, usage{s, f.Wire})
			}
		}
	}
	for _, n := range api.Named {
		add(n.Type, usage{n, ""})
	}
	return users
}

func (r *renderer) usedBy(t model.Type, p *page) string {
	var links []string
	for _, u := range r.users[t] {
		text := r.heading(u.decl)
		if u.field != "" {
			text += separator(r.events[u.decl] != "") + u.field
		}
		links = append(links, fmt.Sprintf("[%s](%s)", code(text), r.link(u.decl, p)))
	}
	return strings.Join(links, ", ")
}

// separator stands between the name of a declaration and that of a property;
// the tags of events have dots of their own.
func separator(event bool) string {
	if event {
		return ": "
	}
	return "."
}

// structExamples are the typical example, and for what the client may send the
// least that it may send.
func (r *renderer) structExamples(s *model.Struct) string {
	typical := r.example.Typical(s)
	text := r.exampleBlock(s.Name, s.Wire, typical)
	if least := r.example.Minimal(s); s.Send && ordered.Compact(least) != "{}" && ordered.Compact(least) != ordered.Compact(typical) {
		text = "At least:\n\n" + r.exampleBlock(s.Name, s.Wire, least) + "With everything:\n\n" + text
	}
	return text
}

// exampleBlock is JSON, marked with the type that it is a value of: tests read
// the mark.
func (r *renderer) exampleBlock(goName, wire string, value any) string {
	return fmt.Sprintf("```json go=%s type=%s\n%s\n```\n\n", goName, anchor(wire), ordered.Text(value))
}
