package voicelive_test

import (
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

func TestViolationsHavePaths(t *testing.T) {
	session := func(s voicelive.RequestSession) voicelive.ClientEvent {
		return &voicelive.ClientEventSessionUpdate{Session: s}
	}
	item := func(i voicelive.ConversationRequestItem) voicelive.ClientEvent {
		return &voicelive.ClientEventConversationItemCreate{Item: i}
	}
	for want, event := range map[string]voicelive.ClientEvent{
		"item_id is required":                                              &voicelive.ClientEventConversationItemDelete{},
		"audio is required":                                                &voicelive.ClientEventInputAudioBufferAppend{},
		"client_sdp is required":                                           &voicelive.ClientEventSessionAvatarConnect{},
		"session.turn_detection.threshold must be at most 1":               session(voicelive.RequestSession{TurnDetection: &voicelive.ServerVAD{Threshold: new(1.1)}}),
		"session.voice.name is required":                                   session(voicelive.RequestSession{Voice: &voicelive.AzureStandardVoice{}}),
		"session.max_response_output_tokens must be at least 1":            session(voicelive.RequestSession{MaxResponseOutputTokens: voicelive.TokenCount(0)}),
		"session.tools[1].server_url is required":                          session(voicelive.RequestSession{Tools: []voicelive.Tool{&voicelive.FunctionTool{Name: "f"}, &voicelive.MCPServer{ServerLabel: "l"}}}),
		"session.tools[0] is nil":                                          session(voicelive.RequestSession{Tools: []voicelive.Tool{nil}}),
		"session.avatar.video.gop_size must be at most 2000":               session(voicelive.RequestSession{Avatar: &voicelive.AvatarConfig{Character: "lisa", Video: &voicelive.VideoParams{GOPSize: new(2001)}}}),
		"session.avatar.video.crop.top_left must have at least 2 elements": session(voicelive.RequestSession{Avatar: &voicelive.AvatarConfig{Character: "lisa", Video: &voicelive.VideoParams{Crop: &voicelive.VideoCrop{TopLeft: []int{1}, BottomRight: []int{1, 2}}}}}),
		"session.input_audio_transcription.model is required":              session(voicelive.RequestSession{InputAudioTranscription: voicelive.Value(voicelive.AudioInputTranscriptionOptions{})}),
		"item.content is required":                                         item(&voicelive.UserMessageItem{}),
		"item.content[0].audio is required":                                item(&voicelive.UserMessageItem{Content: []voicelive.MessageContentPart{&voicelive.InputAudioContentPart{}}}),
		"item.call_id is required":                                         item(&voicelive.FunctionCallOutputItem{}),
		"Raw must be a JSON object":                                        &voicelive.UnknownClientEvent{Tag: "x"},
		"Tag must be the type in Raw":                                      &voicelive.UnknownClientEvent{Tag: "x", Raw: []byte(`{"type":"y"}`)},
	} {
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
