package acs_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
)

func TestIncomingCalls(t *testing.T) {
	for _, rate := range []int{16000, 24000} {
		synctest.Test(t, func(t *testing.T) {
			var rang acs.Incoming
			p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
				if call.Format().Rate != rate || call.ConnectionID == "" || call.CorrelationID != rang.CorrelationID || call.SubscriptionID == "" {
					t.Errorf("the call is %v, %q, %q, %q", call.Format(), call.ConnectionID, call.CorrelationID, call.SubscriptionID)
				}
				return drain(ctx, call)
			})
			p.webhook.Stream.Rate = rate
			p.webhook.Accept = func(_ context.Context, call acs.Incoming) bool {
				rang = call
				return true
			}
			format := leg.PCM16kHz
			if rate == 24000 {
				format = leg.PCM24kHz
			}
			user := legtest.New(t, format)
			call := p.service.Ring("/incoming?key=secret", "+15550100", "+15550101", user.Leg())
			user.Say("Hello?")
			user.HangUp()
			call.Wait()
			time.Sleep(time.Second)
			synctest.Wait()
			want := acs.Incoming{From: "+15550100", To: "+15550101", CorrelationID: rang.CorrelationID, ServerCallID: rang.ServerCallID}
			if diff := cmp.Diff(want, rang, cmpopts.IgnoreUnexported(acs.Incoming{})); diff != "" || rang.ServerCallID == "" {
				t.Error(diff)
			}
			var kinds []string
			for _, e := range p.events {
				kinds = append(kinds, strings.TrimPrefix(e.Type, "Microsoft.Communication."))
				if e.ConnectionID != call.ID || e.Code != 200 || len(e.Data) == 0 {
					t.Errorf("the event is %+v", e)
				}
			}
			if diff := cmp.Diff([]string{"CallConnected", "MediaStreamingStarted", "CallDisconnected"}, kinds); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCallsThatAreNotAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, mustNotServe(t))
		p.webhook.Accept = func(context.Context, acs.Incoming) bool { return false }
		if call := p.service.Ring("/incoming?key=secret", "+15550100", "+15550101", legtest.New(t, leg.PCM24kHz).Leg()); call != nil {
			t.Error("the call was answered")
		}
		if diff := cmp.Diff([]string{"reject"}, actions(p.service)); diff != "" {
			t.Error(diff)
		}
	})
}

// event is one that Event Grid posts.
func event(kind string, data any) []any {
	return []any{map[string]any{"eventType": kind, "data": data}}
}

func TestWebhook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, mustNotServe(t))
		ring := event("Microsoft.Communication.IncomingCall", map[string]any{"incomingCallContext": "unknown"})
		for name, test := range map[string]struct {
			path   string
			body   any
			status int
			reply  string
		}{
			"validation": {"/incoming?key=secret", event("Microsoft.EventGrid.SubscriptionValidationEvent", map[string]any{"validationCode": "12-34", "validationUrl": "https://a"}),
				200, `{"validationResponse":"12-34"}` + "\n"},
			"other events":          {"/incoming?key=secret", append(event("Microsoft.Communication.CallStarted", 5), event("", nil)...), 200, ""},
			"no events":             {"/incoming?key=secret", []any{}, 200, ""},
			"a call that is gone":   {"/incoming?key=secret", ring, 200, ""}, // not again
			"no key":                {"/incoming", ring, 401, "Unauthorized\n"},
			"another key":           {"/incoming?key=secret1", ring, 401, "Unauthorized\n"},
			"no list":               {"/incoming?key=secret", map[string]any{}, 400, "Bad Request\n"},
			"data of another shape": {"/incoming?key=secret", event("Microsoft.Communication.IncomingCall", []int{1}), 400, "Bad Request\n"},
			"a large body":          {"/incoming?key=secret", strings.Repeat(" ", 2<<20), 400, "Bad Request\n"},
		} {
			status, reply := p.service.Post(test.path, nil, test.body)
			if status != test.status || reply != test.reply {
				t.Errorf("%s: status %d, %q; want %d, %q", name, status, reply, test.status, test.reply)
			}
		}
		p.service.Refuse("answer", http.StatusServiceUnavailable)
		if status, _ := p.service.Post("/incoming?key=secret", nil, ring); status != 500 {
			t.Errorf("Event Grid is told not to send a call again that could not be answered: status %d", status)
		}
	})
}

