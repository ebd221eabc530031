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

// What is heard elsewhere cannot be paused; words clear it, those of the speech before do not.
func TestWordsInterruptAudioThatDoesNotPassHere(t *testing.T) {
	in(t, &Options{OnSpeech: Pause}, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, session(&voicelive.ServerVAD{InterruptResponse: new(false)}))
		tell(t, p, created("r1"), &voicelive.ServerEventOutputAudioBufferStarted{}, heardWords("earlier", "Hello."), done("r1"), speech())
		w.want(t)
		tell(t, p, heardWords("speech", "Stop!"))
		w.want(t, "output_audio_buffer.clear")
		tell(t, p, &voicelive.ServerEventOutputAudioBufferCleared{}, heardWords("speech", "Stop!"))
		w.want(t, "output_audio_buffer.clear")
	})
}
