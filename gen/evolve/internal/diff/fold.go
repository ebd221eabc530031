package diff

import (
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// fold merges the changes that all variants of a union inherit from its base into one.
func (c *comparer) fold() {
	type same struct {
		union, rule, form, member, before, after, formed string
		guess                                            bool
	}
	groups := map[same][]*Change{}
	var order []same
	for _, ch := range c.changes {
		u := c.base(ch)
		if u == nil {
			continue
		}
		key := same{union: u.Wire, rule: ch.Rule.ID, member: ch.Member, before: ch.Before, after: ch.After, formed: ch.formed, guess: ch.Guess}
		if ch.form != nil {
			key.form = ch.form.ID
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], ch)
	}
	folded := map[*Change]bool{}
	for _, key := range order {
		group := groups[key]
		if len(group) < 2 {
			continue
		}
		slices.SortFunc(group, func(a, b *Change) int { return strings.Compare(a.Go, b.Go) })
		first := *group[0]
		first.Type = key.union
		for _, ch := range group {
			folded[ch] = true
			first.send, first.receive = first.send || ch.send, first.receive || ch.receive
		}
		for _, ch := range group[1:] {
			first.Also = append(first.Also, ch.Go)
		}
		c.changes = append(c.changes, &first)
	}
	c.changes = slices.DeleteFunc(c.changes, func(ch *Change) bool { return folded[ch] })
}

// base is the outermost union whose base has the property that a change is about, nil
// if it is not about a property of a base.
func (c *comparer) base(ch *Change) *model.Union {
	if ch.Member == "" {
		return nil
	}
	for _, types := range []map[string]model.Type{c.after, c.before} {
		s, ok := types[ch.Type].(*model.Struct)
		if !ok {
			continue
		}
		for _, u := range slices.Backward(s.Unions) {
			if fieldsByWire(u.Base)[ch.Member] != nil {
				return u
			}
		}
	}
	return nil
}
