//go:build unix

package otelvoicelive_test

import (
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/otelvoicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// BenchmarkSessions reports how much more processor time 300 sessions take with metrics. In each of them, 100 ms of audio
// go in each direction in a round, and each fifth round has the end of a response, which is each half second of a call.
//
// The difference is smaller than the noise of a machine. So there are as many Telemetries as copies, with a
// provider each, and a copy is counted as its part of the difference. Batches without and with them alternate, each after a
// garbage collection, and the figure is the median of their ratios. What a session does for any observer, a copy of the
// events that it sends, counts for that part only: it is 0.3 % in a profile. The cost of the simulator is in all batches.
func BenchmarkSessions(b *testing.B) {
	var observers voicelive.Observers
	for range copies {
		meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
		observers = append(observers, otelvoicelive.New(&otelvoicelive.Options{MeterProvider: meters}))
	}
	without, with := newCalls(b, nil), newCalls(b, observers)
	without.batch(b) // nothing is cold any more
	with.batch(b)
	var more []float64
	for b.Loop() {
		base := without.batch(b)
		metrics := with.batch(b) + with.batch(b)
		base += without.batch(b)
		more = append(more, 100*(float64(metrics)/float64(base)-1)/copies)
	}
	slices.Sort(more)
	b.ReportMetric(more[len(more)/2], "%more-cpu")
}

const copies = 8

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

// batch is five rounds, and returns the processor time that they took.
func (c *crowd) batch(b *testing.B) time.Duration {
	runtime.GC() // of what came before
	began := processorTime(b)
	for n := range 5 {
		c.round(b, n == 0)
	}
	return processorTime(b) - began
}

// round is 100 ms of all sessions, with the end of a response or without.
func (c *crowd) round(b *testing.B, done bool) {
	audio := make([]byte, 4800)
	var sessions sync.WaitGroup
	for i, session := range c.sessions {
		sessions.Go(func() {
			events := []voicelive.ServerEvent{&voicelive.ServerEventResponseAudioDelta{ResponseID: "r", ItemID: "i", Delta: audio}}
			if done {
				events = append(events, &voicelive.ServerEventResponseDone{Response: voicelive.Response{
					ID: new("r"), Status: voicelive.ResponseStatusCompleted, Usage: &voicelive.TokenUsage{
						InputTokens: 9, InputTokenDetails: voicelive.InputTokenDetails{TextTokens: 4, AudioTokens: 5},
						OutputTokens: 9, OutputTokenDetails: voicelive.OutputTokenDetails{TextTokens: 4, AudioTokens: 5},
					},
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
	sessions.Wait()
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
