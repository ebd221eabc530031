package twilio_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio/twiliotest"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// assistant is an agent with a simulated service.
func assistant(t *testing.T, o *voicelivetest.Options) (*agent.Agent, *voicelivetest.Server) {
	t.Helper()
	srv := voicelivetest.NewServer(t, o)
	client, err := srv.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	a := &agent.Agent{Client: client, Greeting: agent.Say("Hello, how can I help?")}
	a.Connect.Model = "gpt-realtime"
	return a, srv
}

func TestATurnEndsAlthoughPacketsStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, srv := assistant(t, &voicelivetest.Options{Hear: voicelivetest.Hear("Where is my order?")})
		a.Greeting = agent.Prompt{}
		l := serve(t, func(ctx context.Context, call *twilio.Call) error {
			_, err := a.Serve(ctx, call)
			return err
		}, nil)
		person, phone := leg.NewPipe(leg.MuLaw)
		call, err := l.network.Call(phone)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // until the session is open
		loud := random(160)
		for range 50 {
			time.Sleep(leg.Packet)
			if err := person.Play(t.Context(), loud); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := hear(ctx, person, func(in leg.Input) bool { return len(in.Audio) > 0 }); err != nil {
			t.Errorf("there is no response: %v", err)
		}
		if err := person.HangUp(t.Context(), ""); err != nil {
			t.Error(err)
		}
		call.Wait()
		srv.Check(t)
	})
}

func TestASessionOf24kHz(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		user := legtest.New(t, leg.MuLaw)
		a, srv := assistant(t, &voicelivetest.Options{Hear: user.Hear, Respond: voicelivetest.Reply("Hello, how can I help?", "It is on its way.")})
		reports := make(chan *agent.Report, 1)
		l := serve(t, func(ctx context.Context, call *twilio.Call) error {
			wide, err := leg.Convert(call, leg.PCM24kHz)
			if err != nil {
				return err
			}
			if own, ok := leg.As[*twilio.Call](wide); !ok || own != call {
				t.Error("the call cannot be found behind its conversion")
			}
			report, err := a.Serve(ctx, wide)
			reports <- report
			return err
		}, nil)
		call, err := l.network.Call(user.MarkedLeg())
		if err != nil {
			t.Fatal(err)
		}
		user.Listen()
		user.Say("Where is my order?")
		user.Listen()
		user.HangUp()
		call.Wait()
		report := <-reports
		if len(report.Turns) != 2 || report.Turns[1].Heard < time.Second || report.Turns[1].Unheard != 0 {
			t.Errorf("turns %+v", report.Turns)
		}
		update, ok := srv.Session(0).Received()[0].Event.(*voicelive.ClientEventSessionUpdate)
		if !ok || update.Session.InputAudioFormat != voicelive.InputAudioFormatPCM16 {
			t.Errorf("the session was asked for as %+v", update)
		}
		srv.Check(t)
	})
}

