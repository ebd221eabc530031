package voicelive_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// event is what both kinds of event have in common.
type event interface {
	json.Marshaler
}

func unmarshalServer(data []byte) (event, error) { return voicelive.UnmarshalServerEvent(data) }
func unmarshalClient(data []byte) (event, error) { return voicelive.UnmarshalClientEvent(data) }

// TestRecordedEventsSurviveDecodingAndEncoding runs over the events of testdata.
func TestRecordedEventsSurviveDecodingAndEncoding(t *testing.T) {
	for file, unmarshal := range map[string]func([]byte) (event, error){
		"server-events.jsonl": unmarshalServer,
		"odd-events.jsonl":    unmarshalServer,
		"client-events.jsonl": unmarshalClient,
	} {
		n := 0
		for line := range lines(t, "testdata/"+file) {
			n++
			checkLossless(t, fmt.Sprintf("%s:%d", file, n), line, unmarshal)
		}
		if n == 0 {
			t.Errorf("%s is empty", file)
		}
	}
}

// TestDecodingOverAnEventLeavesNothingOfIt decodes, over each recorded event, one of its type without members.
func TestDecodingOverAnEventLeavesNothingOfIt(t *testing.T) {
	for _, file := range []string{"server-events.jsonl", "odd-events.jsonl"} {
		for line := range lines(t, "testdata/"+file) {
			unmarshal := func(text []byte, reuse voicelive.ServerEvent) voicelive.ServerEvent {
				t.Helper()
				e, err := voicelive.UnmarshalServerEventInto(text, reuse)
				if err != nil {
					t.Fatal(err)
				}
				return e
			}
			e, same := unmarshal(line, nil), unmarshal(line, nil)
			if _, unknown := e.(*voicelive.UnknownServerEvent); unknown {
				continue // null is a value of it
			}
			bare := fmt.Appendf(nil, `{"type":%q}`, e.EventType())
			want := unmarshal(bare, nil)
			if diff := cmp.Diff(want, unmarshal(bare, unmarshal(line, nil))); diff != "" {
				t.Errorf("%s into %s: (-want +got)\n%s", bare, line, diff)
			}
			if err := json.Unmarshal([]byte("null"), e); err != nil || !cmp.Equal(e, same) {
				t.Errorf("null over %s (%v): (-want +got)\n%s", line, err, cmp.Diff(same, e))
			}
			fresh := reflect.New(reflect.TypeOf(e).Elem()).Interface()
			if err := json.Unmarshal(bare, fresh); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(bare, e); err != nil || !cmp.Equal(any(e), fresh) {
				t.Errorf("%s over %s (%v): (-want +got)\n%s", bare, line, err, cmp.Diff(fresh, any(e)))
			}
		}
	}
}

func lines(t *testing.T, path string) func(func([]byte) bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func([]byte) bool) {
		s := bufio.NewScanner(bytes.NewReader(data))
		s.Buffer(nil, 1<<24)
		for s.Scan() {
			if len(bytes.TrimSpace(s.Bytes())) > 0 && !yield(s.Bytes()) {
				return
			}
		}
	}
}

func checkLossless(t *testing.T, name string, text []byte, unmarshal func([]byte) (event, error)) event {
	t.Helper()
	input := bytes.Clone(text)
	e, err := unmarshal(input)
	if err != nil {
		t.Errorf("%s: %v\n%s", name, err, text)
		return nil
	}
	for i := range input { // the event must not alias its input
		input[i] = 'x'
	}
	got, err := e.MarshalJSON()
	if err != nil {
		t.Errorf("%s: %v\n%s", name, err, text)
		return nil
	}
	if !reflect.DeepEqual(parseJSON(t, text), parseJSON(t, got)) { // go-cmp takes exponential time for deep JSON
		t.Errorf("%s: encode(decode(x)) differs:\ngot  %s\nwant %s", name, got, text)
	}
	viaJSON, err := json.Marshal(e)
	if err != nil || !bytes.Equal(compact(t, got), compact(t, viaJSON)) {
		t.Errorf("%s: json.Marshal differs from MarshalJSON (%v):\n%s\n%s", name, err, viaJSON, got)
	}
	again, err := unmarshal(got)
	if err != nil {
		t.Fatalf("%s: second decode: %v", name, err)
	}
	if diff := cmp.Diff(e, again); diff != "" {
		t.Errorf("%s: decode(encode(e)) differs (-e +got):\n%s", name, diff)
	}
	return e
}

