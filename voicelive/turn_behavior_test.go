package voicelive_test

import (
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

func TestTurnBehaviorOfEveryDetection(t *testing.T) {
	none := voicelive.TurnBehavior{}
	for _, d := range []voicelive.TurnDetection{nil, voicelive.NullTurnDetection{}} {
		if got := voicelive.TurnBehaviorOf(d); got != none {
			t.Errorf("%T: %+v, want nothing", d, got)
		}
	}
	types := append(voicelive.TurnDetectionType("").Values(), "new_vad")
	for _, typ := range types {
		for properties, want := range map[string]voicelive.TurnBehavior{
			``: {DetectsSpeech: true, CreateResponse: true, InterruptResponse: true},
			`,"create_response":false,"interrupt_response":false,"auto_truncate":true`:  {DetectsSpeech: true, AutoTruncate: true},
			`,"create_response":true,"interrupt_response":false,"auto_truncate":false`:  {DetectsSpeech: true, CreateResponse: true},
			`,"create_response":false,"interrupt_response":true,"auto_truncate":"what"`: {DetectsSpeech: true, InterruptResponse: true},
		} {
			text := `{"type":"` + string(typ) + `"` + properties + `}`
			d, err := voicelive.UnmarshalTurnDetection([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			got := voicelive.TurnBehaviorOf(d)
			if got != want {
				t.Errorf("%s: %+v, want %+v", text, got, want)
			}
		}
	}
}