func TestShutdown(t *testing.T) {
	for name, test := range map[string]struct {
		patience, want time.Duration
		err            error
		code           int
		cancelled      bool
	}{
		"the call ends in time": {time.Hour, time.Minute, nil, 1000, false},
		"it does not":           {10 * time.Second, 10 * time.Second, context.DeadlineExceeded, 1001, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, srv := assistant(t, &voicelivetest.Options{})
				reports := make(chan *agent.Report, 1)
				l := serve(t, func(ctx context.Context, call *twilio.Call) error {
					report, err := a.Serve(ctx, call)
					reports <- report
					if (ctx.Err() != nil) != test.cancelled {
						t.Errorf("the context has ended: %v", ctx.Err())
					}
					return err
				}, nil)
				user := legtest.New(t, leg.MuLaw)
				call, err := l.network.Call(user.MarkedLeg())
				if err != nil {
					t.Fatal(err)
				}
				time.AfterFunc(time.Minute, user.HangUp)
				synctest.Wait()
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), test.patience)
				defer cancel()
				failed := make(chan error)
				go func() { failed <- l.handler.Shutdown(ctx) }()
				synctest.Wait()
				if _, err := l.network.Call(legtest.New(t, leg.MuLaw).MarkedLeg()); err == nil {
					t.Error("a call begins during Shutdown")
				}
				if err := <-failed; err != test.err || time.Since(began) < test.want || time.Since(began) > test.want+5*time.Second {
					t.Errorf("%v after %v, want %v after %v", err, time.Since(began), test.err, test.want)
				}
				call.Wait()
				if call.CloseCode() != test.code {
					t.Errorf("Twilio is told %d, want %d", call.CloseCode(), test.code)
				}
				report := <-reports
				if want := map[bool]agent.Reason{false: agent.UserHungUp, true: agent.Cancelled}[test.cancelled]; report.Reason != want {
					t.Errorf("the conversation ended as %s, want %s", report.Reason, want)
				}
				synctest.Wait()
				if end := srv.Session(0).End(); end == nil || end.Code != 1000 {
					t.Errorf("the service is told %+v", end)
				}
			})
		})
	}
}

// The end of the leg alone would be its failure.
func TestShutdownEndsTheContextBeforeTheLeg(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 10 {
			l := serve(t, func(ctx context.Context, call *twilio.Call) error {
				for range 5000 { // so that the end of ctx takes a while to arrive
					_, cancel := context.WithCancel(ctx)
					defer cancel()
				}
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				if _, err := call.Receive(ctx); err == nil || ctx.Err() == nil {
					t.Errorf("received %v before the context has ended", err)
				}
				return nil
			}, nil)
			_, phone := leg.NewPipe(leg.MuLaw)
			call, err := l.network.Call(phone)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := l.handler.Shutdown(ctx); err != context.Canceled {
				t.Error(err)
			}
			call.Wait()
		}
	})
}

func TestAProgramThatCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		user := legtest.New(t, leg.MuLaw)
		a, srv := assistant(t, &voicelivetest.Options{Hear: user.Hear})
		l := serve(t, func(ctx context.Context, call *twilio.Call) error {
			_, err := a.Serve(ctx, call)
			return err
		}, func(_ *twilio.Handler, o *twiliotest.Options) {
			o.Answer = func(to string) leg.Leg {
				if to != "+15550009" {
					return nil
				}
				time.Sleep(10 * time.Second) // it rings
				return user.MarkedLeg()
			}
		})
		sid, err := l.handler.Account.Call(t.Context(), twilio.Outgoing{To: "+15550009", From: "+15550002", Webhook: "https://example.com/answer"})
		if err != nil {
			t.Fatal(err)
		}
		user.Listen()
		user.Say("Goodbye.")
		user.Listen()
		user.HangUp()
		call := l.network.Calls()[0]
		call.Wait()
		if call.SID != sid {
			t.Errorf("the call is %s, not %s", call.SID, sid)
		}
		srv.Check(t)
		if _, err := l.handler.Account.Call(t.Context(), twilio.Outgoing{To: "+15550001", From: "+15550002", Webhook: "https://example.com/answer"}); err != nil {
			t.Errorf("calling somebody who is not there: %v", err)
		}
	})
}

func TestAServeThatFailsOrPanicsHangsUp(t *testing.T) {
	for name, end := range map[string]func() error{
		"fails":  func() error { return errors.New("no") },
		"panics": func() error { panic("no") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := serve(t, func(context.Context, *twilio.Call) error { return end() }, nil)
				_, phone := leg.NewPipe(leg.MuLaw)
				call, err := l.network.Call(phone)
				if err != nil {
					t.Fatal(err)
				}
				call.Wait()
				if call.CloseCode() != 1000 {
					t.Errorf("closed with %d", call.CloseCode())
				}
				if err := l.handler.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