func compact(t *testing.T, text []byte) []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatal(err)
	}
	var esc bytes.Buffer
	json.HTMLEscape(&esc, b.Bytes())
	return esc.Bytes()
}

func parseJSON(t *testing.T, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

// union is how the test makes values of an interface type.
type union struct {
	key       string
	tags      []string
	scalars   []string // JSON texts of members that are no objects
	unmarshal func([]byte) (any, error)
}

func tags[E ~string](values []E) (s []string) {
	for _, v := range values {
		s = append(s, string(v))
	}
	return append(s, "something.new")
}

func decoder[T any](f func([]byte) (T, error)) func([]byte) (any, error) {
	return func(data []byte) (any, error) { return f(data) }
}

// unions are the interface types. Those that not every version of the API has are added by tests of their own.
var unions = map[reflect.Type]union{
	reflect.TypeFor[voicelive.ServerEvent]():             {"type", tags(voicelive.ServerEventType("").Values()), nil, decoder(voicelive.UnmarshalServerEvent)},
	reflect.TypeFor[voicelive.ClientEvent]():             {"type", tags(voicelive.ClientEventType("").Values()), nil, decoder(voicelive.UnmarshalClientEvent)},
	reflect.TypeFor[voicelive.ConversationRequestItem](): {"type", tags(voicelive.ItemType("").Values()), nil, decoder(voicelive.UnmarshalConversationRequestItem)},
	reflect.TypeFor[voicelive.MessageItem]():             {"role", tags(voicelive.MessageRole("").Values()), nil, decoder(voicelive.UnmarshalMessageItem)},
	reflect.TypeFor[voicelive.ResponseItem]():            {"type", tags(voicelive.ItemType("").Values()), nil, decoder(voicelive.UnmarshalResponseItem)},
	reflect.TypeFor[voicelive.ContentPart]():             {"type", tags(voicelive.ContentPartType("").Values()), nil, decoder(voicelive.UnmarshalContentPart)},
	reflect.TypeFor[voicelive.MessageContentPart]():      {"type", tags(voicelive.ContentPartType("").Values()), nil, decoder(voicelive.UnmarshalMessageContentPart)},
	reflect.TypeFor[voicelive.Tool]():                    {"type", tags(voicelive.ToolType("").Values()), nil, decoder(voicelive.UnmarshalTool)},
	reflect.TypeFor[voicelive.TurnDetection]():           {"type", tags(voicelive.TurnDetectionType("").Values()), []string{"null"}, decoder(voicelive.UnmarshalTurnDetection)},
	reflect.TypeFor[voicelive.EOUDetection]():            {"model", tags([]string{"semantic_detection_v1", "semantic_detection_v1_en", "semantic_detection_v1_multilingual"}), nil, decoder(voicelive.UnmarshalEOUDetection)},
	reflect.TypeFor[voicelive.ResponseStatusDetails]():   {"type", tags(voicelive.ResponseStatus("").Values()), nil, decoder(voicelive.UnmarshalResponseStatusDetails)},
	reflect.TypeFor[voicelive.AzureVoice]():              {"type", tags(voicelive.AzureVoiceType("").Values()), nil, decoder(voicelive.UnmarshalAzureVoice)},
	reflect.TypeFor[voicelive.Voice]():                   {"type", append(tags(voicelive.AzureVoiceType("").Values()), "openai", "azure-realtime-native"), []string{`"alloy"`, `"nova"`, `""`}, decoder(voicelive.UnmarshalVoice)},
	reflect.TypeFor[voicelive.ToolChoiceObject]():        {"type", tags(voicelive.ToolType("").Values()), nil, decoder(voicelive.UnmarshalToolChoiceObject)},
	reflect.TypeFor[voicelive.ToolChoice]():              {"type", tags(voicelive.ToolType("").Values()), []string{`"auto"`, `"get_time"`}, decoder(voicelive.UnmarshalToolChoice)},
	reflect.TypeFor[voicelive.MaxOutputTokens]():         {"", nil, []string{`"inf"`, `300`, `"many"`, `0`}, decoder(voicelive.UnmarshalMaxOutputTokens)},
	reflect.TypeFor[voicelive.MCPRequireApproval]():      {"", nil, []string{`"never"`, `{"always":["a"],"never":[]}`, `"ask"`}, decoder(voicelive.UnmarshalMCPRequireApproval)},
}

// maker makes random JSON for Go types, and now and then something else.
type maker struct {
	*rand.Rand
	odd float64 // the share of values that do not fit
}

func (m maker) pick(texts ...string) string { return texts[m.IntN(len(texts))] }

func (m maker) odds() string {
	return m.pick(`null`, `true`, `"text"`, `""`, `-1.50`, `123456789012345678901234567890`, `1e400`, `[]`, `[null,{"a":[1]}]`, `{}`, `{"type":"x","a":{"b":null}}`, `"\ud800"`, `1.0`, `0.1234567890123456789`)
}

func (m maker) value(typ reflect.Type, depth int) string {
	if m.Float64() < m.odd {
		return m.odds()
	}
	if u, ok := unions[typ]; ok {
		return m.union(u, depth)
	}
	switch {
	case typ == reflect.TypeFor[json.RawMessage](), typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Uint8 && typ.Name() != "":
		return m.odds()
	case typ == reflect.TypeFor[time.Time]():
		return `"2026-01-02T03:04:05Z"`
	case strings.HasPrefix(typ.Name(), "Nullable["):
		if m.IntN(3) == 0 {
			return "null"
		}
		return m.value(reflect.New(typ).MethodByName("Ptr").Type().Out(0).Elem(), depth)
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return m.value(typ.Elem(), depth)
	case reflect.String:
		return m.pick(`"x"`, `""`, `"é\n\"\u0001😀"`, `"completed"`, `"a longer text with\ttabs"`)
	case reflect.Int, reflect.Int64:
		return m.pick(`0`, `1`, `-5`, `2147483647`, `9007199254740993`)
	case reflect.Float64:
		return m.pick(`0`, `0.8`, `-1`, `1e-7`, `0.30000001192092896`, `2000000`)
	case reflect.Bool:
		return m.pick(`true`, `false`)
	case reflect.Slice:
		if typ.Elem().Kind() == reflect.Uint8 {
			return m.pick(`""`, `"AQID"`, `"\/\/8="`, `"<audio>"`, `"QR=="`)
		}
		parts := make([]string, m.IntN(3))
		for i := range parts {
			parts[i] = m.value(typ.Elem(), depth+1)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case reflect.Map:
		return m.pick(`{}`, `{"k":`+m.value(typ.Elem(), depth+1)+`}`)
	case reflect.Struct:
		return m.object(typ, "", "", depth)
	}
	if typ.Kind() == reflect.Interface { // a union that is new in this version
		return m.odds()
	}
	panic(typ)
}

func (m maker) union(u union, depth int) string {
	if len(u.tags) == 0 || len(u.scalars) > 0 && m.IntN(4) == 0 {
		return m.pick(u.scalars...)
	}
	tag := m.pick(u.tags...)
	head := fmt.Sprintf("{%q:%q}", u.key, tag)
	if depth > 6 {
		return head
	}
	v, err := u.unmarshal([]byte(head))
	if err != nil {
		panic(err)
	}
	typ := reflect.TypeOf(v)
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || strings.HasPrefix(typ.Name(), "Unknown") {
		if u.key == "type" && tag == "message" { // a union inside of this one
			return m.union(union{"role", tags(voicelive.MessageRole("").Values()), nil, func(data []byte) (any, error) {
				return u.unmarshal([]byte(`{"type":"message",` + string(data[1:])))
			}}, depth+1)
		}
		return `{"` + u.key + `":"` + tag + `","x":` + m.odds() + `}`
	}
	return m.object(typ, u.key, tag, depth)
}

func (m maker) object(typ reflect.Type, key, tag string, depth int) string {
	var members []string
	if key != "" {
		members = append(members, fmt.Sprintf("%q:%q", key, tag))
		if key == "role" {
			members = append(members, `"type":"message"`)
		}
	}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || m.IntN(5) == 0 || depth > 7 {
			continue
		}
		members = append(members, fmt.Sprintf("%q:%s", name, m.value(f.Type, depth+1)))
	}
	if m.Float64() < m.odd*3 {
		members = append(members, `"x_unknown":`+m.odds())
	}
	m.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{" + strings.Join(members, m.pick(",", " ,\n\t")) + "}"
}

// TestRandomEventsSurviveDecodingAndEncoding makes values of every variant, by
// reflection over the package, with members missing, null, unknown and wrong.
func TestRandomEventsSurviveDecodingAndEncoding(t *testing.T) {
	const rounds = 25
	for _, c := range []struct {
		root      reflect.Type
		unmarshal func([]byte) (event, error)
	}{
		{reflect.TypeFor[voicelive.ServerEvent](), unmarshalServer},
		{reflect.TypeFor[voicelive.ClientEvent](), unmarshalClient},
	} {
		u := unions[c.root]
		for i, tag := range u.tags {
			one := u
			one.tags = []string{tag}
			for round := range rounds {
				m := maker{rand.New(rand.NewPCG(uint64(i), uint64(round))), float64(round%4) * 0.04}
				checkLossless(t, fmt.Sprintf("%s round %d", tag, round), []byte(m.union(one, 0)), c.unmarshal)
				if t.Failed() {
					return
				}
			}
		}
	}
}

// TestAStructOfTheUsersChoiceHasItsTag: options in a file do not repeat what the Go type says.
func TestAStructOfTheUsersChoiceHasItsTag(t *testing.T) {
	var config struct {
		VAD  voicelive.ServerVAD    `json:"vad"`
		Tool voicelive.FunctionTool `json:"tool"`
	}
	if err := json.Unmarshal([]byte(`{"vad": {"threshold": 0.4}, "tool": {"name": "f", "more": 1}}`), &config); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(&voicelive.RequestSession{TurnDetection: &config.VAD, Tools: []voicelive.Tool{&config.Tool}})
	want := `{"tools":[{"type":"function","name":"f","more":1}],"turn_detection":{"type":"server_vad","threshold":0.4}}`
	if err != nil || !cmp.Equal(parseJSON(t, got), parseJSON(t, []byte(want))) {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	var item voicelive.UserMessageItem // of which two tags are written
	if err := json.Unmarshal([]byte(`{"content":[]}`), &item); err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(item); err != nil || string(got) != `{"type":"message","role":"user","content":[]}` {
		t.Errorf("got %s, %v", got, err)
	}
	// Within a struct nobody has chosen, and what is missing stays missing.
	whole := `{"input_audio_echo_cancellation":{}}`
	var session voicelive.RequestSession
	if err := json.Unmarshal([]byte(whole), &session); err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(session); err != nil || string(got) != whole {
		t.Errorf("got  %s, %v\nwant %s", got, err, whole)
	}
}
