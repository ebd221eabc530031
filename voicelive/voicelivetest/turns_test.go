package voicelivetest_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestTextTurn(t *testing.T) {
	bubble(t, &voicelivetest.Options{Respond: voicelivetest.Reply("One two three.")}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.until("session.created")
		p.send(update(voicelive.RequestSession{Modalities: []voicelive.Modality{voicelive.ModalityText}}))
		p.until("session.updated")
		p.send(userText("Count!"), &voicelive.ClientEventResponseCreate{})
		events := p.until("response.done")
		want := []string{
			"conversation.item.created", "response.created", "rate_limits.updated", "response.output_item.added", "conversation.item.created",
			"response.content_part.added", "response.text.delta", "response.text.done", "response.content_part.done",
			"response.output_item.done", "response.done",
		}
		if diff := cmp.Diff(want, types(events)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		var text strings.Builder
		for _, e := range events {
			if d, ok := e.(*voicelive.ServerEventResponseTextDelta); ok {
				text.WriteString(d.Delta)
			}
		}
		if got := text.String(); got != "One two three." {
			t.Errorf("the deltas are %q", got)
		}
		done := events[len(events)-1].(*voicelive.ServerEventResponseDone)
		if done.Response.Status != voicelive.ResponseStatusCompleted || done.Response.Usage.TotalTokens == 0 {
			t.Errorf("response.done has %+v", done.Response)
		}
	})
}

// tone is speech, as far as energy goes: PCM16 of a rate.
func tone(rate int, d time.Duration) []byte {
	var audio []byte
	for i := range int(d * time.Duration(rate) / time.Second) {
		audio = binary.LittleEndian.AppendUint16(audio, uint16(int16(8000*math.Sin(2*math.Pi*300*float64(i)/float64(rate)))))
	}
	return audio
}

func silence(rate int, d time.Duration) []byte {
	return make([]byte, 2*int(d*time.Duration(rate)/time.Second))
}

// say sends audio in pieces of 20 ms, as fast as it plays.
func (p *peer) say(rate int, audio ...[]byte) {
	p.t.Helper()
	for _, a := range audio {
		for size := rate / 50 * 2; len(a) > 0; {
			piece := a[:min(size, len(a))]
			a = a[len(piece):]
			p.send(&voicelive.ClientEventInputAudioBufferAppend{Audio: piece})
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func TestAudioTurn(t *testing.T) {
	options := &voicelivetest.Options{Hear: voicelivetest.Hear("hello there"), Respond: voicelivetest.Reply("Good morning to you.")}
	bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.until("session.created")
		p.send(update(voicelive.RequestSession{InputAudioTranscription: voicelive.Value(voicelive.AudioInputTranscriptionOptions{Model: "azure-speech"})}))
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
