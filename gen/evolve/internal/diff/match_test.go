package diff

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMatch(t *testing.T) {
	likeness := map[string]float64{}
	of := func(pairs ...any) {
		clear(likeness)
		for i := 0; i < len(pairs); i += 2 {
			likeness[pairs[i].(string)] = pairs[i+1].(float64)
		}
	}
	for _, c := range []struct {
		name  string
		pairs []any
		want  map[string]string
	}{
		{"the likest first", []any{"a1", 0.8, "a2", 0.9, "b2", 0.8}, map[string]string{"2": "a"}},
		{"equal pairs that share nothing", []any{"a1", 0.9, "b2", 0.9}, map[string]string{"1": "a", "2": "b"}},
		{"a tie of what is new", []any{"a1", 0.9, "a2", 0.9, "b3", 0.9}, map[string]string{"3": "b"}},
		{"a tie of what is gone", []any{"a1", 0.9, "b1", 0.9}, map[string]string{}},
		{"a tie closes both sides", []any{"a1", 0.9, "a2", 0.9, "a3", 0.8, "b1", 0.8}, map[string]string{}},
		{"a likelier pair ends the tie", []any{"a1", 0.9, "a2", 0.9, "b2", 1.0}, map[string]string{"1": "a", "2": "b"}},
		{"too little", []any{"a1", 0.6}, map[string]string{}},
	} {
		of(c.pairs...)
		got := match([]string{"a", "b"}, []string{"1", "2", "3"}, func(a, b string) float64 { return likeness[a+b] })
		if d := cmp.Diff(got, c.want); d != "" {
			t.Errorf("%s: got (-) want (+)\n%s", c.name, d)
		}
	}
}

// TestMatchComputesEachLikenessOnce, and of very many names only that of those that are
// spelled alike.
func TestMatchComputesEachLikenessOnce(t *testing.T) {
	for _, c := range []struct{ names, want int }{{160, 160 * 160}, {20_000, 20_000}} {
		var gone, fresh []string
		for i := range c.names {
			gone = append(gone, fmt.Sprintf("name%d", i))
			fresh = append(fresh, fmt.Sprintf("name_%d", i))
		}
		calls := 0
		found := match(gone, fresh, func(a, b string) float64 { calls++; return nameLikeness(a, b, alike) })
		if calls != c.want || len(found) != c.names {
			t.Errorf("%d names: %d likenesses and %d pairs, want %d and %[1]d", c.names, calls, len(found), c.want)
		}
	}
}

// TestDistance compares the band with the whole table.
func TestDistance(t *testing.T) {
	whole := func(a, b string) int { return distance(a, b, max(len(a), len(b))) }
	for name, want := range map[[2]string]int{{"", ""}: 0, {"", "ab"}: 2, {"kitten", "sitting"}: 3, {"abc", "cab"}: 2} {
		if got := whole(name[0], name[1]); got != want {
			t.Errorf("%v: got %d, want %d", name, got, want)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		b := make([]byte, r.IntN(12))
		for i := range b {
			b[i] = "abc"[r.IntN(3)]
		}
		return string(b)
	}
	seen := map[bool]int{}
	for range 20_000 {
		a, b, most := word(), word(), r.IntN(8)
		want, got := whole(a, b), distance(a, b, most)
		if near := want <= most; near && got != want || !near && got <= most {
			t.Fatalf("%q, %q, at most %d: got %d, want %d", a, b, most, got, want)
		}
		seen[want <= most]++
	}
	if len(seen) != 2 {
		t.Errorf("only one case was tried: %v", maps.Collect(maps.All(seen)))
	}
}
