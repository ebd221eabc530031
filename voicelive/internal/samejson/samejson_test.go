package samejson

import "testing"

func TestSame(t *testing.T) {
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{`{"x":1,"y":[2,null]}`, ` { "y": [2, null], "x": 1 } `, true},
		{`{"x":100}`, `{"x":1.0e2}`, true},
		{`{"x":0.1}`, `{"x":0.2}`, false},
		{`{"x":"1"}`, `{"x":1}`, false},
		{`{"id":9007199254740992}`, `{"id":9007199254740993}`, false},
		{`{"id":9007199254740993}`, `{ "id": 9007199254740993 }`, true},
		{`{"ids":[{"id":123456789012345678}]}`, `{"ids":[{"id":123456789012345679}]}`, false},
		{`{"x":0.1234567890123456789}`, `{"x":0.1234567890123456788}`, false},
		{`{"x":1e999}`, `{"x":1e999}`, true},
		{`{"x":1e999}`, `{"x":1e998}`, false},
		{`{"x":`, `{"x":`, true},
		{`{"x":`, `{"x": `, false},
		{`{} {}`, `{}`, false},
	} {
		if got := Same(test.a, test.b); got != test.same {
			t.Errorf("Same(%s, %s) = %t, want %t", test.a, test.b, got, test.same)
		}
	}
}
