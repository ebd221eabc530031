package main

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestContendersAgreeOnEveryMessage(t *testing.T) {
	for _, c := range cases() {
		t.Run(c.Name, func(t *testing.T) {
			if len(c.Contenders) < 5 {
				t.Errorf("got %d contenders, want the peers and the floors", len(c.Contenders))
			}
			for _, contender := range c.Contenders {
				t.Run(contender.Name, func(t *testing.T) {
					if err := contender.Func(); err != nil {
						t.Fatal(err)
					}
					if contender.Result != nil {
						checkResult(t, c.Input, contender.Result())
					}
				})
			}
		})
	}
}

func checkResult(t *testing.T, input []byte, result any) {
	t.Helper()
	switch result := result.(type) {
	case []byte:
		if !sameJSON(t, result, input) {
			t.Errorf("got %.300s, want %.300s", result, input)
		}
	case Facts:
		if want := wantFacts(input); !reflect.DeepEqual(result, want) {
			t.Errorf("got %.300v, want %.300v", result, want)
		}
	default: // an event of types.go: it must also hold the whole message
		if got, want := factsOf(result), wantFacts(input); !reflect.DeepEqual(got, want) {
			t.Errorf("got %.300v, want %.300v", got, want)
		}
		again, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		if !sameJSON(t, again, input) {
			t.Errorf("got %s, want %s", again, input)
		}
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var left, right any
	if err := json.Unmarshal(a, &left); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &right); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(left, right)
}
