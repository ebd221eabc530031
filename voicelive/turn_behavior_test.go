package voicelive_test

import (
	"math"
	"strconv"
	"testing"
	"time"

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
		for properties, want := range map[string][2]time.Duration{
			`"prefix_padding_ms":300,"silence_duration_ms":500`:  {300 * time.Millisecond, 500 * time.Millisecond},
			`"prefix_padding_ms":"x","silence_duration_ms":-1`:   {},
			`"silence_duration_ms":` + strconv.Itoa(math.MaxInt): {0, time.Hour},
		} {
			if typ == voicelive.TurnDetectionTypeSemanticVAD {
				want = [2]time.Duration{} // it has no such properties
			}
			text := `{"type":"` + string(typ) + `",` + properties + `}`
			d, err := voicelive.UnmarshalTurnDetection([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if got := voicelive.TurnBehaviorOf(d); got.PrefixPadding != want[0] || got.Silence != want[1] {
				t.Errorf("%s: padding %v and silence %v, want %v", text, got.PrefixPadding, got.Silence, want)
			}
		}
	}
}
