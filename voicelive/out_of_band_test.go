package voicelive_test

import (
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

func TestOutOfBand(t *testing.T) {
	for text, want := range map[string]bool{
		`{"id":"r"}`:                        false,
		`{"id":"r","conversation_id":"c"}`:  false,
		`{"id":"r","conversation_id":null}`: true,
		`{"id":"r","conversation_id":7}`:    false,
		`{"id":"r","conversation_id":"c","metadata":{"voicelive_out_of_band":"vl_1"}}`: true,
		`{"id":"r","conversation_id":"c","metadata":{"voicelive_event_id":"vl_1"}}`:    false,
	} {
		var r voicelive.Response
		if err := r.UnmarshalJSON([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if got := r.OutOfBand(); got != want {
			t.Errorf("%s: %t, want %t", text, got, want)
		}
	}
}
