package voicelive

import (
	"fmt"
	"testing"
	"testing/synctest"
)

// Errors and warnings of the service never end the session.
func TestServiceErrorsAreEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 1000
		s, stop := serve(t, nil, func(p *peer) {
			for i := range n {
				switch i % 10 {
				case 3:
					p.text(`{"type":"error","event_id":"%d","error":{"type":"server_error","code":"c%d","message":"x","event_id":null}}`, i, i)
				case 7:
					p.text(`{"type":"warning","event_id":"%d","warning":{"message":"x"}}`, i)
				default:
					p.text(`{"type":"response.text.delta","event_id":"%d","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"x"}`, i)
				}
			}
			p.Drain()
		})
		defer stop()
		recv(t, s)
		for i := range n {
			if got := recv(t, s).GetEventID(); got != fmt.Sprint(i) {
				t.Fatalf("event %d is %s", i, got)
			}
		}
		if st := s.Stats(); st.Errors != n/10 || s.Err() != nil {
			t.Errorf("%d errors, %v", st.Errors, s.Err())
		}
	})
}

func TestAnErrorEventIsAGoErrorOnDemand(t *testing.T) {
	for text, want := range map[string]string{
		`{"type":"error","error":{"type":"server_error","message":"x"}}`:                                                            "voicelive: the service reports server_error: x",
		`{"type":"error","error":{"type":"invalid_request_error","code":"c","message":"x","param":"p","event_id":"mine","more":1}}`: "voicelive: the service reports invalid_request_error c for p: x",
		`{"type":"error","error":"invalid key"}`:                                                                                    "voicelive: the service reports: invalid key",
		`{"type":"error","error":["a",{"b":"c"}]}`:                                                                                  `voicelive: the service reports: {"error":["a",{"b":"c"}]}`,
		`{"type":"error","message":"outside","code":"401"}`:                                                                         "voicelive: the service reports 401: outside",
		`{"type":"error","code":"o","error":{"message":"x","code":401}}`:                                                            `voicelive: the service reports 401: x {"code":"o"}`,
		`{"type":"error","error":{"type":"t","code":"c","message":{"text":"x"}}}`:                                                   `voicelive: the service reports t c: {"message":{"text":"x"}}`,
		`{"type":"error","error":{"type":"t","code":"c","message":"x","innererror":{"code":"deep"}}}`:                               `voicelive: the service reports t c: x {"innererror":{"code":"deep"}}`,
		`{"type":"error","error":{"message":"only"}}`:                                                                               "voicelive: the service reports: only",
		`{"type":"error","error":null}`:                                                                                             "voicelive: the service reports an error",
		`{"type":"error"}`:                                                                                                          "voicelive: the service reports an error",
	} {
		ev, err := UnmarshalServerEvent([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got := NewServiceError(ev.(*ServerEventError))
		if got.Error() != want || got.Event != ev {
			t.Errorf("%q of %v, want %q of the event", got, got.Event, want)
		}
	}
}
