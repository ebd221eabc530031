package voicelive_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

func TestRecordedRequestsAreValid(t *testing.T) {
	for line := range lines(t, "testdata/client-events.jsonl") {
		event, err := voicelive.UnmarshalClientEvent(line)
		if err != nil {
			t.Fatal(err)
		}
		if err := event.Validate(); err != nil {
			t.Errorf("%v\n%s", err, line)
		}
	}
}

// violations are events that are wrong in one place. Those that not every version of the API has are added by tests of
// their own.
var violations = map[string]voicelive.ClientEvent{
	"item_id is required": &voicelive.ClientEventConversationItemDelete{},
	"audio is required":   &voicelive.ClientEventInputAudioBufferAppend{},
	"session.turn_detection.threshold must be at most 1":    sessionUpdate(voicelive.RequestSession{TurnDetection: &voicelive.ServerVAD{Threshold: new(1.1)}}),
	"session.voice.name is required":                        sessionUpdate(voicelive.RequestSession{Voice: &voicelive.AzureStandardVoice{}}),
	"session.max_response_output_tokens must be at least 1": sessionUpdate(voicelive.RequestSession{MaxResponseOutputTokens: voicelive.TokenCount(0)}),
	"session.tools[1].server_url is required":               sessionUpdate(voicelive.RequestSession{Tools: []voicelive.Tool{&voicelive.FunctionTool{Name: "f"}, &voicelive.MCPServer{ServerLabel: "l"}}}),
	"session.tools[0] must not be nil":                      sessionUpdate(voicelive.RequestSession{Tools: []voicelive.Tool{nil}}),
	"session.input_audio_transcription.model is required":   sessionUpdate(voicelive.RequestSession{InputAudioTranscription: voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{})}),
	"item.content is required":                              itemCreate(&voicelive.UserMessageItem{}),
	"item.content[0].audio is required":                     itemCreate(&voicelive.UserMessageItem{Content: []voicelive.MessageContentPart{&voicelive.InputAudioContentPart{}}}),
	"item.call_id is required":                              itemCreate(&voicelive.FunctionCallOutputItem{}),
	"Raw must be a JSON object":                             &voicelive.UnknownClientEvent{Tag: "x"},
	"Tag must be the type in Raw":                           &voicelive.UnknownClientEvent{Tag: "x", Raw: []byte(`{"type":"y"}`)},
}

func sessionUpdate(s voicelive.RequestSession) voicelive.ClientEvent {
	return &voicelive.ClientEventSessionUpdate{Session: s}
}

func itemCreate(i voicelive.ConversationRequestItem) voicelive.ClientEvent {
	return &voicelive.ClientEventConversationItemCreate{Item: i}
}

func TestViolationsHavePaths(t *testing.T) {
	for want, event := range violations {
		err := event.Validate()
		if err == nil {
			t.Errorf("%s: valid", want)
			continue
		}
		ve := err.(*voicelive.ValidationError)
		if got := ve.Violations[0].Path + " " + ve.Violations[0].Message; len(ve.Violations) != 1 || got != "."+want {
			t.Errorf("got %q, want %q (%v)", got, want, err)
		}
	}
	if err := (*voicelive.ClientEventSessionUpdate)(nil).Validate(); err == nil {
		t.Error("nil is valid")
	}
}

// TestValidateReportsWhatTheEncoderRefuses breaks each string, number, raw JSON
// and union of recorded events, one at a time.
func TestValidateReportsWhatTheEncoderRefuses(t *testing.T) {
	refused := map[string]int{}
	for line := range lines(t, "testdata/client-events.jsonl") {
		event, err := voicelive.UnmarshalClientEvent(line)
		if err != nil {
			t.Fatal(err)
		}
		if _, unknown := event.(*voicelive.UnknownClientEvent); unknown {
			continue // recorded with another version of the API
		}
		breakEach(reflect.ValueOf(event).Elem(), func(what string) {
			_, err := event.AppendJSON(nil)
			var ee *voicelive.EncodeError
			if !errors.As(err, &ee) {
				return // such as a bad string that decoding left to Extra
			}
			refused[what]++
			var ve *voicelive.ValidationError
			if !errors.As(event.Validate(), &ve) || !slices.ContainsFunc(ve.Violations, func(v voicelive.Violation) bool { return v.Path == ee.Path }) {
				t.Errorf("%s: Append says %v, Validate %v", what, err, event.Validate())
			}
		})
		if err := event.Validate(); err != nil {
			t.Fatalf("it is not mended: %v", err)
		}
	}
	for _, what := range []string{"string", "number", "raw JSON", "nil pointer", "unknown"} {
		if refused[what] == 0 {
			t.Errorf("no event was refused for a bad %s", what)
		}
	}
}

// breakEach calls try once for each part of v that it spoils, and mends it.
func breakEach(v reflect.Value, try func(what string)) {
	spoil := func(bad any, what string) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		v.Set(reflect.ValueOf(bad).Convert(v.Type()))
		try(what)
		v.Set(old)
	}
	switch v.Kind() {
	case reflect.String:
		spoil("\xff", "string")
	case reflect.Float64:
		spoil(math.NaN(), "number")
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			if v.Type() != reflect.TypeFor[[]byte]() {
				spoil([]byte("{"), "raw JSON")
			}
			return
		}
		for i := range v.Len() {
			breakEach(v.Index(i), try)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			old := v.MapIndex(key)
			elem := reflect.New(old.Type()).Elem()
			elem.Set(old)
			breakEach(elem, func(what string) {
				v.SetMapIndex(key, elem)
				try(what)
			})
			v.SetMapIndex(key, old)
		}
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		if v.Elem().Kind() == reflect.Pointer {
			spoil(reflect.Zero(v.Elem().Type()).Interface(), "nil pointer")
			breakEach(v.Elem().Elem(), try)
		}
		unknown := map[reflect.Type]any{
			reflect.TypeFor[voicelive.Tool]():               &voicelive.UnknownTool{Tag: "x"},
			reflect.TypeFor[voicelive.Voice]():              &voicelive.UnknownVoice{},
			reflect.TypeFor[voicelive.TurnDetection]():      &voicelive.UnknownTurnDetection{Tag: "x", Raw: []byte("{")},
			reflect.TypeFor[voicelive.MessageContentPart](): &voicelive.UnknownMessageContentPart{Tag: "x"},
		}[v.Type()]
		if unknown != nil {
			spoil(unknown, "unknown")
		}
	case reflect.Pointer:
		if !v.IsNil() {
			breakEach(v.Elem(), try)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Extra" {
				breakEach(v.Field(i), try)
			}
		}
	}
}
