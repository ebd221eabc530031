package diff

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// comparer walks two models side by side.
type comparer struct {
	in      Input
	before  map[string]model.Type // by wire name
	after   map[string]model.Type
	events  map[string]bool   // wire names of the variants of entry points, in either model
	moved   map[string]string // wire names of declarations: old to new, of guessed renames
	gone    map[string]bool   // types that an event-removed covers
	fresh   map[string]bool   // types that an event-added covers
	changes []*Change
}

// subject is the declaration or the member that a change concerns.
type subject struct {
	decl   *model.Decl
	member string // wire name
	id     string // Go identifier
}

func (c *comparer) add(id string, s subject, before, after string) *Change {
	ch := &Change{
		Rule: rule(id), Type: s.decl.Wire, Member: s.member, Go: s.id, Before: before, After: after,
		send: s.decl.Send, receive: s.decl.Receive,
	}
	ch.Section = c.section(ch)
	c.changes = append(c.changes, ch)
	return ch
}

func (c *comparer) compare() {
	before, after := c.before, c.after
	c.pairTypes(before, after)
	api := subject{decl: &model.Decl{Wire: "info"}}
	if c.in.Old.Title != c.in.New.Title {
		c.add("title", api, c.in.Old.Title, c.in.New.Title)
	}
	if c.in.Old.Version != c.in.New.Version {
		api.id = "APIVersion"
		c.add("version", api, c.in.Old.Version, c.in.New.Version)
	}
	for wire, old := range before {
		if now, ok := after[c.new(wire)]; ok {
			c.types(old, now)
		}
	}
	for wire, old := range before {
		if after[c.new(wire)] == nil && !c.gone[wire] {
			d := model.DeclOf(old)
			c.add("type-removed", subject{decl: d, id: d.Name}, kindOf(old), "")
		}
	}
	known := map[string]bool{}
	for wire := range before {
		known[c.new(wire)] = true
	}
	for wire, now := range after {
		if !known[wire] && !c.fresh[wire] {
			d := model.DeclOf(now)
			c.add("type-added", subject{decl: d, id: d.Name}, "", kindOf(now))
		}
	}
}

// new returns the name that a declaration of the old model has in the new one.
func (c *comparer) new(wire string) string {
	if to, ok := c.moved[wire]; ok {
		return to
	}
	return wire
}

func byWire(api *model.API) map[string]model.Type {
	all := map[string]model.Type{}
	for _, t := range api.Types() {
		all[model.DeclOf(t).Wire] = t
	}
	return all
}

func kindOf(t model.Type) string {
	switch t.(type) {
	case *model.Enum:
		return "enum"
	case *model.Struct:
		return "object"
	case *model.Union:
		return "union"
	}
	return "name for another type"
}

// types compares a declaration of the old model with its successor in the new one.
func (c *comparer) types(old, now model.Type) {
	before, after := model.DeclOf(old), model.DeclOf(now)
	s := subject{decl: after, id: after.Name}
	renamed := before.Wire != after.Wire
	was := subject{decl: after, id: before.Name} // what old code calls it
	if renamed {
		c.renamed(was, before, after)
	} else if before.Name != after.Name {
		c.add("go-name", was, before.Name, after.Name)
	}
	if kindOf(old) != kindOf(now) {
		c.kinds(s, old, now)
		return
	}
	if before.Doc != after.Doc {
		c.add("description", s, before.Doc, after.Doc)
	}
	c.directions(s, before, after)
	if c.in.OldValidated[before.Wire] && !c.in.NewValidated[after.Wire] {
		c.add("go-validate", s, "", "")
	}
	switch old := old.(type) {
	case *model.Enum:
		c.enums(s, old.Values, now.(*model.Enum).Values)
	case *model.Struct:
		c.fields(s, old.Fields, now.(*model.Struct).Fields)
	case *model.Union:
		c.unions(s, old, now.(*model.Union))
	case *model.Named:
		now := now.(*model.Named)
		f := func(n *model.Named) *model.Field {
			return &model.Field{Type: n.Type, Required: true, Bounds: n.Bounds, Name: n.Name}
		}
		c.field(s, f(old), f(now))
	}
}

// renamed reports another wire name. If the Go name is the same, Go code is not
// affected: the type is only defined in another place.
func (c *comparer) renamed(was subject, before, after *model.Decl) {
	if before.Name == after.Name {
		c.add("type-moved", was, before.Wire, after.Wire)
		return
	}
	c.add("type-renamed", was, before.Wire, after.Wire).Guess = true
}

// kinds reports another sort of type. It compares the properties nevertheless if an
// object got its first discriminator or lost its only one.
func (c *comparer) kinds(s subject, old, now model.Type) {
	tagged := func(object, union model.Type) (*model.Struct, *model.Union, bool) {
		st, isStruct := object.(*model.Struct)
		u, isUnion := union.(*model.Union)
		return st, u, isStruct && isUnion && u.Key != ""
	}
	if st, u, ok := tagged(old, now); ok {
		c.add("type-tagged", s, kindOf(old), keyOf(u))
		was, is := baseFields(st, u)
		c.fields(s, was, is)
		return
	}
	if st, u, ok := tagged(now, old); ok {
		c.add("type-untagged", s, keyOf(u), kindOf(now))
		is, was := baseFields(st, u)
		c.fields(s, was, is)
		return
	}
	c.add("type-kind", s, kindOf(old), kindOf(now))
}

