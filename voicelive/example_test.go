package voicelive_test

import (
	"encoding/json"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

func ExampleUnmarshalServerEvent() {
	for _, text := range []string{
		`{"type":"session.created","session":{"id":"sess_01","model":"gpt-realtime"}}`,
		`{"type":"response.text.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"Hello"}`,
		`{"type":"response.thinking.delta","delta":"…"}`,
	} {
		event, err := voicelive.UnmarshalServerEvent([]byte(text))
		if err != nil {
			fmt.Println(err)
			continue
		}
		switch e := event.(type) {
		case *voicelive.ServerEventSessionCreated:
			fmt.Println("session", *e.Session.ID, "of", *e.Session.Model)
		case *voicelive.ServerEventResponseTextDelta:
			fmt.Println("text:", e.Delta)
		case *voicelive.UnknownServerEvent:
			fmt.Println("new to this version:", e.Tag, string(e.Raw))
		}
	}
	// Output:
	// session sess_01 of gpt-realtime
	// text: Hello
	// new to this version: response.thinking.delta {"type":"response.thinking.delta","delta":"…"}
}

// In a hot loop, lend the event of the round before: its struct and its audio
// buffer are used again, and decoding allocates nothing.
func ExampleUnmarshalServerEventInto() {
	frames := []string{
		`{"type":"response.audio.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"AAEC"}`,
		`{"type":"response.audio.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"AwQ="}`,
	}
	var lent voicelive.ServerEvent = &voicelive.ServerEventResponseAudioDelta{Delta: make([]byte, 0, 9600)}
	for _, frame := range frames {
		event, err := voicelive.UnmarshalServerEventInto([]byte(frame), lent)
		if err != nil {
			fmt.Println(err)
			return
		}
		if audio, ok := event.(*voicelive.ServerEventResponseAudioDelta); ok {
			fmt.Println(audio.Delta) // play it before the next round
			lent = audio
		}
	}
	// Output:
	// [0 1 2]
	// [3 4]
}

// A voice is the name of an OpenAI voice, or one of several structs.
func ExampleVoice() {
	for _, v := range []voicelive.Voice{
		voicelive.OAIVoiceAlloy,
		&voicelive.AzureStandardVoice{Name: "en-US-AvaNeural", Rate: new("+10%")},
	} {
		text, _ := json.Marshal(v)
		fmt.Println(string(text))
	}

	v, _ := voicelive.UnmarshalVoice([]byte(`{"type":"azure-custom","name":"mine","endpoint_id":"42"}`))
	switch v := v.(type) {
	case voicelive.OAIVoice:
		fmt.Println("OpenAI's", v)
	case *voicelive.AzureCustomVoice:
		fmt.Println("custom voice", v.Name, "at", v.EndpointID)
	}
	// Output:
	// "alloy"
	// {"type":"azure-standard","name":"en-US-AvaNeural","rate":"+10%"}
	// custom voice mine at 42
}

// A message item is told apart by its type and its role; the codec writes both.
func ExampleConversationRequestItem() {
	event := &voicelive.ClientEventConversationItemCreate{
		Item: &voicelive.UserMessageItem{Content: []voicelive.MessageContentPart{
			&voicelive.InputTextContentPart{Text: "What is this?"},
			&voicelive.RequestImageContentPart{ImageURL: new("https://example.com/cat.png")},
		}},
	}
	text, _ := event.AppendJSON(nil)
	fmt.Println(string(text))
	// Output:
	// {"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"What is this?"},{"type":"input_image","image_url":"https://example.com/cat.png"}]}}
}

// In a session.update, absent means unchanged and null means off.
func ExampleNullable() {
	for _, session := range []voicelive.RequestSession{
		{},
		{TurnDetection: voicelive.NullTurnDetection{}, InputAudioTranscription: voicelive.NullOf[voicelive.AudioInputTranscriptionOptions]()},
		{InputAudioTranscription: voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: voicelive.AudioInputTranscriptionOptionsModelWhisper1})},
	} {
		text, _ := json.Marshal(session)
		fmt.Println(string(text))
	}

	var session voicelive.RequestSession
	_ = json.Unmarshal([]byte(`{"input_audio_noise_reduction":null}`), &session)
	fmt.Println(session.InputAudioNoiseReduction.IsNull(), session.InputAudioEchoCancellation.IsNull())
	// Output:
	// {}
	// {"turn_detection":null,"input_audio_transcription":null}
	// {"input_audio_transcription":{"model":"whisper-1"}}
	// true false
}

func ExampleClientEventSessionUpdate_Validate() {
	update := &voicelive.ClientEventSessionUpdate{Session: voicelive.RequestSession{
		Voice: &voicelive.AzureCustomVoice{Name: "mine", Temperature: new(1.5)},
		Tools: []voicelive.Tool{&voicelive.FunctionTool{}},
	}}
	fmt.Println(update.Validate())
	// Output:
	// invalid ClientEventSessionUpdate: session.voice.endpoint_id is required; session.voice.temperature must be at most 1; session.tools[0].name is required
}

// Extra holds what the fields cannot: properties of a later version, nulls, and
// values that do not fit.
func ExampleExtra() {
	event, _ := voicelive.UnmarshalServerEvent([]byte(
		`{"type":"response.audio.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"not base64!","latency_ms":12}`))
	audio := event.(*voicelive.ServerEventResponseAudioDelta)
	latency, ok := audio.Extra.Get("latency_ms")
	fmt.Println(string(latency), ok)
	fmt.Println(len(audio.Delta), audio.Extra.Err())

	audio.Delta = []byte{1, 2, 3}
	text, _ := json.Marshal(audio)
	fmt.Println(string(text))
	// Output:
	// 12 true
	// 0 decode member at .delta (offset 106): value does not fit the field, kept in Extra
	// {"type":"response.audio.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"AQID","latency_ms":12}
}

// Enums are open: a value that the service adds later is a value.
func ExampleModality() {
	for _, m := range []voicelive.Modality{voicelive.ModalityAudio, "smell"} {
		fmt.Println(m, m.Known())
	}
	fmt.Println(voicelive.Modality("").Values())
	// Output:
	// audio true
	// smell false
	// [text audio animation avatar]
}
