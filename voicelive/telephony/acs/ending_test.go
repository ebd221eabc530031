package acs_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs/acstest"
)

// Closing the socket ends no call: it would last, and cost money, until the user hangs up.
func TestACallWhoseServePanicsIsHungUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, func(context.Context, *acs.Call) error { panic(http.ErrAbortHandler) })
		call := p.service.Call("/media", legtest.New(t, leg.PCM24kHz).Leg())
		time.Sleep(time.Minute)
		synctest.Wait()
		if call.Ended() != "terminated" {
			t.Errorf("the call has ended by %q", call.Ended())
		}
	})
}

// Nor does a socket that is refused, or does not begin: the user would hear nothing.
func TestCallsThatAreNotServedAreHungUp(t *testing.T) {
	full := func(p *phone) { p.handler.MaxCalls = 1 }
	over := func(p *phone) { p.handler.Shutdown(context.Background()) }
	for name, test := range map[string]struct {
		prepare       func(*phone)
		authorization string // empty for a good one
		message       string // of the service
		want          []string
	}{
		"too many calls":              {prepare: full, want: []string{"terminate"}},
		"the server shuts down":       {prepare: over, want: []string{"terminate"}},
		"nothing is said":             {want: []string{"terminate"}},
		"audio of another format":     {message: acstest.Metadata(8000), want: []string{"terminate"}},
		"a stranger":                  {authorization: "Bearer garbage"},
		"a stranger, when it is full": {prepare: full, authorization: "Bearer garbage"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPhone(t, nil, mustNotServe(t))
				if test.prepare != nil {
					test.prepare(p)
				}
				if p.handler.MaxCalls == 1 {
					first, _, err := p.service.Upgrade("/media", "Bearer "+p.service.Token(nil))
					if err != nil {
						t.Fatal(err)
					}
					defer first.Close()
				}
				socket, _, err := p.service.Upgrade("/media", cmp.Or(test.authorization, "Bearer "+p.service.Token(nil)))
				if err == nil {
					defer socket.Close()
					socket.WriteMessage(websocket.TextMessage, []byte(cmp.Or(test.message, "{}")))
					time.Sleep(20 * time.Second) // until nothing is waited for any more
				}
				if diff := gocmp.Diff(test.want, actions(p.service)); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// Who shuts down says so also to those whose call has not begun.
func TestShutdownBeforeACallBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, mustNotServe(t))
		socket, _, err := p.service.Upgrade("/media", "Bearer "+p.service.Token(nil))
		if err != nil {
			t.Fatal(err)
		}
		defer socket.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go p.handler.Shutdown(ctx)
		if _, _, err := socket.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
			t.Errorf("closed with %v", err)
		}
		time.Sleep(10 * time.Second)
		if diff := gocmp.Diff([]string{"terminate"}, actions(p.service)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestHangingUpIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p *phone
		p = newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
			p.service.Refuse("terminate", http.StatusConflict)
			if call.HangUp(ctx, "the end") == nil {
				t.Error("a refusal is no error")
			}
			p.service.Refuse("terminate", 0)
			return nil
		})
		call := p.service.Call("/media", legtest.New(t, leg.PCM24kHz).Leg())
		time.Sleep(time.Minute)
		synctest.Wait()
		if call.Ended() != "terminated" {
			t.Errorf("the call has ended by %q", call.Ended())
		}
	})
}

// Audio that is played while the user hangs up changes nothing.
func TestPlayingBehindTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ends [4]error
		p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
			ends[0] = drain(ctx, call)
			ends[1] = call.Play(ctx, make([]byte, 9600)) // it is found out now
			ends[2] = call.Play(ctx, make([]byte, 9600))
			_, ends[3] = call.Receive(ctx)
			return nil
		})
		call := p.service.Call("/media", legtest.New(t, leg.PCM24kHz).Leg())
		time.Sleep(time.Second)
		call.HangUp()
		call.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		if ends[0] != nil || ends[1] != nil && !errors.Is(ends[1], leg.ErrHungUp) || !errors.Is(ends[2], leg.ErrHungUp) || ends[3] != io.EOF {
			t.Errorf("errors %v", ends)
		}
	})
}

// Requests that are refused for the moment are made again, seconds later: others wait for that.
func TestRequestsThatTakeTime(t *testing.T) {
	for name, program := range map[string]func(ctx context.Context, call *acs.Call) error{
		"HangUp, twice": func(ctx context.Context, call *acs.Call) error {
			go call.HangUp(ctx, "the end")
			time.Sleep(time.Millisecond)
			return call.HangUp(ctx, "again")
		},
		"Transfer, which ends the stream": func(ctx context.Context, call *acs.Call) error {
			go call.Transfer(ctx, "+15550199")
			return drain(ctx, call)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var p *phone
				p = newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
					p.service.Refuse("terminate", http.StatusServiceUnavailable)
					p.service.Refuse("transferToParticipant", http.StatusServiceUnavailable)
					time.AfterFunc(2*time.Second, func() {
						p.service.Refuse("terminate", 0)
						p.service.Refuse("transferToParticipant", 0)
					})
					return program(ctx, call)
				})
				call := p.service.Call("/media", legtest.New(t, leg.PCM24kHz).Leg())
				time.Sleep(time.Minute)
				synctest.Wait()
				if call.Ended() != "terminated" && call.Transferred() == "" {
					t.Errorf("the call has ended by %q", call.Ended())
				}
			})
		})
	}
}
