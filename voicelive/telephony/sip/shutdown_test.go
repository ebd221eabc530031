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
