package diff

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// alike is the likeness from which on something that is gone and something new
// are taken for one thing with two names.
const alike = 0.7

// match pairs what is gone with what is new, the likest first, and returns the old
// name of each new one. Ties are no pairs: a guess must not depend on order.
func match(gone, fresh []string, likeness func(old, now string) float64) map[string]string {
	pairs, taken := map[string]string{}, map[string]bool{}
	for {
		best, tie := alike, false
		var from, to string
		for _, a := range gone {
			for _, b := range fresh {
				if _, paired := pairs[b]; paired || taken[a] {
					continue
				}
				switch l := likeness(a, b); {
				case l > best || l == best && from == "":
					best, from, to, tie = l, a, b, false
				case l == best:
					tie = true
				}
			}
		}
		if from == "" || tie {
			return pairs
		}
		pairs[to], taken[from] = from, true
	}
}

// guessTypes finds declarations that have another name.
func (c *comparer) guessTypes(before, after map[string]model.Type) {
	for to, from := range match(missing(before, after), missing(after, before), func(a, b string) float64 {
		return typeLikeness(before[a], after[b])
	}) {
		c.moved[from] = to
	}
}

// typeLikeness is the share of members that two declarations of a kind have in
// common; names count where that says little.
func typeLikeness(old, now model.Type) float64 {
	if kindOf(old) != kindOf(now) {
		return 0
	}
	a, b := parts(old), parts(now)
	names := nameLikeness(declName(old), declName(now))
	if len(a) < 2 || len(b) < 2 {
		if !maps.Equal(a, b) {
			return 0
		}
		return names
	}
	common := 0
	for part := range a {
		if b[part] {
			common++
		}
	}
	return 0.8*float64(common)/float64(len(a)+len(b)-common) + 0.2*names
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
	return max(nameLikeness(old.Wire, now.Wire), sameText(old.Doc, now.Doc))
}

func valueLikeness(old, now *model.Value) float64 {
	return max(nameLikeness(old.Wire, now.Wire), sameText(old.Doc, now.Doc))
}

// sameText is 0.9 for a description that stayed, which says more than a resemblance.
func sameText(old, now string) float64 {
	if old != "" && old == now {
		return 0.9
	}
	return 0
}

// nameLikeness compares names by their words and by their letters: 1 for names
// that differ in case and separators alone.
func nameLikeness(old, now string) float64 {
	a, b := letters(old), letters(now)
	if a == b {
		return 1
	}
	return 1 - float64(distance(a, b))/float64(max(len(a), len(b)))
}

func letters(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(name))
}

// distance is the number of letters to insert, remove or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
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

// goText is a Go type of the old model; a type with another name is not another
// one for each field that uses it.
func (c *comparer) goText(text string, t model.Type) string {
	for _, d := range declsIn(t) {
		if now := c.find(c.new(d.Wire)); now != nil && now.Name != d.Name {
			text = strings.Replace(text, d.Name, now.Name, 1)
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

func (c *comparer) find(wire string) *model.Decl {
	all := c.in.New.Decls()
	if i := slices.IndexFunc(all, func(d *model.Decl) bool { return d.Wire == wire }); i >= 0 {
		return all[i]
	}
	return nil
}
