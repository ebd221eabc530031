//go:build unix

package agent_test

import (
	"context"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A second of a call in each direction, µ-law: packets of the user, and deltas of the assistant.
const packets, deltas = 50, 10

// BenchmarkSecond is one second of a call, with the session alone and with an agent. The cost of the service is in both. The
// service is one that only takes and sends, so that it hides little.
//
// Ratio is the processor time of the agent's second by that of the session's, both in one run, second by second. The goal
// is 1.25 at most.
func BenchmarkSecond(b *testing.B) {
	for name, second := range map[string]func(*testing.B) func(){"session": sessionSecond, "agent": agentSecond} {
		b.Run(name, func(b *testing.B) {
			second := second(b)
			b.ReportAllocs()
			for b.Loop() {
				second()
			}
		})
	}
	b.Run("ratio", func(b *testing.B) {
		session, agent := sessionSecond(b), agentSecond(b)
		var ofSession, ofAgent time.Duration
		for b.Loop() {
			ofSession += processorTime(b, session)
			ofAgent += processorTime(b, agent)
		}
		b.ReportMetric(float64(ofAgent)/float64(ofSession), "agent/session")
	})
}

// processorTime returns what a func costs, in all goroutines. Nothing of the other kind of second is left when it begins.
func processorTime(b *testing.B, f func()) time.Duration {
	now := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	runtime.Gosched()
	before := now()
	f()
	return now() - before
}

// quietService takes what comes, and sends a configuration; the benchmark sends the rest.
func quietService(b *testing.B) (*voicelivetest.Server, *voicelive.Client) {
	srv, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant, Forget: true, Play: func(s *voicelivetest.Session) func(voicelivetest.Received) {
		s.InjectJSON([]byte(`{"type":"session.created","session":{"id":"s","model":"gpt-realtime","input_audio_format":"g711_ulaw","output_audio_format":"g711_ulaw","input_audio_sampling_rate":8000,"turn_detection":{"type":"server_vad"}}}`))
		return func(r voicelivetest.Received) {
			if r.Type == voicelive.ClientEventTypeSessionUpdate {
				s.InjectJSON([]byte(`{"type":"session.updated","session":{"id":"s","model":"gpt-realtime","input_audio_format":"g711_ulaw","output_audio_format":"g711_ulaw","input_audio_sampling_rate":8000,"turn_detection":{"type":"server_vad"}}}`))
			}
		}
	}})
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

func someAudio(b *testing.B) (packet, delta []byte) {
	event := &voicelive.ServerEventResponseAudioDelta{ResponseID: "r", ItemID: "i", Delta: make([]byte, 800)}
	delta, err := event.MarshalJSON()
	if err != nil {
		b.Fatal(err)
	}
	return leg.MuLaw.AppendSilence(nil, 160), delta
}

func sessionSecond(b *testing.B) func() {
	srv, client := quietService(b)
	packet, delta := someAudio(b)
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
	return func() {
		for range packets {
			if err := session.AppendInputAudioBuffer(b.Context(), packet); err != nil {
				b.Fatal(err)
			}
		}
		for range deltas {
			srv.Session(0).InjectJSON(delta)
		}
		for range deltas {
			<-heard
		}
	}
}

func agentSecond(b *testing.B) func() {
	srv, client := quietService(b)
	packet, delta := someAudio(b)
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
	b.Cleanup(func() {
		if err := user.HangUp(context.Background(), ""); err != nil {
			b.Error(err)
		}
		<-ended
	})
	return func() {
		for range packets {
			if err := user.Play(b.Context(), packet); err != nil {
				b.Fatal(err)
			}
		}
		for range deltas {
			srv.Session(0).InjectJSON(delta)
		}
		for heard := 0; heard < deltas*800; {
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
}
