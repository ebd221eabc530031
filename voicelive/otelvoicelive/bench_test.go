//go:build unix

package otelvoicelive_test

import (
	"sync"
	"syscall"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/otelvoicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// BenchmarkSessions is 100 ms of audio in each direction of each of 300 sessions, and a response that is done every
// half second. Rounds without telemetry and with metrics alternate, so that other work of the machine falls on both; it
// reports how much more processor time those with metrics take. The cost of the simulator is in both.
func BenchmarkSessions(b *testing.B) {
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	without := newCalls(b, nil)
	with := newCalls(b, otelvoicelive.New(&otelvoicelive.Options{MeterProvider: meters}))
	var base, metrics time.Duration
	for n := 0; b.Loop(); n++ {
		if n%2 == 0 {
			base += without.round(b, n)
			metrics += with.round(b, n)
		} else {
			metrics += with.round(b, n)
			base += without.round(b, n)
		}
	}
	b.ReportMetric(100*(float64(metrics)/float64(base)-1), "%more-cpu")
}

const calls = 300

// A crowd is many open sessions.
type crowd struct {
	srv      *voicelivetest.Server
	sessions []*voicelive.Session
}

func newCalls(b *testing.B, o voicelive.Observer) *crowd {
	srv, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant, Forget: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = srv.Close() }) // the benchmark is over
	c := &crowd{srv: srv}
	for range calls {
		c.sessions = append(c.sessions, connect(b, srv, o))
	}
	return c
}

// round is 100 ms of all sessions, and returns the processor time that it took.
func (c *crowd) round(b *testing.B, n int) time.Duration {
	audio := make([]byte, 4800)
	began := processorTime(b)
	var done sync.WaitGroup
	for i, session := range c.sessions {
		done.Go(func() {
			events := []voicelive.ServerEvent{&voicelive.ServerEventResponseAudioDelta{ResponseID: "r", ItemID: "i", Delta: audio}}
			if n%10 < 2 { // in an even and in an odd round
				events = append(events, &voicelive.ServerEventResponseDone{Response: voicelive.Response{
					ID: new("r"), Status: voicelive.ResponseStatusCompleted, Usage: &voicelive.TokenUsage{InputTokens: 9, OutputTokens: 9},
				}})
			}
			for _, e := range events {
				c.srv.Session(i).Inject(e)
			}
			if err := session.AppendInputAudioBuffer(b.Context(), audio); err != nil {
				b.Error(err)
			}
			for range events {
				if _, err := session.RecvBorrowed(b.Context()); err != nil {
					b.Error(err)
				}
			}
		})
	}
	done.Wait()
	return processorTime(b) - began
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