// Event Grid may send several events at once. A call that is left out is never answered: it comes again only with status 500.
func TestEventsThatComeTogether(t *testing.T) {
	one := func(kind string, data any) any { return event(kind, data)[0] }
	call := one("Microsoft.Communication.IncomingCall", map[string]any{"incomingCallContext": "unknown"})
	nonsense := one("Microsoft.Communication.IncomingCall", 5)
	validation := one("Microsoft.EventGrid.SubscriptionValidationEvent", map[string]any{"validationCode": "12-34"})
	for name, test := range map[string]struct {
		events []any
		down   bool // Communication Services
		status int
		reply  string
		calls  int
	}{
		"a validation, then a call":    {[]any{validation, call}, false, 200, `{"validationResponse":"12-34"}` + "\n", 1},
		"a call, then a validation":    {[]any{call, validation}, false, 200, `{"validationResponse":"12-34"}` + "\n", 1},
		"nonsense, then a call":        {[]any{nonsense, call}, false, 400, "Bad Request\n", 1},
		"two calls, and nobody can":    {[]any{call, call}, true, 500, "Internal Server Error\n", 2},
		"the same, and then nonsense":  {[]any{call, call, nonsense}, true, 500, "Internal Server Error\n", 2},
		"the same, and nonsense first": {[]any{nonsense, call, call}, true, 500, "Internal Server Error\n", 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPhone(t, nil, mustNotServe(t))
				calls := 0
				p.webhook.Accept = func(context.Context, acs.Incoming) bool { calls++; return true }
				if test.down {
					p.service.Refuse("answer", http.StatusServiceUnavailable)
				}
				status, reply := p.service.Post("/incoming?key=secret", nil, test.events)
				if status != test.status || reply != test.reply || calls != test.calls {
					t.Errorf("status %d, %q, %d calls; want %d, %q, %d", status, reply, calls, test.status, test.reply, test.calls)
				}
			})
		})
	}
}

func TestAWebhookWithoutAClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, mustNotServe(t))
		p.webhook.Client = nil
		if status, _ := p.service.Post("/incoming?key=secret", nil, event("Microsoft.Communication.IncomingCall", map[string]any{})); status != 500 {
			t.Errorf("status %d", status)
		}
	})
}

func TestCallbacksNeedAToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, mustNotServe(t))
		body := []any{map[string]any{"type": acs.MediaStreamingFailed, "data": map[string]any{"callConnectionId": "one",
			"resultInformation": map[string]any{"code": 400, "subCode": 8581, "message": "no socket"}}}}
		for authorization, want := range map[string]int{
			"": 401, "Bearer garbage": 401, "Bearer " + p.service.Token(map[string]any{"aud": "another"}): 401, "Bearer " + p.service.Token(nil): 200,
		} {
			if status, _ := p.service.Post("/callbacks", http.Header{"Authorization": {authorization}}, body); status != want {
				t.Errorf("status %d, want %d", status, want)
			}
		}
		if len(p.events) != 1 || p.events[0].Type != acs.MediaStreamingFailed || p.events[0].Code != 400 || p.events[0].SubCode != 8581 || p.events[0].Message != "no socket" {
			t.Errorf("the events are %+v", p.events)
		}
		mux := http.NewServeMux()
		mux.Handle("/open", &acs.Callbacks{AllowAnyone: true})
		mux.Handle("/incomplete", &acs.Callbacks{})
		for path, want := range map[string]int{"/open": 200, "/incomplete": 500} {
			w := httptest.NewRecorder()
			if mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader("[]"))); w.Code != want {
				t.Errorf("%s: status %d, want %d", path, w.Code, want)
			}
		}
	})
}
