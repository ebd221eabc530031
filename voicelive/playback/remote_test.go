package playback

import (
	"slices"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

func TestAudioThatDoesNotPassHere(t *testing.T) {
	var audible []bool
	o := &Options{Audible: func(a bool) { audible = append(audible, a) }}
	in(t, o, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, created("r1"), &voicelive.ServerEventOutputAudioBufferStarted{}, done("r1"), speech())
		w.want(t, "output_audio_buffer.clear")
		tell(t, p, &voicelive.ServerEventOutputAudioBufferCleared{})
		tell(t, p, &voicelive.ServerEventSessionAvatarSwitchToSpeaking{}, &voicelive.ServerEventSessionAvatarSwitchToIdle{}, speech())
		w.want(t, "output_audio_buffer.clear")
		if want := []bool{true, false, true, false}; !slices.Equal(audible, want) {
			t.Errorf("audible %v, want %v", audible, want)
		}
	})
}
