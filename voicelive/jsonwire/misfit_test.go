package jsonwire

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestAMisfitLeavesTheValueAlone: what reads a member relies on it.
func TestAMisfitLeavesTheValueAlone(t *testing.T) {
	texts := []string{`{}`, `{"a":["b"]}`, `[]`, `[1]`, `[1,"a"]`, `["a",1]`, `"a"`, `"QQ=="`, `"QQ"`, `1`, `1.5`, `1e400`, `true`, `null`, `"2026-01-02"`}
	misfits := map[string]int{}
	check := func(name string, decode func(*Reader) (value any)) {
		for _, text := range texts {
			r := NewReader([]byte(text))
			v := decode(r)
			if !r.misfit {
				continue
			}
			misfits[name]++
			if !reflect.ValueOf(v).IsZero() {
				t.Errorf("%s of %s is a misfit and left %#v", name, text, v)
			}
		}
		if misfits[name] == 0 {
			t.Errorf("%s: no misfit was tried", name)
		}
	}
	check("String", func(r *Reader) any { var v string; String(&v, r); return v })
	check("Int", func(r *Reader) any { var v int; Int(&v, r); return v })
	check("Float", func(r *Reader) any { var v float64; Float(&v, r); return v })
	check("Bool", func(r *Reader) any { var v bool; Bool(&v, r); return v })
	check("Bytes", func(r *Reader) any { var v []byte; Bytes(&v, r); return v })
	check("Time", func(r *Reader) any { var v time.Time; Time(&v, r); return v })
	check("UnixTime", func(r *Reader) any { var v time.Time; UnixTime(&v, r); return v })
	check("List", func(r *Reader) any { var v []string; List(&v, r, String); return v })
	check("Map", func(r *Reader) any { var v map[string]string; Map(&v, r, String); return v })
	check("a struct", func(r *Reader) any { var v inner; v.decode(r); return v })
	check("a list of structs", func(r *Reader) any { var v []inner; List(&v, r, (*inner).decode); return v })
}

// TestExtraIsNotComparable: == would compare where the texts are kept.
func TestExtraIsNotComparable(t *testing.T) {
	if reflect.TypeFor[Extra]().Comparable() {
		t.Error("an Extra can be compared with ==")
	}
	var x, y Extra
	x.Set("a", json.RawMessage("1"))
	y.Set("a", json.RawMessage("1"))
	if !x.Equal(y) {
		t.Error("the same texts are not Equal")
	}
	if size, pointer := reflect.TypeFor[Extra]().Size(), reflect.TypeFor[*int]().Size(); size != pointer {
		t.Errorf("an Extra takes %d bytes in each struct, want %d", size, pointer)
	}
}

// TestNullLeavesTheValueAlone, except for types that null is a value of.
func TestNullLeavesTheValueAlone(t *testing.T) {
	v := inner{Name: "kept"}
	if err := Unmarshal([]byte(`null`), &v, (*inner).decode); err != nil || v.Name != "kept" {
		t.Errorf("got %q, %v", v.Name, err)
	}
	raw := json.RawMessage(`1`)
	if err := UnmarshalAny([]byte(`null`), &raw, Raw[json.RawMessage]); err != nil || string(raw) != "null" {
		t.Errorf("got %s, %v", raw, err)
	}
}

// TestMoreRequiredMembersThanBits: those behind the 64th are told missing as well.
func TestMoreRequiredMembersThanBits(t *testing.T) {
	var names []string
	for i := range 130 {
		names = append(names, "p"+strconv.Itoa(i))
	}
	for _, here := range [][]string{nil, {"p0"}, {"p63", "p64"}, {"p129"}, names} {
		text, _ := json.Marshal(struct{}{})
		if len(here) > 0 {
			text = []byte(`{"` + strings.Join(here, `":1,"`) + `":1}`)
		}
		var extra Extra
		r := NewReader(text)
		o := r.Object(&extra, len(names), strings.Join(names, ","))
		for key := o.Next(); key != nil; key = o.Next() {
			var n int
			if i := slices.Index(names, string(key)); i >= 0 {
				o.Int(i, &n)
			}
		}
		if err := r.Close(""); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if missing := !slices.Contains(here, name); extra.Missing(name) != missing {
				t.Errorf("%d members: %s is missing: got %v, want %v", len(here), name, !missing, missing)
			}
		}
	}
}
