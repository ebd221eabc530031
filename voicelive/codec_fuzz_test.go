package voicelive_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// The fuzz tests hold the codec against encoding/json: it refuses what is not
// JSON and the documented exceptions, and loses nothing of the rest.

func FuzzServerEvent(f *testing.F) {
	fuzzEvents(f, unmarshalServer, "server-events.jsonl", "odd-events.jsonl")
}

func FuzzClientEvent(f *testing.F) { fuzzEvents(f, unmarshalClient, "client-events.jsonl") }

func fuzzEvents(f *testing.F, unmarshal func([]byte) (event, error), files ...string) {
	for _, file := range files {
		data, err := os.ReadFile("testdata/" + file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := unmarshal(data)
		valid := json.Valid(data) && utf8.Valid(data)
		switch {
		case err != nil && valid && !documented(err):
			t.Fatalf("refused: %v", err)
		case err == nil && !valid:
			t.Fatal("accepted")
		case err != nil:
			return
		}
		back, err := e.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if !sameValue(parseJSON(t, data), parseJSON(t, back)) {
			t.Fatalf("got  %s\nwant %s", back, data)
		}
	})
}

// documented reports whether an error is one of the differences to encoding/json
// that package jsonwire lists.
func documented(err error) bool {
	for _, text := range []string{"occurs twice", "nested deeper", "lone surrogate in a member name"} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

// sameValue compares parsed JSON. Numbers in arrays and maps may be written in
// another way, so numbers are compared as the float64 nearest to them if their
// texts differ.
func sameValue(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k, v := range a {
			if w, ok := b[k]; !ok || !sameValue(v, w) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !sameValue(a[i], b[i]) {
				return false
			}
		}
		return true
	case json.Number:
		b, ok := b.(json.Number)
		if !ok {
			return false
		}
		x, errX := a.Float64()
		y, errY := b.Float64()
		return a == b || errX == nil && errY == nil && x == y
	}
	return reflect.DeepEqual(a, b)
}
