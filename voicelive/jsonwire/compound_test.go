package jsonwire

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func TestElementsAreLimited(t *testing.T) {
	object := func(member string, n int) string {
		names := make([]string, n)
		for i := range names {
			names[i] = `"m` + strings.Repeat("x", i%7) + string(rune('0'+i%10)) + strconv.Itoa(i) + `":` + member
		}
		return "{" + strings.Join(names, ",") + "}"
	}
	const most = MaxElements
	for name, test := range map[string]struct {
		text func(n int) string
		held int // how many the rest of the object counts for
	}{
		"list":   {func(n int) string { return `{"list":[` + strings.Repeat(`"",`, n-1) + `""]}` }, 11},
		"lists":  {func(n int) string { return `{"deep":[` + strings.Repeat("[],", n-1) + `[]]}` }, 11},
		"items":  {func(n int) string { return `{"items":[` + strings.Repeat(`{"name":""},`, n-1) + `{"name":""}]}` }, 11},
		"map":    {func(n int) string { return `{"labels":` + object(`""`, n) + `}` }, 11},
		"Extra":  {func(n int) string { return object("1", n) }, 11},
		"absent": {func(n int) string { return `{"items":[` + strings.Repeat("{},", n/2-1) + `{}]}` }, 11}, // each lacks its name
	} {
		if _, err := decodeThing(test.text(most - test.held)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := decodeThing(test.text(most + 2)); err == nil || !strings.Contains(err.Error(), "more than 131072 elements") {
			t.Errorf("%s: got %v, want an error", name, err)
		}
	}
}

func TestMapsShareNoElements(t *testing.T) {
	decode := func(text string) (v map[string][]string) {
		r := NewReader([]byte(text))
		Map(&v, r, func(v *[]string, r *Reader) { List(v, r, String) })
		if err := r.Close(""); err != nil {
			t.Fatal(err)
		}
		return v
	}
	first := decode(`{"a":["x","y"],"b":[]}`)
	second := decode(`{"a":["z"],"c":["u"]}`)
	for _, test := range []struct{ got, want map[string][]string }{
		{first, map[string][]string{"a": {"x", "y"}, "b": {}}},
		{second, map[string][]string{"a": {"z"}, "c": {"u"}}},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("got %v, want %v", test.got, test.want)
		}
	}
}
