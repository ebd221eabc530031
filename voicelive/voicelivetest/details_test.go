package voicelivetest_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// Speech begins at the onset less the padding, and ends behind the silence, in every
// format, however the audio is cut into events.
func TestBoundariesOfSpeech(t *testing.T) {
	for _, tt := range []struct {
		format voicelive.InputAudioFormat
		rate   int
		law    func(int16) byte
	}{
		{voicelive.InputAudioFormatPCM16, 8000, nil},
		{voicelive.InputAudioFormatPCM16, 16000, nil},
		{voicelive.InputAudioFormatPCM16, 24000, nil},
		{voicelive.InputAudioFormatG711Ulaw, 8000, voicelivetest.UlawEncode},
		{voicelive.InputAudioFormatG711Alaw, 8000, voicelivetest.AlawEncode},
	} {
		for _, vad := range []struct{ padding, silence, piece int }{{0, 200, 10}, {300, 500, 37}, {450, 800, 250}} {
			t.Run(fmt.Sprint(tt.format, tt.rate, vad), func(t *testing.T) {
				bubble(t, &voicelivetest.Options{}, func(t *testing.T, srv *voicelivetest.Server) {
					p := dial(t, srv)
					session := voicelive.RequestSession{InputAudioFormat: tt.format, TurnDetection: &voicelive.ServerVAD{
						PrefixPaddingMS: &vad.padding, SilenceDurationMS: &vad.silence, CreateResponse: new(false),
					}}
					if tt.law == nil {
						session.InputAudioSamplingRate = &tt.rate
					}
					p.send(update(session))
					p.until("session.updated")
					var audio []byte
					for _, part := range [][]byte{silence(tt.rate, time.Second), tone(tt.rate, 700*time.Millisecond), silence(tt.rate, 2*time.Second)} {
						audio = append(audio, part...)
					}
					size := 2 * tt.rate * vad.piece / 1000
					if tt.law != nil {
						law := make([]byte, len(audio)/2)
						for i := range law {
							law[i] = tt.law(int16(binary.LittleEndian.Uint16(audio[2*i:])))
						}
						audio, size = law, size/2
					}
					for len(audio) > 0 {
						n := min(size, len(audio))
						p.send(&voicelive.ClientEventInputAudioBufferAppend{Audio: audio[:n]})
						audio = audio[n:]
					}
					events := p.until("conversation.item.created")
					started := events[0].(*voicelive.ServerEventInputAudioBufferSpeechStarted)
					stopped := events[1].(*voicelive.ServerEventInputAudioBufferSpeechStopped)
					if started.AudioStartMS != 1000-vad.padding || stopped.AudioEndMS != 1700+vad.silence {
						t.Errorf("speech is from %d ms to %d ms, want %d to %d", started.AudioStartMS, stopped.AudioEndMS, 1000-vad.padding, 1700+vad.silence)
					}
				})
			})
		}
	}
}

// What is quieter than the threshold, or shorter than speech, is none.
func TestNoiseIsNoSpeech(t *testing.T) {
	bubble(t, &voicelivetest.Options{}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(update(voicelive.RequestSession{TurnDetection: &voicelive.ServerVAD{Threshold: new(float64(1)), SpeechDurationMS: new(500)}}))
		p.until("session.updated")
		hum := tone(24000, time.Second)
		for i := 0; i < len(hum); i += 2 { // -36 dB, which is speech at the usual threshold
			binary.LittleEndian.PutUint16(hum[i:], uint16(int16(binary.LittleEndian.Uint16(hum[i:]))/16))
		}
		p.say(24000, hum, silence(24000, time.Second), tone(24000, 400*time.Millisecond), silence(24000, time.Second))
		p.send(&voicelive.ClientEventInputAudioBufferClear{})
		if e := p.next(); e.EventType() != voicelive.ServerEventTypeInputAudioBufferCleared {
			t.Errorf("got %s", e.EventType())
		}
	})
}

// Two calls at once; the answer is made of what the client found out.
func TestFunctionsAreCalledAndTheirOutputsUsed(t *testing.T) {
	options := &voicelivetest.Options{Respond: func(turn voicelivetest.Turn) voicelivetest.Answer {
		if len(turn.Outputs) == 0 {
			return voicelivetest.Answer{Calls: []voicelivetest.Call{{Name: "weather", Arguments: `{"city":"Oslo"}`}, {Name: "weather", Arguments: `{"city":"Bergen"}`}}}
		}
		var said []string
		for _, o := range turn.Outputs {
			said = append(said, o.Output)
		}
		return voicelivetest.Answer{Text: strings.Join(said, " and ")}
	}}
	bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(userText("How is it?"), &voicelive.ClientEventResponseCreate{})
		arguments := map[string]string{}
		var outputs []voicelive.ClientEvent
		for _, e := range p.until("response.done") {
			switch e := e.(type) {
			case *voicelive.ServerEventResponseFunctionCallArgumentsDelta:
				arguments[e.CallID] += e.Delta
			case *voicelive.ServerEventResponseFunctionCallArgumentsDone:
				if arguments[e.CallID] != e.Arguments || e.Name != "weather" {
					t.Errorf("deltas %s, done %s, name %s", arguments[e.CallID], e.Arguments, e.Name)
				}
				outputs = append(outputs, &voicelive.ClientEventConversationItemCreate{Item: &voicelive.FunctionCallOutputItem{CallID: e.CallID, Output: fmt.Sprintf("rain %d", len(outputs))}})
			}
		}
		p.send(append(outputs, &voicelive.ClientEventResponseCreate{})...)
		done := p.until("response.audio_transcript.done")
		if got := done[len(done)-1].(*voicelive.ServerEventResponseAudioTranscriptDone).Transcript; got != "rain 0 and rain 1" {
			t.Errorf("it says %q", got)
		}
		p.send(&voicelive.ClientEventConversationItemCreate{EventID: new("mine"), Item: &voicelive.FunctionCallOutputItem{CallID: "call_of_nobody", Output: "x"}})
		failed := p.until("error")
		if e := failed[len(failed)-1].(*voicelive.ServerEventError); e.Error.EventID == nil || *e.Error.EventID != "mine" {
			t.Errorf("got %+v", e.Error)
		}
	})
}

