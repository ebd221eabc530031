package diff

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// alike is the likeness from which on something that is gone and something new
// are taken for one thing with two names.
const alike = 0.7

// maxPairs bounds the pairs whose likeness is computed. Of more than that, only the
// names that are spelled alike are compared.
const maxPairs = 1 << 18

// pair is something that is gone and something new, with their likeness.
type pair struct {
	from, to string
	likeness float64
}

// match pairs removed names with new names, in descending order of likeness, and
// returns the old name of each new one. If two pairs share a name and have the same
// likeness, it takes neither, since a guess must not depend on order.
func match(gone, fresh []string, likeness func(old, now string) float64) map[string]string {
	var all []pair
	candidates(gone, fresh, func(from, to string) {
		if l := likeness(from, to); l >= alike {
			all = append(all, pair{from, to, l})
		}
	})
	slices.SortStableFunc(all, func(a, b pair) int { return cmp.Compare(b.likeness, a.likeness) })
	found, closedFrom, closedTo := map[string]string{}, map[string]bool{}, map[string]bool{}
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].likeness == all[0].likeness {
			n++
		}
		open := slices.DeleteFunc(slices.Clone(all[:n]), func(p pair) bool { return closedFrom[p.from] || closedTo[p.to] })
		all = all[n:]
		from, to := map[string]int{}, map[string]int{}
		for _, p := range open {
			from[p.from]++
			to[p.to]++
		}
		for _, p := range open {
			if from[p.from] == 1 && to[p.to] == 1 {
				found[p.to] = p.from
			}
			closedFrom[p.from], closedTo[p.to] = true, true
		}
	}
	return found
}

// candidates calls f with the pairs that are worth comparing.
func candidates(gone, fresh []string, f func(from, to string)) {
	if len(gone)*len(fresh) <= maxPairs {
		for _, from := range gone {
			for _, to := range fresh {
				f(from, to)
			}
		}
		return
	}
	spelled := map[string][]string{}
	for _, to := range fresh {
		spelled[letters(to)] = append(spelled[letters(to)], to)
	}
	for _, from := range gone {
		for _, to := range spelled[letters(from)] {
			f(from, to)
		}
	}
}

// pairTypes finds declarations that have another name on the wire: first those that
// Go code knows by the same name, then those that look alike.
func (c *comparer) pairTypes(before, after map[string]model.Type) {
	gone, fresh := missing(before, after), missing(after, before)
	type identity struct{ name, kind string }
	known := map[identity]string{}
	for _, from := range gone {
		known[identity{model.DeclOf(before[from]).Name, kindOf(before[from])}] = from
	}
	for _, to := range fresh {
		if from, ok := known[identity{model.DeclOf(after[to]).Name, kindOf(after[to])}]; ok {
			c.moved[from] = to
		}
	}
	gone = slices.DeleteFunc(gone, func(from string) bool { return c.moved[from] != "" })
	fresh = slices.DeleteFunc(fresh, func(to string) bool {
		from := known[identity{model.DeclOf(after[to]).Name, kindOf(after[to])}]
		return from != "" && c.moved[from] == to
	})
	made := map[model.Type]map[string]bool{}
	partsOf := func(t model.Type) map[string]bool {
		if made[t] == nil {
			made[t] = parts(t)
		}
		return made[t]
	}
	for to, from := range match(gone, fresh, func(a, b string) float64 {
		return typeLikeness(before[a], after[b], partsOf)
	}) {
		c.moved[from] = to
	}
}

// typeLikeness is the share of members that two declarations of the same sort have in
// common, and to a smaller part the likeness of their names. If one of them has fewer
// than two members, both must have the same, and the names alone count.
func typeLikeness(old, now model.Type, partsOf func(model.Type) map[string]bool) float64 {
	if kindOf(old) != kindOf(now) {
		return 0
	}
	a, b := partsOf(old), partsOf(now)
	if len(a) < 2 || len(b) < 2 {
		if !maps.Equal(a, b) {
			return 0
		}
		return nameLikeness(declName(old), declName(now), 0)
	}
	common := 0
	for part := range a {
		if b[part] {
			common++
		}
	}
	share := 0.8 * float64(common) / float64(len(a)+len(b)-common)
	if share+0.2 < alike {
		return 0
	}
	return share + 0.2*nameLikeness(declName(old), declName(now), 0)
}

