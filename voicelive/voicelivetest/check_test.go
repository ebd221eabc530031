package voicelivetest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// failures is a [voicelivetest.TB] that keeps what fails.
type failures []string

func (f *failures) Helper()                           {}
func (f *failures) Cleanup(func())                    {}
func (f *failures) Context() context.Context          { return context.Background() }
func (f *failures) Errorf(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }
func (f *failures) Fatalf(format string, args ...any) { f.Errorf(format, args...) }

func TestCheckFindsWhatAClientShouldNotDo(t *testing.T) {
	call := voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "f", Arguments: "{}", ID: "mine"}}})
	output := &voicelive.ClientEventConversationItemCreate{Item: &voicelive.FunctionCallOutputItem{CallID: "mine", Output: "1"}}
	for _, tt := range []struct {
		name    string
		options voicelivetest.Options
		act     func(p *peer, s *voicelivetest.Session)
		want    string // "" is nothing
	}{
		{"nothing", voicelivetest.Options{}, func(p *peer, s *voicelivetest.Session) {
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.done")
		}, ""},
		{"a call without an output", voicelivetest.Options{Respond: call}, func(p *peer, s *voicelivetest.Session) {
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.done")
		}, "function call mine of f has no output"},
		{"a call with an output", voicelivetest.Options{Respond: call}, func(p *peer, s *voicelivetest.Session) {
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.done")
			p.send(output)
			p.until("conversation.item.created")
		}, ""},
		{"a call with an output before its response is done", voicelivetest.Options{Respond: call}, func(p *peer, s *voicelivetest.Session) {
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.function_call_arguments.delta")
			p.send(output)
			p.until("response.done")
		}, ""},
		{"a call with two outputs", voicelivetest.Options{Respond: call}, func(p *peer, s *voicelivetest.Session) {
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.done")
			p.send(output, output)
			p.until("conversation.item.created")
			p.until("conversation.item.created")
		}, "function call mine of f has 2 outputs"},
		{"a call of a cancelled response", voicelivetest.Options{Respond: call}, func(p *peer, s *voicelivetest.Session) {
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.function_call_arguments.delta")
			p.send(&voicelive.ClientEventResponseCancel{})
			p.until("response.done")
		}, ""},
		{"a call of a session that the service ended", voicelivetest.Options{Respond: call}, func(p *peer, s *voicelivetest.Session) {
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.done")
			s.Abort()
			<-s.Done()
		}, ""},
		{"a response into speech", voicelivetest.Options{}, func(p *peer, s *voicelivetest.Session) {
			s.UserSays("hello", 2*time.Second)
			time.Sleep(time.Second)
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.created")
		}, "response.create 1s after speech_started: the user is still speaking"},
		{"a response that crossed speech_started", voicelivetest.Options{Link: voicelivetest.Link{Latency: time.Second}}, func(p *peer, s *voicelivetest.Session) {
			s.UserSays("hello", 2*time.Second)
			time.Sleep(time.Second)
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.created")
		}, ""},
		{"responses into speech that are meant", voicelivetest.Options{}, func(p *peer, s *voicelivetest.Session) {
			s.UserSays("hello", 2*time.Second)
			time.Sleep(time.Second)
			p.send(&voicelive.ClientEventResponseCreate{Response: &voicelive.ResponseCreateParams{CancelPrevious: new(true)}})
			p.send(&voicelive.ClientEventResponseCreate{Response: &voicelive.ResponseCreateParams{Commit: new(false)}})
			p.until("response.created")
			p.until("response.created")
		}, ""},
		{"an error", voicelivetest.Options{}, func(p *peer, s *voicelivetest.Session) {
			p.send(&voicelive.ClientEventResponseCancel{})
			p.until("error")
		}, "response_cancel_not_active"},
		{"an error that a fault caused", voicelivetest.Options{Faults: voicelivetest.Faults{Scripts: []voicelivetest.Script{{{Kind: "event.error_before"}}}}}, func(p *peer, s *voicelivetest.Session) {
			p.until("error")
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := voicelivetest.NewServer(t, &tt.options)
				tt.act(dial(t, srv), srv.Session(0))
				synctest.Wait() // the last event may still be on its way
				var found failures
				srv.Check(&found)
				got := strings.Join(found, "\n")
				if tt.want == "" && got != "" || !strings.Contains(got, tt.want) || len(found) > 1 {
					t.Errorf("Check finds %q, want %q", got, tt.want)
				}
			})
		})
	}
}
