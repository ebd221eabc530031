package voicelivetest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// script is a server whose first connection has one fault.
func script(t *testing.T, text string) *voicelivetest.Options {
	t.Helper()
	s, err := voicelivetest.ParseScript(text)
	if err != nil {
		t.Fatal(err)
	}
	return &voicelivetest.Options{Pace: voicelivetest.Instant, Faults: voicelivetest.Faults{Scripts: []voicelivetest.Script{s}}}
}

func TestLostEvents(t *testing.T) {
	for fault, want := range map[string]int{
		`event.lose body="response.done"`:     1,
		`event.lose body="response.done" n=2`: 0,
		`event.lose body="session.updated"`:   2,
	} {
		bubble(t, script(t, fault), func(t *testing.T, srv *voicelivetest.Server) {
			p := dial(t, srv)
			for range 2 {
				p.send(&voicelive.ClientEventResponseCreate{})
				time.Sleep(time.Second)
			}
			created, done := count(srv.Session(0), "response.created"), count(srv.Session(0), "response.done")
			if created != 2 || done != want {
				t.Errorf("%s: %d responses are created and %d done, want 2 and %d", fault, created, done, want)
			}
		})
	}
}

func TestDelayedEventsAreOvertaken(t *testing.T) {
	bubble(t, script(t, `event.delay body="response.created" delay=3s`), func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.until("session.created")
		began := time.Now()
		p.send(&voicelive.ClientEventResponseCreate{Response: &voicelive.ResponseCreateParams{Modalities: []voicelive.Modality{voicelive.ModalityText}}})
		events := types(p.until("response.created"))
		if got := events[len(events)-2:]; !cmp.Equal(got, []string{"response.done", "response.created"}) || time.Since(began) != 3*time.Second {
			t.Errorf("after %v came %q", time.Since(began), got)
		}
	})
}

func TestErrorsWithoutTheirCause(t *testing.T) {
	bubble(t, script(t, `event.uncorrelated n=1`), func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		for _, want := range []string{"", "second"} {
			p.send(&voicelive.ClientEventResponseCancel{EventID: new("second")})
			if _, id := code(t, p.until("error")); id != want {
				t.Errorf("the error is about %q, want %q", id, want)
			}
		}
	})
}

func TestRefusals(t *testing.T) {
	create := func(params *voicelive.ResponseCreateParams) voicelive.ClientEvent {
		return &voicelive.ClientEventResponseCreate{Response: params}
	}
	for _, tt := range []struct {
		fault string
		event voicelive.ClientEvent
		want  string // of the error; "" is none
		param string
	}{
		{`event.already_active`, create(nil), "conversation_already_has_active_response", ""},
		{`event.already_active`, userText("x"), "", ""},
		{`event.refuse`, userText("x"), "simulated_refusal", ""},
		{`event.refuse body="session.update"`, update(voicelive.RequestSession{}), "simulated_refusal", ""},
		{`event.refuse body="session.update"`, userText("x"), "", ""},
		{`event.refuse body="response.create response.cancel_previous"`, create(&voicelive.ResponseCreateParams{CancelPrevious: new(false)}), "simulated_refusal", "response.cancel_previous"},
		{`event.refuse body="response.create response.cancel_previous"`, create(nil), "", ""},
	} {
		bubble(t, script(t, tt.fault), func(t *testing.T, srv *voicelivetest.Server) {
			p := dial(t, srv)
			for range 3 { // for ever
				p.send(tt.event)
				time.Sleep(time.Second)
			}
			refused := count(srv.Session(0), "error")
			if tt.want == "" {
				if refused != 0 {
					t.Errorf("%s: %s is refused", tt.fault, tt.event.EventType())
				}
				return
			}
			e := of[*voicelive.ServerEventError](t, p.until("error")).Error
			if e.Code == nil || *e.Code != tt.want || refused != 3 || tt.param != "" && (e.Param == nil || *e.Param != tt.param) {
				t.Errorf("%s: %d errors, %+v", tt.fault, refused, e)
			}
			if err := srv.Session(0).Check(); err != nil {
				t.Errorf("the client is to blame for a fault: %v", err)
			}
		})
	}
}
