package record

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestWhatIsTakenOut(t *testing.T) {
	long := strings.Repeat("häh ", 30)
	base64 := strings.Repeat("AAAA", 30)
	for _, tt := range []struct {
		name, event string
		audio, text Keep
		want        string // "" is no change
	}{
		{"nothing", ` { "type" : "x", "a":[1,-2.50e3, true,null,"\u00e4\n"], "b":{} }`, All, All, ""},
		{"secrets", `{"authorization":"Bearer x","api_key":["a",{"b":"c"}],"total_tokens":3}`, All, All,
			`{"authorization":"REDACTED","api_key":["REDACTED",{"b":"REDACTED"}],"total_tokens":3}`},
		{"secrets with escapes in the name", `{"\u0061uthorization":"Bearer x"}`, All, All, `{"\u0061uthorization":"REDACTED"}`},
		{"secrets that are no strings", `{"headers":{"Authorization":"x","n":12,"b":true,"z":null}}`, All, All,
			`{"headers":{"Authorization":"REDACTED","n":0,"b":true,"z":null}}`},
		{"SDP", `{"type":"session.avatar.connect","client_sdp":"v=0","sdp_offer":"v=0","server_sdp":"v=0"}`, All, All,
			`{"type":"session.avatar.connect","client_sdp":"REDACTED","sdp_offer":"REDACTED","server_sdp":"REDACTED"}`},
		{"ICE servers", `{"ice_servers":[{"urls":["turn:user@host:1?transport=udp"],"username":"u","credential":"c"}]}`, All, All,
			`{"ice_servers":[{"urls":["turn:host:1"],"username":"REDACTED","credential":"REDACTED"}]}`},
		{"URLs", `{"image_url":"https://u:p@host/a?sig=1#f","text":"https:\/\/host?code=1","server_url":"https://host/a"}`, All, All,
			`{"image_url":"https://host/a","text":"https://host","server_url":"https://host/a"}`},
		{"audio is shortened", `{"type":"response.audio.delta","delta":"` + base64 + `","item_id":"i"}`, Shorten, All,
			`{"type":"response.audio.delta","delta":"` + base64[:64] + `","item_id":"i"}`},
		{"audio is dropped", `{"type":"input_audio_buffer.append","audio":"` + base64 + `"}`, Drop, All, `{"type":"input_audio_buffer.append","audio":""}`},
		{"pictures are dropped", `{"url":"data:image/png;base64,AAAA"}`, Drop, All, `{"url":""}`},
		{"text is not audio", `{"type":"response.text.delta","delta":"hello"}`, Drop, All, ""},
		{"audio is not text", `{"type":"response.audio.delta","delta":"AAAA"}`, All, Drop, ""},
		{"text is shortened", `{"instructions":"` + long + `"}`, All, Shorten, `{"instructions":"` + long[:len("häh ")*16] + `…"}`},
		{"text is dropped", `{"type":"x","text":"a","new":{"word":"b","list":["c"]},"call_id":"d","status":"completed","n":1}`, All, Drop,
			`{"type":"x","text":"","new":{"word":"","list":[""]},"call_id":"d","status":"completed","n":1}`},
	} {
		var tags struct{ Type string }
		if err := json.Unmarshal([]byte(tt.event), &tags); err != nil {
			t.Fatal(err)
		}
		s := newScrubber(tt.audio, tt.text)
		got, ok := s.scrub(nil, []byte(tt.event), tags.Type)
		want := tt.want
		if want == "" {
			want = tt.event
		}
		if !ok || string(got) != want || s.changed != (tt.want != "") {
			t.Errorf("%s: got %s, ok %v, changed %v, want %s", tt.name, got, ok, s.changed, want)
		}
	}
}