// A spoken answer adds up: deltas to the texts and the audio, offsets to its length,
// usage to its total.
func TestAnAnswerAddsUp(t *testing.T) {
	options := &voicelivetest.Options{Respond: voicelivetest.Reply("One two three, and four five.")}
	bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(update(voicelive.RequestSession{
			OutputAudioTimestampTypes: []voicelive.AudioTimestampType{"word"},
			Animation:                 &voicelive.Animation{Outputs: []voicelive.AnimationOutputType{"viseme_id"}},
		}), userText("Count."), &voicelive.ClientEventResponseCreate{})
		var transcript, words string
		var audio, at, viseme int
		for _, e := range p.until("response.done") {
			switch e := e.(type) {
			case *voicelive.ServerEventResponseAudioDelta:
				audio += len(e.Delta)
			case *voicelive.ServerEventResponseAudioTranscriptDelta:
				transcript += e.Delta
			case *voicelive.ServerEventResponseAudioTranscriptDone:
				if e.Transcript != transcript || transcript != "One two three, and four five." {
					t.Errorf("deltas %q, done %q", transcript, e.Transcript)
				}
			case *voicelive.ServerEventResponseAudioTimestampDelta:
				if e.AudioOffsetMS < at || e.AudioDurationMS <= 0 {
					t.Errorf("%q is at %d ms for %d ms, behind %d ms", e.Text, e.AudioOffsetMS, e.AudioDurationMS, at)
				}
				at, words = e.AudioOffsetMS+e.AudioDurationMS, words+" "+strings.Trim(e.Text, ",. ")
			case *voicelive.ServerEventResponseAnimationVisemeDelta:
				if e.AudioOffsetMS < viseme || e.VisemeID < 0 || e.VisemeID > 21 {
					t.Errorf("viseme %d at %d ms, behind %d ms", e.VisemeID, e.AudioOffsetMS, viseme)
				}
				viseme = e.AudioOffsetMS
			case *voicelive.ServerEventResponseDone:
				u := e.Response.Usage
				in, out := u.InputTokenDetails, u.OutputTokenDetails
				if u.TotalTokens != u.InputTokens+u.OutputTokens || u.OutputTokens != out.TextTokens+out.AudioTokens ||
					u.InputTokens != in.CachedTokens+in.TextTokens+in.AudioTokens && u.InputTokens != in.TextTokens+in.AudioTokens || out.AudioTokens == 0 {
					t.Errorf("usage %+v, of it %+v and %+v", u, in, out)
				}
			}
		}
		length := audio / 48 // ms
		if words != " One two three and four five" || at > length || viseme > length || viseme == 0 {
			t.Errorf("the words%s end at %d ms, the visemes at %d ms, the audio at %d ms", words, at, viseme, length)
		}
	})
}

// A recording plays as it was recorded.
func TestARecordingIsReplayed(t *testing.T) {
	const text = `{"type":"session.created","session":{}}
{"at":3,"event":{"type":"response.created","event_id":"e","response":{"id":"resp_r","status":"in_progress"}}}
{"type":"response.audio_transcript.delta","response_id":"resp_r","item_id":"i","output_index":0,"content_index":0,"delta":"Recorded.","future":1}
{"type":"response.cancel"}
{"type":"of.tomorrow","x":1}
{"type":"response.done","response":{"id":"resp_r","status":"completed"}}
{"type":"error","error":{"type":"t","message":"outside"}}
`
	respond, err := voicelivetest.Replay([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	bubble(t, &voicelivetest.Options{Respond: respond}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.until("session.created")
		p.send(&voicelive.ClientEventResponseCreate{})
		events := p.until("response.done")
		want := []string{"response.created", "response.audio_transcript.delta", "of.tomorrow", "response.done"}
		if diff := cmp.Diff(want, types(events)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		d := events[1].(*voicelive.ServerEventResponseAudioTranscriptDelta)
		if d.Delta != "Recorded." || d.ResponseID != "resp_r" {
			t.Errorf("got %+v", d)
		}
	})
	for _, bad := range []string{"", "{", `{"type":"session.created","session":{}}`, `{"event":3}`} {
		if _, err := voicelivetest.Replay([]byte(bad)); err == nil {
			t.Errorf("%q is taken for a recording", bad)
		}
	}
}

// TestASessionCanBePrinted while it works, as tests do in their logs.
func TestASessionCanBePrinted(t *testing.T) {
	server := voicelivetest.NewServer(t, &voicelivetest.Options{})
	client := server.Client(t, &voicelive.ConnectOptions{Model: "m"})
	printed := make(chan string)
	go func() { printed <- fmt.Sprintf("%v %+v", server.Session(0), server.Session(0)) }()
	for range 20 {
		if err := client.AppendInputAudioBuffer(t.Context(), make([]byte, 480)); err != nil {
			t.Error(err)
		}
	}
	if got, want := <-printed, "voicelivetest.Session(0) voicelivetest.Session(0)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
