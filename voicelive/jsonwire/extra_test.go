package jsonwire

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExtraIsAMapWithIndependentCopies holds Set, Delete and copies against maps.
func TestExtraIsAMapWithIndependentCopies(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		extras, maps := []Extra{{}}, []map[string]string{{}}
		for range 600 {
			i := r.IntN(len(extras))
			name := fmt.Sprint("m", r.IntN(120))
			switch r.IntN(8) {
			case 0:
				extras[i].Delete(name)
				delete(maps[i], name)
			case 1:
				if len(extras) < 5 {
					extras = append(extras, extras[i])
					maps = append(maps, map[string]string{})
					for k, v := range maps[i] {
						maps[len(maps)-1][k] = v
					}
				}
			default:
				text := fmt.Sprint(r.IntN(1000))
				extras[i].Set(name, json.RawMessage(text))
				maps[i][name] = text
			}
		}
		for i, x := range extras {
			got := map[string]string{}
			for name, text := range x.All() {
				if held, ok := x.Get(name); !ok || string(held) != string(text) {
					t.Errorf("seed %d: Get(%s) is %s, All yields %s", seed, name, held, text)
				}
				got[name] = string(text)
			}
			if diff := cmp.Diff(maps[i], got); diff != "" {
				t.Fatalf("seed %d, copy %d: got is +\n%s", seed, i, diff)
			}
			e := thing{ID: "x", Extra: x}
			text, err := e.json()
			if err != nil {
				t.Fatal(err)
			}
			var sent map[string]json.RawMessage
			if err := json.Unmarshal([]byte(text), &sent); err != nil {
				t.Fatal(err)
			}
			for name, want := range maps[i] {
				if string(sent[name]) != want {
					t.Errorf("seed %d: %s is sent as %s, want %s", seed, name, sent[name], want)
				}
			}
			if x.Len() != len(maps[i]) || x.IsZero() != (len(maps[i]) == 0) {
				t.Errorf("seed %d: Len is %d, want %d", seed, x.Len(), len(maps[i]))
			}
		}
	}
}

// TestExtraSetCopiesFewMembers measures what 20,000 calls copy: n log n members
// of 64 bytes are some megabytes, n² / 2 would be twelve gigabytes.
func TestExtraSetCopiesFewMembers(t *testing.T) {
	const n, most = 20_000, 200 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var x Extra
	for i := range n {
		x.Set(fmt.Sprint("member", i), json.RawMessage("1"))
	}
	runtime.ReadMemStats(&after)
	if x.Len() != n {
		t.Errorf("%d members, want %d", x.Len(), n)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > most {
		t.Errorf("%d calls of Set allocate %d bytes, want at most %d", n, allocated, most)
	}
}

// Delete does not look through all members, as Set does not: it would take n² / 2 comparisons.
func TestExtraDeleteLooksAtFewMembers(t *testing.T) {
	var x Extra
	for i := range 20_000 {
		x.Set(fmt.Sprint("member", i), json.RawMessage("1"))
	}
	below := x.held
	for below.below != nil {
		below = below.below
	}
	all := below.members
	below.members = nil // whoever looks at them finds nothing
	x.Delete("member0")
	below.members = all
	if _, ok := x.Get("member0"); ok || x.Len() != 19_999 {
		t.Errorf("member0 is there: %v, of %d members", ok, x.Len())
	}
	for i := range 20_000 {
		x.Delete(fmt.Sprint("member", i))
		x.Delete(fmt.Sprint("absent", i))
	}
	if !x.IsZero() {
		t.Errorf("%d members are left", x.Len())
	}
}
