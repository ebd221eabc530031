package agent_test

import (
	"context"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// BenchmarkSecond is one second of a call in each direction, µ-law: 50 packets of the user, and 10 deltas of the
// assistant. The cost of the simulator is in both.
func BenchmarkSecond(b *testing.B) {
	const packets, deltas = 50, 10
	delta := &voicelive.ServerEventResponseAudioDelta{ResponseID: "r", ItemID: "i", Delta: make([]byte, 800)}
	packet := leg.MuLaw.AppendSilence(nil, 160)
	start := func(b *testing.B) (*voicelivetest.Server, *voicelive.Client) {
		srv, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant, Forget: true})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = srv.Close() }) // the benchmark is over
		client, err := srv.NewClient()
		if err != nil {
			b.Fatal(err)
		}
		return srv, client
	}
	b.Run("session", func(b *testing.B) {
		srv, client := start(b)
		s := &voicelive.RequestSession{}
		if err := leg.Configure(s, leg.MuLaw); err != nil {
			b.Fatal(err)
		}
		session, err := client.Connect(b.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime", Session: s})
		if err != nil {
			b.Fatal(err)
		}
		heard := make(chan struct{}, deltas)
		go func() {
			for e := range session.Events(b.Context()) {
				if _, ok := e.(*voicelive.ServerEventResponseAudioDelta); ok {
					heard <- struct{}{}
				}
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			for range packets {
				if err := session.AppendInputAudioBuffer(b.Context(), packet); err != nil {
					b.Fatal(err)
				}
			}
			for range deltas {
				srv.Session(0).Inject(delta)
			}
			for range deltas {
				<-heard
			}
		}
	})
	b.Run("agent", func(b *testing.B) {
		srv, client := start(b)
		user, phone := leg.NewPipe(leg.MuLaw)
		begun, ended, sent := make(chan struct{}), make(chan struct{}), make(chan struct{}, 1)
		a := &agent.Agent{
			Client: client, Connect: voicelive.ConnectOptions{Model: "gpt-realtime"},
			Begin: func(*agent.Conversation) { close(begun) },
			Digit: func(*agent.Conversation, byte) { sent <- struct{}{} },
		}
		go func() {
			defer close(ended)
			if _, err := a.Serve(context.Background(), phone); err != nil {
				b.Error(err)
			}
		}()
		<-begun
		b.ReportAllocs()
		for b.Loop() {
			for range packets {
				if err := user.Play(b.Context(), packet); err != nil {
					b.Fatal(err)
				}
			}
			for range deltas {
				srv.Session(0).Inject(delta)
			}
			for heard := 0; heard < deltas*len(delta.Delta); {
				in, err := user.Receive(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				heard += len(in.Audio)
			}
			if err := user.PressKey(b.Context(), '1'); err != nil { // behind the packets
				b.Fatal(err)
			}
			<-sent
		}
		if err := user.HangUp(b.Context(), ""); err != nil {
			b.Error(err)
		}
		<-ended
	})
}
