package sip

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// Two endpoints call each other.
func TestACall(t *testing.T) {
	said, reply := bytes.Repeat([]byte{1, 2, 3, 4, 5}, 640), bytes.Repeat([]byte{6, 7, 8}, 800)
	served := make(chan error, 1)
	callee := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(ctx context.Context, c *Call) error {
		defer close(served)
		if err := errors.Join(hear(ctx, c, said), c.Play(ctx, reply)); err != nil {
			served <- err
		}
		return listenOn(ctx, c)
	}})
	caller := listen(t, nil)
	c, err := caller.Dial(soon(t), "sip:agent@"+callee.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Format() != leg.MuLaw {
		t.Errorf("the format is %v, want %v", c.Format(), leg.MuLaw)
	}
	if err := errors.Join(c.Play(soon(t), said), hear(soon(t), c, reply)); err != nil {
		t.Fatal(err)
	}
	if got, want := c.Position(), 400*time.Millisecond; got != want {
		t.Errorf("Position() = %v, want %v", got, want)
	}
	if err := c.HangUp(soon(t), "the test is over"); err != nil {
		t.Error(err)
	}
	if err := wait(t, served); err != nil {
		t.Error(err)
	}
	if _, _, err := until(soon(t), c); err != io.EOF {
		t.Errorf("Receive after HangUp: %v, want EOF", err)
	}
	if err := c.Play(soon(t), said); err != leg.ErrHungUp {
		t.Errorf("Play after HangUp: %v, want ErrHungUp", err)
	}
}

// Accept may ask somebody who takes long. It learns that there is no call any more.
func TestTheContextOfAcceptEnds(t *testing.T) {
	asked, ended := make(chan struct{}), make(chan struct{})
	callee := listen(t, &Options{
		Peers: []netip.Prefix{loopback},
		Accept: func(ctx context.Context, _ *Invite) int {
			asked <- struct{}{}
			<-ctx.Done()
			ended <- struct{}{}
			return 480
		},
		Serve: listenOn,
	})
	caller := listen(t, nil)
	ctx, giveUp := context.WithCancel(soon(t))
	dialed := make(chan error, 1)
	go func() {
		_, err := caller.Dial(ctx, "sip:agent@"+callee.Addr().String(), nil)
		dialed <- err
	}()
	wait(t, asked)
	giveUp()
	wait(t, ended)
	if err := wait(t, dialed); err == nil {
		t.Error("a call was accepted")
	}

	go callee.ask(t.Context(), Invite{}) // by a caller who would wait
	wait(t, asked)
	if err := callee.Close(); err != nil {
		t.Error(err)
	}
	wait(t, ended)
}

// The end of Serve ends a call that has ended: nobody hangs up then.
func TestTheLogTellsWhoHungUp(t *testing.T) {
	var log bytes.Buffer
	began := make(chan error, 1)
	callee := listen(t, &Options{Peers: []netip.Prefix{loopback}, Logger: slog.New(slog.NewTextHandler(&log, nil)), Serve: func(ctx context.Context, c *Call) error {
		close(began)
		return listenOn(ctx, c)
	}})
	c, err := listen(t, nil).Dial(soon(t), "sip:agent@"+callee.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(wait(t, began), c.HangUp(soon(t), "the test is over"), callee.Shutdown(soon(t))); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); !strings.Contains(got, "the other side hung up") || strings.Contains(got, "hanging up") {
		t.Errorf("the other side hung up, and the log is\n%s", got)
	}
}

func TestTheCalledHangsUp(t *testing.T) {
	callee := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(context.Context, *Call) error { return nil }})
	caller := listen(t, nil)
	c, err := caller.Dial(soon(t), "sip:agent@"+callee.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := until(soon(t), c); err != io.EOF {
		t.Errorf("Receive: %v, want EOF", err)
	}
}

func TestNobodyMayCallByDefault(t *testing.T) {
	callee := listen(t, nil)
	caller := listen(t, nil)
	_, err := caller.Dial(soon(t), "sip:agent@"+callee.Addr().String(), nil)
	var refused *StatusError
	if !errors.As(err, &refused) || refused.Code != 403 {
		t.Errorf("Dial: %v, want 403", err)
	}
}

func TestUsersCallWithAPassword(t *testing.T) {
	served := make(chan string, 1)
	callee := listen(t, &Options{Users: map[string]string{"alice": "wonderland"}, Serve: func(ctx context.Context, c *Call) error {
		served <- c.From
		return nil
	}})
	caller := listen(t, nil)
	server := callee.Addr().String()
	var refused *StatusError
	_, err := caller.Dial(soon(t), "agent", &Account{Server: server, User: "alice", Password: "looking glass"})
	if !errors.As(err, &refused) || refused.Code != 401 {
		t.Errorf("Dial with a wrong password: %v, want 401", err)
	}
	c, err := caller.Dial(soon(t), "agent", &Account{Server: server, User: "alice", Password: "wonderland"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.HangUp(soon(t), "the test is over")
	if from := wait(t, served); from != "sip:alice@127.0.0.1" {
		t.Errorf("the call is from %s", from)
	}
}
