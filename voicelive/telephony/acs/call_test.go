package acs_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs/acstest"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A phone is an application with a socket at /media, a webhook at /incoming and callbacks at /callbacks.
type phone struct {
	service *acstest.Service
	handler *acs.Handler
	webhook *acs.IncomingCall
	mu      sync.Mutex
	events  []acs.Event
}

// newPhone starts an application.
func newPhone(t *testing.T, o *acstest.Options, serve func(context.Context, *acs.Call) error) *phone {
	p := &phone{service: acstest.New(t, o)}
	client, err := acs.NewClientFromConnectionString(acstest.ConnectionString, &azcore.ClientOptions{Transport: p.service})
	if err != nil {
		t.Fatal(err)
	}
	tokens := &acs.Tokens{Resource: acstest.Resource, Transport: p.service}
	p.handler = &acs.Handler{Tokens: tokens, Serve: serve, Client: client, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
	mux := http.NewServeMux()
	mux.Handle("/media", p.handler)
	p.webhook = &acs.IncomingCall{Client: client, Stream: acs.Stream{URL: "wss://app/media"}, Callback: "https://app/callbacks", Key: "secret"}
	mux.Handle("/incoming", p.webhook)
	mux.Handle("/callbacks", &acs.Callbacks{Tokens: tokens, Event: p.note})
	p.service.Serve(mux)
	return p
}

// note keeps an event. Each comes in a request of its own.
func (p *phone) note(_ context.Context, e acs.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, e)
}

func TestAConversation(t *testing.T) {
	for _, format := range []audio.Format{leg.PCM16kHz, leg.PCM24kHz} {
		t.Run(format.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				user := legtest.New(t, format)
				srv := voicelivetest.NewServer(t, &voicelivetest.Options{Hear: user.Hear, Respond: voicelivetest.Reply("Once upon a time there was a telephone.", "The end.")})
				client, err := srv.NewClient()
				if err != nil {
					t.Fatal(err)
				}
				a := &agent.Agent{Client: client, Connect: voicelive.ConnectOptions{Model: "gpt-realtime"}}
				var report *agent.Report
				p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) (err error) {
					report, err = a.Serve(ctx, call)
					return err
				})
				call := p.service.Call("/media", user.Leg())
				user.Say("Tell me a story.")
				user.Interrupt(time.Second, "Stop!")
				user.Listen()
				user.HangUp()
				call.Wait()
				time.Sleep(time.Minute)
				synctest.Wait()
				user.Check(srv.Session(0))
				if report == nil || report.Reason != agent.UserHungUp || len(report.Interruptions) != 1 {
					t.Errorf("the report is %+v", report)
				}
				if call.Stops() != 1 || call.Ahead() > 310*time.Millisecond {
					t.Errorf("%d stops, %v of audio ahead", call.Stops(), call.Ahead())
				}
				t.Logf("%s", report.Transcript.Text())
			})
		})
	}
}

// TestOverTCP has a call in real time.
func TestOverTCP(t *testing.T) {
	p := newPhone(t, &acstest.Options{TCP: true}, func(ctx context.Context, call *acs.Call) error {
		for range 3 {
			if in, err := call.Receive(ctx); err != nil || len(in.Audio) != 960 {
				t.Errorf("received %d bytes, error %v", len(in.Audio), err)
			}
		}
		return call.Play(ctx, make([]byte, 9600))
	})
	call := p.service.Ring("/incoming?key=secret", "+15550100", "+15550101", legtest.New(t, leg.PCM24kHz).Leg())
	call.Wait()
	if err := p.handler.Shutdown(t.Context()); err != nil { // it logs to the test until then
		t.Error(err)
	}
	if call.Ended() != "terminated" {
		t.Errorf("the call ended: %s", call.Ended())
	}
}
