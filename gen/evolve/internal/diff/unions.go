package diff

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// unions compares the keys and variants of unions. The variants have the properties
// of the base, so that changes of these are reported there.
func (c *comparer) unions(s subject, old, now *model.Union) {
	if a, b := c.keyOf(old), keyOf(now); a != b {
		ch := c.add("union-key", s, a, b)
		if old.Key != "" && (now.Key != old.Key || c.tagType(old) != tagType(now)) {
			ch.form = rule("go-getter")
		}
	}
	c.variants(s, old, now)
	c.members(s, old, now)
	if old.Root != now.Root {
		c.add(either(now.Root, "entry-added", "entry-removed"), s, "", "")
	}
	if old.Null != now.Null {
		c.add(either(now.Null, "union-null", "union-not-null"), s, "", "")
	}
	c.senders(s, old, now)
	after := fieldsByWire(now.Base)
	for _, f := range old.Base {
		before := c.goText(gotype.Getter(f), f.Type)
		switch g := after[f.Wire]; {
		case g == nil:
			c.add("go-getter", subject{s.decl, f.Wire, s.id + ".Get" + f.Name}, before, "")
		case gotype.Getter(g) != before || g.Name != f.Name:
			c.add("go-getter", subject{s.decl, f.Wire, s.id + ".Get" + f.Name}, before, gotype.Getter(g))
		}
	}
}

// senders compares the methods that send the variants of a union.
func (c *comparer) senders(s subject, old, now *model.Union) {
	if old.Sender == nil {
		return
	}
	after := map[string]string{}
	if now.Sender != nil {
		for _, m := range now.Sender.Methods {
			after[now.Sender.Type+"."+m.Name] = signature(m, func(text string, _ model.Type) string { return text })
		}
	}
	for _, m := range old.Sender.Methods {
		id := old.Sender.Type + "." + m.Name
		if before := signature(m, c.goText); before != after[id] {
			c.add("go-sender", subject{s.decl, m.Tag, id}, before, after[id])
		}
	}
}

// signature returns the parameters, without the context, of a method that sends an event.
func signature(m *model.Method, goText func(string, model.Type) string) string {
	var params []string
	for _, f := range m.Parameters() {
		params = append(params, f.Wire+" "+goText(gotype.Parameter(f), f.Type))
	}
	return "(" + strings.Join(params, ", ") + ")"
}

// tagType is the Go type of a union's tag.
func tagType(u *model.Union) string {
	if u.KeyEnum != nil {
		return u.KeyEnum.Wire
	}
	return "string"
}

func (c *comparer) tagType(u *model.Union) string {
	if u.KeyEnum != nil {
		return c.new(u.KeyEnum.Wire)
	}
	return "string"
}

// keyOf describes how the variants of a union are told apart.
func keyOf(u *model.Union) string { return keyText(u, tagType(u)) }

func (c *comparer) keyOf(u *model.Union) string { return keyText(u, c.tagType(u)) }

func keyText(u *model.Union, tag string) string {
	switch {
	case u.Key != "":
		return "by " + u.Key + ", " + tag
	case u.ObjectKey != "":
		return "by kind, objects by " + u.ObjectKey
	}
	return "by kind"
}

// variants compares the variants of a discriminated union by tag. A variant whose
// type has another tag in the new model has changed its tag.
func (c *comparer) variants(s subject, old, now *model.Union) {
	before, after := variantsByTag(old), variantsByTag(now)
	event := old.Root && now.Root
	tagOf := map[string]string{} // of the types under tags that are new
	for _, tag := range missing(after, before) {
		tagOf[declName(after[tag].Type)] = tag
	}
	moved := map[string]bool{}
	for _, tag := range slices.Sorted(maps.Keys(before)) {
		v := before[tag]
		wire := c.new(declName(v.Type))
		d := model.DeclOf(v.Type)
		switch now, to := after[tag], tagOf[wire]; {
		case now != nil && declName(now.Type) == wire:
		case now != nil:
			// Another type has the tag. The changes of its members are reported for that type.
			c.add("variant-removed", subject{s.decl, tag, d.Name}, d.Wire, declName(now.Type))
			c.add("variant-added", subject{s.decl, tag, model.DeclOf(now.Type).Name}, d.Wire, declName(now.Type))
		case to != "":
			moved[to] = true
			id := "variant-tag"
			if event && wire != declName(v.Type) {
				id = "event-renamed"
			}
			ch := c.add(id, subject{s.decl, to, d.Name}, strconv.Quote(tag), strconv.Quote(to))
			ch.Guess = id == "event-renamed"
		case event:
			c.gone[d.Wire] = !c.elsewhere(after, d.Wire)
			ch := c.add("event-removed", subject{s.decl, tag, d.Name}, tag, "")
			ch.send, ch.receive = d.Send, d.Receive
		default:
			c.add("variant-removed", subject{s.decl, tag, d.Name}, d.Wire, "")
		}
	}
	for _, tag := range missing(after, before) {
		d := model.DeclOf(after[tag].Type)
		switch {
		case moved[tag]:
		case event:
			c.fresh[d.Wire] = true
			c.add("event-added", subject{s.decl, tag, d.Name}, "", tag)
		default:
			c.add("variant-added", subject{s.decl, tag, d.Name}, "", d.Wire)
		}
	}
}

// elsewhere reports whether a type that lost a tag is still in the union.
func (c *comparer) elsewhere(after map[string]*model.Variant, wire string) bool {
	for _, v := range after {
		if declName(v.Type) == c.new(wire) {
			return true
		}
	}
	return false
}

func variantsByTag(u *model.Union) map[string]*model.Variant {
	all := map[string]*model.Variant{}
	for _, v := range u.Variants {
		all[v.Tag] = v
	}
	return all
}

func declName(t model.Type) string { return model.DeclOf(t).Wire }

// members compares the members of a union by kind.
func (c *comparer) members(s subject, old, now *model.Union) {
	before, after := map[string]model.Type{}, map[string]model.Type{}
	for _, m := range old.Members {
		before[c.new(declName(m.Type))] = m.Type
	}
	for _, m := range now.Members {
		after[declName(m.Type)] = m.Type
	}
	for _, wire := range missing(before, after) {
		d := model.DeclOf(before[wire])
		c.add("variant-removed", subject{s.decl, d.Wire, d.Name}, d.Wire, "")
	}
	for _, wire := range missing(after, before) {
		d := model.DeclOf(after[wire])
		c.add("variant-added", subject{s.decl, d.Wire, d.Name}, "", d.Wire)
	}
}
