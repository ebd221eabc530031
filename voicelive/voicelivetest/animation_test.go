package voicelivetest_test

import (
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func init() {
	scenarios = append(scenarios, scenario{name: "an animated face", act: func(p *peer) {
		p.send(update(voicelive.RequestSession{Animation: &voicelive.Animation{Outputs: []voicelive.AnimationOutputType{"viseme_id", "blendshapes"}}}))
		p.send(userText("Hello"), &voicelive.ClientEventResponseCreate{})
		p.until("response.done")
	}})
}

// Visemes have offsets that end with the audio.
func TestVisemes(t *testing.T) {
	bubble(t, &voicelivetest.Options{Respond: voicelivetest.Reply("One two three, and four five.")}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(update(voicelive.RequestSession{Animation: &voicelive.Animation{Outputs: []voicelive.AnimationOutputType{"viseme_id"}}}),
			userText("Count."), &voicelive.ClientEventResponseCreate{})
		var audio, at int
		for _, e := range p.until("response.done") {
			switch e := e.(type) {
			case *voicelive.ServerEventResponseAudioDelta:
				audio += len(e.Delta)
			case *voicelive.ServerEventResponseAnimationVisemeDelta:
				if e.AudioOffsetMS < at || e.VisemeID < 0 || e.VisemeID > 21 {
					t.Errorf("viseme %d at %d ms, behind %d ms", e.VisemeID, e.AudioOffsetMS, at)
				}
				at = e.AudioOffsetMS
			}
		}
		if length := audio / 48; at > length || at == 0 { // ms
			t.Errorf("the visemes end at %d ms, the audio at %d ms", at, length)
		}
	})
}