// baseFields are the properties of an object and those of a union's base, as far as
// they can be compared: without the key, and without constants, which a base does not keep.
func baseFields(s *model.Struct, u *model.Union) (object, base []*model.Field) {
	ofAll := fieldsByWire(u.Base)
	for _, v := range u.Variants {
		if st, ok := v.Type.(*model.Struct); ok {
			for _, f := range st.Fields {
				if ofAll[f.Wire] == nil {
					ofAll[f.Wire] = f
				}
			}
		}
	}
	comparable := func(f *model.Field) bool { return f.Wire != u.Key && !f.IsConst() }
	for _, f := range s.Fields {
		if !comparable(f) {
			continue
		}
		object = append(object, f)
		if is := ofAll[f.Wire]; is != nil && comparable(is) {
			base = append(base, is)
		}
	}
	own := fieldsByWire(s.Fields)
	for _, f := range u.Base {
		if own[f.Wire] == nil && comparable(f) {
			base = append(base, f)
		}
	}
	return object, base
}

func (c *comparer) directions(s subject, before, after *model.Decl) {
	for _, d := range []struct {
		was, is      bool
		gained, lost string
	}{
		{before.Send, after.Send, "type-sent", "type-not-sent"},
		{before.Receive, after.Receive, "type-received", "type-not-received"},
	} {
		switch {
		case d.is && !d.was:
			c.add(d.gained, s, "", "")
		case d.was && !d.is:
			c.add(d.lost, s, "", "")
		}
	}
}

// fields compares the properties of a struct. A rename is guessed if exactly one
// that is gone resembles one that is new.
func (c *comparer) fields(s subject, before, after []*model.Field) {
	old, now := fieldsByWire(before), fieldsByWire(after)
	pairs := map[string]string{} // new name to old name
	for wire := range now {
		if old[wire] != nil {
			pairs[wire] = wire
		}
	}
	guesses := match(missing(old, now), missing(now, old), func(a, b string) float64 { return c.fieldLikeness(old[a], now[b]) })
	maps.Copy(pairs, guesses)
	for _, f := range after {
		at := subject{s.decl, f.Wire, member(s.id, f.Name)}
		from, ok := pairs[f.Wire]
		if !ok {
			id := "field-added-optional"
			if f.Required {
				id = "field-added-required"
			}
			c.add(id, at, "", describe(f))
			continue
		}
		if from != f.Wire {
			ch := c.add("field-renamed", at, from, f.Wire)
			ch.Guess = true
			if old[from].Name != f.Name {
				ch.form, ch.Go = rule("go-name"), member(s.id, old[from].Name)
			}
		}
		c.field(at, old[from], f)
	}
	taken := map[string]bool{}
	for _, from := range pairs {
		taken[from] = true
	}
	for _, f := range before {
		if !taken[f.Wire] {
			id := "field-removed-optional"
			if f.Required {
				id = "field-removed-required"
			}
			c.add(id, subject{s.decl, f.Wire, member(s.id, f.Name)}, describe(f), "")
		}
	}
}

func member(id, name string) string {
	if name == "" {
		return id
	}
	return id + "." + name
}

// describe is a property in a few words.
func describe(f *model.Field) string {
	text := model.Text(f.Type)
	if f.IsConst() {
		text = strconv.Quote(f.Const)
	}
	if f.Required {
		text += ", required"
	}
	if f.Nullable {
		text += ", nullable"
	}
	return text
}

// field compares two properties, or what two names stand for.
func (c *comparer) field(s subject, old, now *model.Field) {
	first := len(c.changes)
	switch before, after := c.typeText(old.Type), model.Text(now.Type); {
	case old.IsConst() && now.IsConst():
		if old.Const != now.Const && !now.Tag { // the union reports tags
			c.add("field-constant", s, strconv.Quote(old.Const), strconv.Quote(now.Const))
		}
	case now.IsConst():
		c.add("field-fixed", s, describe(old), describe(now))
	case old.IsConst():
		c.add("field-free", s, describe(old), describe(now))
	case before == after:
	case c.jsonKind(old.Type) == jsonKind(now.Type):
		c.add("field-format", s, model.Text(old.Type), after)
	default:
		c.add("field-type", s, model.Text(old.Type), after)
	}
	if old.Required != now.Required {
		c.add(either(now.Required, "field-required", "field-optional"), s, presence(old), presence(now))
	}
	if old.Nullable != now.Nullable {
		c.add(either(now.Nullable, "field-nullable", "field-not-nullable"), s, nullability(old), nullability(now))
	}
	if a, b := knownValue(old), knownValue(now); a != b {
		c.add("field-known", s, a, b).form = goKnown(old, now)
	}
	c.form(s, first, old, now)

	if old.Default != now.Default {
		c.add("field-default", s, old.Default, now.Default)
	}
	c.bounds(s, old.Bounds, now.Bounds)
	if old.Promised != now.Promised && old.ReadOnly == now.ReadOnly {
		c.add(either(now.Promised, "field-promised", "field-not-promised"), s, "", "")
	}
	if old.ReadOnly != now.ReadOnly || old.AllowEmpty != now.AllowEmpty {
		c.add("field-validation", s, checks(old), checks(now))
	}
	if a, b := strings.Join(old.Aliases, ", "), strings.Join(now.Aliases, ", "); a != b {
		c.add("field-aliases", s, a, b)
	}
	if old.Doc != now.Doc {
		c.add("description", s, old.Doc, now.Doc)
	}
}

