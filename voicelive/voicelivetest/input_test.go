package voicelivetest_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestManualTurn(t *testing.T) {
	bubble(t, nil, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(update(voicelive.RequestSession{TurnDetection: voicelive.NullTurnDetection{}}))
		p.send(&voicelive.ClientEventInputAudioBufferCommit{EventID: new("empty")})
		if c, id := code(t, p.until("error")); c != "input_audio_buffer_commit_empty" || id != "empty" {
			t.Errorf("an empty commit gets %s for %s", c, id)
		}
		p.send(&voicelive.ClientEventInputAudioBufferAppend{Audio: tone(24000, time.Second)}, &voicelive.ClientEventInputAudioBufferCommit{})
		p.until("conversation.item.created")
		time.Sleep(time.Minute)
		if n := len(p.events); n > 0 {
			t.Errorf("%d events came before response.create", n)
		}
		p.send(&voicelive.ClientEventResponseCreate{})
		p.until("response.done")
	})
}

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
		{voicelive.InputAudioFormatG711ULaw, 8000, voicelivetest.UlawEncode},
		{voicelive.InputAudioFormatG711ALaw, 8000, voicelivetest.AlawEncode},
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
