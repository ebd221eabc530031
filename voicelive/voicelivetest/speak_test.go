package voicelivetest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A spoken answer adds up: deltas to the texts and the audio, offsets to its length,
// usage to its total.
func TestAnAnswerAddsUp(t *testing.T) {
	options := &voicelivetest.Options{Respond: voicelivetest.Reply("One two three, and four five.")}
	bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(update(voicelive.RequestSession{
			OutputAudioTimestampTypes: []voicelive.AudioTimestampType{"word"},
		}), userText("Count."), &voicelive.ClientEventResponseCreate{})
		var transcript, words string
		var audio, at int
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
		if words != " One two three and four five" || at > length {
			t.Errorf("the words%s end at %d ms, the audio at %d ms", words, at, length)
		}
	})
}

func TestAudioTurn(t *testing.T) {
	options := &voicelivetest.Options{Hear: voicelivetest.Hear("hello there"), Respond: voicelivetest.Reply("Good morning to you.")}
	bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.until("session.created")
		p.send(update(voicelive.RequestSession{InputAudioTranscription: voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: "azure-speech"})}))
		p.until("session.updated")
		p.say(24000, silence(24000, time.Second), tone(24000, time.Second), silence(24000, time.Second))
		events := p.until("response.done")
		want := []string{
			"input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed", "conversation.item.created",
			"conversation.item.input_audio_transcription.delta", "conversation.item.input_audio_transcription.completed",
			"response.created", "rate_limits.updated", "response.output_item.added", "conversation.item.created", "response.content_part.added",
		}
		if diff := cmp.Diff(want, types(events)[:len(want)]); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		started := events[0].(*voicelive.ServerEventInputAudioBufferSpeechStarted)
		stopped := events[1].(*voicelive.ServerEventInputAudioBufferSpeechStopped)
		if started.AudioStartMS != 700 || stopped.AudioEndMS != 2500 || started.ItemID != stopped.ItemID {
			t.Errorf("speech is from %d ms to %d ms, want 700 to 2500", started.AudioStartMS, stopped.AudioEndMS)
		}
		var audio int
		for _, e := range events {
			if d, ok := e.(*voicelive.ServerEventResponseAudioDelta); ok {
				audio += len(d.Delta)
			}
		}
		if d := time.Duration(audio/2) * time.Second / 24000; d < time.Second || d > 3*time.Second {
			t.Errorf("the answer is %v long", d)
		}
	})
}