// form reports how the Go field changes. It adds this to the first change that can
// be the cause, or adds a change if there is no cause.
func (c *comparer) form(s subject, first int, old, now *model.Field) {
	before, after := c.goText(gotype.Field(old), old.Type), gotype.Field(now)
	var why *Rule
	switch {
	case before == "" || after == "":
		return // the rules of constants cover it
	case old.Name != now.Name && old.Wire == now.Wire && s.member != "":
		why = rule("go-name")
		s.id = member(strings.TrimSuffix(s.id, "."+now.Name), old.Name)
		before, after = old.Name, now.Name
	case before != after:
		why = rule("go-type")
	default:
		return
	}
	for _, ch := range c.changes[first:] {
		if ch.form == nil {
			ch.form, ch.Go, ch.formed = why, s.id, before+" → "+after
			return
		}
	}
	c.add(why.ID, s, before, after)
}

func either(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

func presence(f *model.Field) string    { return either(f.Required, "required", "optional") }
func nullability(f *model.Field) string { return either(f.Nullable, "nullable", "not nullable") }

func checks(f *model.Field) string {
	return either(f.ReadOnly, "read-only", "writable") + ", " + either(f.AllowEmpty, "may be empty", "not empty")
}

func knownValue(f *model.Field) string {
	if f.Known == nil {
		return ""
	}
	return strconv.Quote(f.Known.Wire)
}

// goKnown is how the constant of an optional constant changes.
func goKnown(old, now *model.Field) *Rule {
	if old.Known != nil && (now.Known == nil || now.Known.Name != old.Known.Name) {
		return rule("go-name")
	}
	return nil
}

// enums compares values.
func (c *comparer) enums(s subject, before, after []*model.Value) {
	old, now := valuesByWire(before), valuesByWire(after)
	pairs := match(missing(old, now), missing(now, old), func(a, b string) float64 { return valueLikeness(old[a], now[b]) })
	renamed := map[string]bool{}
	for _, v := range after {
		at := subject{s.decl, v.Wire, v.Name}
		from := old[v.Wire]
		if guess, ok := pairs[v.Wire]; ok {
			from, renamed[guess] = old[guess], true
			ch := c.add("value-renamed", at, guess, v.Wire)
			ch.Guess = true
			if from.Name != v.Name {
				ch.form, ch.Go = rule("go-name"), from.Name
			}
		}
		switch {
		case from == nil:
			c.add("value-added", at, "", v.Wire)
			continue
		case from.Wire == v.Wire && from.Name != v.Name:
			c.add("go-name", subject{s.decl, v.Wire, from.Name}, from.Name, v.Name)
		}
		if from.Doc != v.Doc {
			c.add("description", at, from.Doc, v.Doc)
		}
	}
	for _, v := range before {
		if now[v.Wire] == nil && !renamed[v.Wire] {
			c.add("value-removed", subject{s.decl, v.Wire, v.Name}, v.Wire, "")
		}
	}
}

func fieldsByWire(fields []*model.Field) map[string]*model.Field {
	all := map[string]*model.Field{}
	for _, f := range fields {
		all[f.Wire] = f
	}
	return all
}

func valuesByWire(values []*model.Value) map[string]*model.Value {
	all := map[string]*model.Value{}
	for _, v := range values {
		all[v.Wire] = v
	}
	return all
}

// missing are the names that only the first map has.
func missing[T any](in, from map[string]T) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if _, ok := from[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

func (c *comparer) sort() {
	place := map[string]int{}
	for i, name := range c.sections() {
		place[name] = i
	}
	slices.SortStableFunc(c.changes, func(a, b *Change) int {
		return cmp.Or(
			cmp.Compare(place[a.Section], place[b.Section]),
			cmp.Compare(a.Type, b.Type), cmp.Compare(a.Member, b.Member), cmp.Compare(slices.Index(Rules[:], a.Rule), slices.Index(Rules[:], b.Rule)),
			cmp.Compare(a.After, b.After), cmp.Compare(a.Before, b.Before),
		)
	})
}