func TestWhatIsNoEvent(t *testing.T) {
	for _, text := range []string{
		"", " ", "x", "1", `"a"`, "[]", "null", "{", "{}}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a":01}`, `{"a":tru}`, `{"a":"\x"}`, "{\"a\":\"\t\"}",
		`{"a":"`, `{"a":"\`, "{\"a\":\"\xff\"}", `{a:1}`, `{"a" 1}`, `{"a":[1 2]}`, `{"a":[1}`, `{"a":` + strings.Repeat("[", 1e6),
	} {
		if out, ok := newScrubber(All, All).scrub(nil, []byte(text), ""); ok {
			t.Errorf("%.20q is kept as %s", text, out)
		}
	}
}

// Every name of a string in an event is known, as one of text or not: this test fails if a new version of the API has
// another one. Names that are not known count as text.
func TestEveryNameIsKnown(t *testing.T) {
	texts := map[string]bool{}
	for _, name := range textNames {
		texts[name] = true
	}
	for name := range stringMembers(t) {
		c := contentOf(name)
		if (c == text || c == link) != texts[name] {
			t.Errorf("%s: is it text? add it to textNames or to plainNames", name)
		}
	}
}

// textNames are the members that hold texts, and URLs.
var textNames = []string{
	"additional_instructions", "attributes", "appended_text_after_truncation", "arguments", "custom_lexicon_url", "custom_text_normalization_url", "description",
	"filename", "image_url", "instructions", "message", "metadata", "obfuscation", "output", "phrase_list", "prompt", "queries", "reason",
	"server_url", "text", "texts", "transcript", "url", "urls",
}

// stringMembers are the names of all members of events that hold strings, or lists or maps of them.
func stringMembers(t *testing.T) map[string]bool {
	text, err := os.ReadFile("../../docs/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var root struct {
		Defs map[string]schema `json:"$defs"`
	}
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	var isString func(s schema) bool
	isString = func(s schema) bool {
		if ref, ok := root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")]; ok {
			return len(ref.Properties) == 0 && isString(ref)
		}
		return strings.Contains(string(s.Type), `"string"`) || s.Items != nil && isString(*s.Items) || len(s.Additional) > 0 && strings.Contains(string(s.Additional), `"string"`) ||
			slices.ContainsFunc(append(s.AnyOf, s.OneOf...), isString)
	}
	for _, definition := range root.Defs {
		for name, property := range definition.Properties {
			if isString(property) {
				names[name] = true
			}
		}
	}
	if len(names) < 50 {
		t.Fatalf("the schema has %d names only", len(names))
	}
	return names
}

// A schema is what stringMembers looks at.
type schema struct {
	Ref          string          `json:"$ref"`
	Type         json.RawMessage `json:"type"`
	Items        *schema         `json:"items"`
	Additional   json.RawMessage `json:"additionalProperties"`
	AnyOf, OneOf []schema
	Properties   map[string]schema `json:"properties"`
}

func FuzzScrub(f *testing.F) {
	f.Add([]byte(`{"type":"response.audio.delta","delta":"AAAA","authorization":"x"}`), uint8(0))
	f.Add([]byte(" {\"a\" : [1, \"https://h?x=1\"]\n}"), uint8(4))
	f.Fuzz(func(t *testing.T, event []byte, options uint8) {
		keeps := []Keep{All, Shorten, Drop}
		s := newScrubber(keeps[options%3], keeps[options/3%3])
		out, ok := s.scrub(nil, event, "response.audio.delta")
		if !ok {
			if s.depth <= maxDepth && json.Valid(event) && strings.HasPrefix(strings.TrimLeft(string(event), " \t\r\n"), "{") && json.Valid([]byte(strings.ToValidUTF8(string(event), "!"))) &&
				strings.ToValidUTF8(string(event), "!") == string(event) {
				t.Fatalf("%s is not kept", event)
			}
			return
		}
		if !json.Valid(event) || !json.Valid(out) {
			t.Fatalf("%s becomes %s", event, out)
		}
		if s.changed == (string(out) == string(event)) {
			t.Fatalf("%s becomes %s, changed %v", event, out, s.changed)
		}
		again, ok := s.scrub(nil, out, "response.audio.delta")
		if !ok || string(again) != string(out) {
			t.Fatalf("%s becomes %s, and then %s", event, out, again)
		}
	})
}
