package voicelivetest_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// converse holds one turn through the client of this module.
func converse(t *testing.T, srv *voicelivetest.Server) {
	s := srv.Connect(t, &voicelive.ConnectOptions{
		Model: "gpt-realtime", Session: &voicelive.RequestSession{Modalities: []voicelive.Modality{voicelive.ModalityText, voicelive.ModalityAudio}},
	})
	ctx := t.Context()
	if err := s.SendText(ctx, "Hello?"); err != nil {
		t.Fatal(err)
	}
	for e, err := range s.Events(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := e.(*voicelive.ServerEventResponseDone); ok {
			break
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	end, err := srv.Session(0).WaitEnd(ctx)
	if err != nil || end.By != voicelivetest.ByClient || end.Code != 1000 {
		t.Errorf("the session ended with %+v, %v; want close code 1000 by the client", end, err)
	}
}

func TestEveryTransport(t *testing.T) {
	for name, o := range map[string]voicelivetest.Options{
		"pipe":         {},
		"pipe and TLS": {TLS: true},
		"TCP":          {Transport: voicelivetest.TCP},
		"TCP and TLS":  {Transport: voicelivetest.TCP, TLS: true},
		"bad line":     {Link: voicelivetest.Link{Latency: 1000, Slice: 7, Bandwidth: 10 << 20}},
	} {
		o.Pace = voicelivetest.Instant
		t.Run(name, func(t *testing.T) { converse(t, voicelivetest.NewServer(t, &o)) })
		if o.Transport == voicelivetest.Pipe {
			t.Run(name+" in a bubble", func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { converse(t, voicelivetest.NewServer(t, &o)) })
			})
		}
	}
}

// Programs need no *testing.T.
func TestStartWithoutATest(t *testing.T) {
	srv, err := voicelivetest.Start(nil)
	if err != nil {
		t.Fatal(err)
	}
	client, err := srv.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	s, err := client.Connect(context.Background(), &voicelive.ConnectOptions{Model: "gpt-realtime"})
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Close(); err != nil { // under the session
		t.Error(err)
	}
	<-s.Done()
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if srv.Session(0).End() == nil || srv.Session(1) != nil || len(srv.Sessions()) != 1 {
		t.Errorf("the sessions are %v", srv.Sessions())
	}
}

func TestOptionsOfClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observer := &connects{}
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Client: func(o *voicelive.ClientOptions) { o.Observer = observer }})
		converse(t, srv)
		if observer.n != 1 {
			t.Errorf("the observer was told of %d connections, want 1", observer.n)
		}
	})
}

// connects counts connections.
type connects struct {
	voicelive.NoObserver
	n int
}

func (c *connects) ObserveConnect(context.Context, voicelive.ConnectInfo) { c.n++ }
