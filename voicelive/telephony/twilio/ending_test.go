package twilio_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio/twiliotest"
)

// requests are those of an Account. The first ones fail, and each takes a while.
type requests struct {
	http.RoundTripper
	fail int32
	made atomic.Int32
}

func (r *requests) RoundTrip(req *http.Request) (*http.Response, error) {
	n := r.made.Add(1)
	select {
	case <-time.After(time.Second):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	if n <= r.fail {
		return nil, errors.New("the line is down")
	}
	return r.RoundTripper.RoundTrip(req)
}

// Closing the stream ends no call that has more TwiML: it would cost money until the caller hangs up.
func TestACallIsEndedByTheAccount(t *testing.T) {
	receive := func(ctx context.Context, call *twilio.Call) error {
		return hear(ctx, call, func(leg.Input) bool { return false })
	}
	for name, test := range map[string]struct {
		program func(ctx context.Context, call *twilio.Call) error
		do      func(l *line, person *leg.PipeEnd, call *twiliotest.Call) // a second later
		fail    int32
		made    int32  // requests
		status  string // completed if the call was there to be ended
	}{
		"a request that fails is made again": {
			program: func(ctx context.Context, call *twilio.Call) error {
				if call.HangUp(ctx, "enough") == nil {
					t.Error("a request that fails is no error")
				}
				if err := call.Play(ctx, random(160)); err != leg.ErrHungUp {
					t.Errorf("playing: %v", err)
				}
				if _, err := call.Receive(ctx); err != io.EOF {
					t.Errorf("received %v", err)
				}
				return nil
			},
			fail: 1, made: 2,
		},
		"Serve returns during HangUp": {
			program: func(ctx context.Context, call *twilio.Call) error {
				go call.HangUp(ctx, "enough")
				time.Sleep(time.Millisecond)
				return nil
			},
			made: 1, status: "completed",
		},
		"Serve panics":           {program: func(context.Context, *twilio.Call) error { panic(http.ErrAbortHandler) }, made: 1, status: "completed"},
		"Twilio sends garbage":   {program: receive, do: func(_ *line, _ *leg.PipeEnd, call *twiliotest.Call) { call.Inject("garbage") }, made: 1},
		"the connection fails":   {program: receive, do: func(_ *line, _ *leg.PipeEnd, call *twiliotest.Call) { call.Abort() }, made: 1},
		"the server shuts down":  {program: receive, do: shutdown, made: 1},
		"the caller has hung up": {program: receive, do: func(_ *line, person *leg.PipeEnd, _ *twiliotest.Call) { _ = person.HangUp(context.Background(), "") }},
		"the call is transferred": {
			program: func(ctx context.Context, call *twilio.Call) error { return transfer(ctx, call, "+493012345") },
			made:    1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := serve(t, test.program, nil)
				r := &requests{RoundTripper: l.handler.Account.Client.Transport, fail: test.fail}
				l.handler.Account.Client = &http.Client{Transport: r}
				person, phone := leg.NewPipe(leg.MuLaw)
				call, err := l.network.Call(phone)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				if test.do != nil {
					test.do(l, person, call)
				}
				time.Sleep(time.Minute)
				call.Wait()
				if made := r.made.Load(); made != test.made || call.Status() != test.status {
					t.Errorf("%d requests, want %d, status %q, want %q", made, test.made, call.Status(), test.status)
				}
			})
		})
	}
}

// shutdown has no patience.
func shutdown(l *line, _ *leg.PipeEnd, _ *twiliotest.Call) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = l.handler.Shutdown(ctx) // that of ctx
}
