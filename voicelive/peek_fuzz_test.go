package voicelive

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/ws"
)

var peekSeeds = []string{
	`{"type":"response.audio.delta","delta":"AAAA"}`, `{"delta":"AAAA","type":"response.audio.delta"}`, `{"type" : "x"}`, `{"\u0074ype":"x"}`,
	`{"type":"a\"b"}`, `{"type":null,"session":{"id":"s"}}`, `{"type":["x"],"event_id":null}`, `{"event_id":"","type":"t"}`, `{"a":{"type":"no"},"type":"t"}`,
	`{}`, `[]`, `null`, `{"type":"`, `{"type":"x`, "{\"type\":\"\xff\"}", ` {"type":"x","event_id":null} `, `{"event_id":1.50,"session":[{}]}`,
}

// object parses an object without repeated names; nil if data is something else.
func object(data []byte) map[string]json.RawMessage {
	var v map[string]json.RawMessage
	d := json.NewDecoder(bytes.NewReader(data))
	if !utf8.Valid(data) || json.Unmarshal(data, &v) != nil || v == nil {
		return nil
	}
	seen := map[string]bool{}
	d.Token()
	for d.More() {
		name, err := d.Token()
		if err != nil || seen[name.(string)] {
			return nil
		}
		seen[name.(string)] = true
		var skipped json.RawMessage
		d.Decode(&skipped)
	}
	return v
}

// Peeking finds what encoding/json finds, and takes anything.
func FuzzPeek(f *testing.F) {
	for _, seed := range peekSeeds {
		f.Add([]byte(seed), "type")
		f.Add([]byte(seed), "session")
	}
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		typ, raw, text := string(peekType(data)), peekObject(data, name), peekString(data, name)
		all := object(data)
		if all == nil || documentedLimit(data) {
			return
		}
		if want := stringOf(all["type"]); typ != want {
			t.Errorf("type: got %q, want %q", typ, want)
		}
		if want := stringOf(all[name]); text != want {
			t.Errorf("string: got %q, want %q", text, want)
		}
		want := all[name]
		if string(want) == "null" {
			want = nil
		}
		if string(raw) != string(want) {
			t.Errorf("value: got %q, want %q", raw, want)
		}
	})
}

// documentedLimit reports what package jsonwire says that it refuses.
func documentedLimit(data []byte) bool {
	_, err := UnmarshalServerEvent(data)
	return err != nil
}

func stringOf(raw json.RawMessage) (s string) {
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// An event gets an event_id unless it has one; nothing else changes.
func FuzzInsertEventID(f *testing.F) {
	for _, seed := range peekSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		want := object(data)
		if len(want) == 0 || documentedLimit(data) {
			return // Send encodes nothing like it
		}
		buf := insertEventID(append(make([]byte, ws.Headroom), data...), "vl_1")
		got := object(buf[ws.Headroom:])
		if got == nil {
			t.Fatalf("got %s", buf[ws.Headroom:])
		}
		if id := string(want["event_id"]); id == "" || id == "null" {
			want["event_id"] = json.RawMessage(`"vl_1"`)
		}
		for _, m := range []map[string]json.RawMessage{got, want} {
			for name, raw := range m {
				var b bytes.Buffer
				if json.Compact(&b, raw) != nil {
					t.Fatalf("%s: %s", name, raw)
				}
				m[name] = b.Bytes()
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %s of %s", buf[ws.Headroom:], data)
		}
	})
}
