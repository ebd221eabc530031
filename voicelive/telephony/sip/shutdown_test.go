package sip

import (
	"context"
	"net/netip"
	"testing"
)

// Serve may close the endpoint, and need not return when its call has ended.
func TestServeClosesTheEndpoint(t *testing.T) {
	closed, stay := make(chan error, 1), make(chan struct{})
	defer close(stay)
	var callee *Endpoint
	began := make(chan struct{})
	callee = listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(context.Context, *Call) error {
		<-began
		closed <- callee.Close()
		<-stay
		return nil
	}})
	close(began)
	caller := listen(t, nil)
	if _, err := caller.Dial(soon(t), "sip:agent@"+callee.Addr().String(), nil); err != nil {
		t.Fatal(err)
	}
	if err := wait(t, closed); err != nil {
		t.Error(err)
	}
}

// The end of the leg alone would be its failure.
func TestShutdownEndsTheContextBeforeTheLeg(t *testing.T) {
	began, ended := make(chan struct{}), make(chan error, 1)
	callee := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(ctx context.Context, c *Call) error {
		close(began)
		for {
			if _, err := c.Receive(ctx); err != nil {
				ended <- ctx.Err()
				return err
			}
		}
	}})
	caller := listen(t, nil)
	if _, err := caller.Dial(soon(t), "sip:agent@"+callee.Addr().String(), nil); err != nil {
		t.Fatal(err)
	}
	<-began
	if err := callee.Close(); err != nil {
		t.Error(err)
	}
	if err := wait(t, ended); err != context.Canceled {
		t.Errorf("the leg has ended, and the context of Serve has %v, want Canceled", err)
	}
}

func TestAPortForRTPNeedsARange(t *testing.T) {
	for _, o := range []Options{{MinPort: 40000}, {MaxPort: 40000}, {MinPort: 2, MaxPort: 1}} {
		if e, err := Listen("127.0.0.1:0", &o); err == nil {
			t.Errorf("MinPort %d, MaxPort %d are accepted", o.MinPort, o.MaxPort)
			_ = e.Close()
		}
	}
}