// parts are what a declaration is made of, as words to compare.
func parts(t model.Type) map[string]bool {
	all := map[string]bool{}
	switch t := t.(type) {
	case *model.Enum:
		for _, v := range t.Values {
			all[v.Wire] = true
		}
	case *model.Struct:
		for _, f := range t.Fields {
			if !f.Tag {
				all[f.Wire+" "+model.Text(f.Type)] = true
			}
		}
	case *model.Union:
		for _, v := range t.Variants {
			all[v.Tag] = true
		}
		for _, m := range t.Members {
			all[declName(m.Type)] = true
		}
	case *model.Named:
		all[model.Text(t.Type)] = true
	}
	return all
}

func (c *comparer) fieldLikeness(old, now *model.Field) float64 {
	if c.typeText(old.Type) != model.Text(now.Type) || old.Required != now.Required || old.IsConst() || now.IsConst() {
		return 0
	}
	return max(nameLikeness(old.Wire, now.Wire, alike), sameText(old.Doc, now.Doc))
}

func valueLikeness(old, now *model.Value) float64 {
	return max(nameLikeness(old.Wire, now.Wire, alike), sameText(old.Doc, now.Doc))
}

// sameText is 0.9 for equal descriptions, which are better evidence than similar names.
func sameText(old, now string) float64 {
	if old != "" && old == now {
		return 0.9
	}
	return 0
}

// nameLikeness compares names by their letters: 1 for names that differ in case and
// separators alone, 0 for a likeness below least.
func nameLikeness(old, now string, least float64) float64 {
	a, b := letters(old), letters(now)
	if a == b {
		return 1
	}
	longest := max(len(a), len(b))
	most := int((1 - least) * float64(longest))
	d := distance(a, b, most)
	if d > most {
		return 0
	}
	return 1 - float64(d)/float64(longest)
}

func letters(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(name))
}

// distance is the number of letters to insert, remove or replace. If it exceeds most,
// the result is some number above most. It computes only a band of that width.
func distance(a, b string, most int) int {
	if max(len(a)-len(b), len(b)-len(a)) > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		first, last := max(0, i-most), min(len(b), i+most+1)
		diagonal := row[first]
		row[first] = diagonal + 1
		least := row[first]
		for j := first; j < last; j++ {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
			least = min(least, row[j+1])
		}
		if least > most {
			return most + 1
		}
	}
	return row[len(b)]
}

// typeText is the text of an old type with the names of the new model.
func (c *comparer) typeText(t model.Type) string {
	switch t := t.(type) {
	case *model.List:
		return "[]" + c.typeText(t.Elem)
	case *model.Map:
		return "map[" + c.typeText(t.Elem) + "]"
	}
	if d := model.DeclOf(t); d != nil && c.moved[d.Wire] != "" {
		moved := *d
		moved.Wire = c.moved[d.Wire]
		return model.Text(&model.Enum{Decl: moved})
	}
	return model.Text(t)
}

func (c *comparer) jsonKind(t model.Type) string { return c.new(jsonKind(t)) }

// goText returns the text of a Go type of the old model with the names of the new
// one, so that a renamed type makes no change in every field that uses it.
func (c *comparer) goText(text string, t model.Type) string {
	for _, d := range declsIn(t) {
		if now := c.after[c.new(d.Wire)]; now != nil && model.DeclOf(now).Name != d.Name {
			text = strings.Replace(text, d.Name, model.DeclOf(now).Name, 1)
		}
	}
	return text
}

// declsIn are the declarations that the text of a type names: one at most.
func declsIn(t model.Type) []*model.Decl {
	switch t := t.(type) {
	case *model.List:
		return declsIn(t.Elem)
	case *model.Map:
		return declsIn(t.Elem)
	}
	if d := model.DeclOf(t); d != nil {
		return []*model.Decl{d}
	}
	return nil
}
