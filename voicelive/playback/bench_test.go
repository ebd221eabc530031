package playback_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
)

// BenchmarkCall measures a second of a call: 50 packets of 20 ms to the service, 10 deltas of 100 ms
// from it. It reports what a Player and a Floor take beside the session, in percent: their
// goal is 10. The session writes to and reads from memory, so that it has no system calls to
// hide behind.
func BenchmarkCall(b *testing.B) {
	for _, format := range []audio.Format{leg.MuLaw, leg.PCM24kHz} {
		for name, l := range legs(format) {
			b.Run(fmt.Sprintf("%s/%s", format.Encoding, name), func(b *testing.B) {
				line := newLine(format)
				session := line.connect(b)
				ctx := b.Context()
				f := floor.New(ctx, session, nil)
				p := playback.New(ctx, l, session, &playback.Options{Hold: f.Hold, Audible: f.SetAudible})
				packet := make([]byte, format.Bytes(leg.Packet))
				var own, both time.Duration
				for b.Loop() {
					began := time.Now()
					for range 50 {
						if err := session.AppendInputAudioBuffer(ctx, packet); err != nil {
							b.Fatal(err)
						}
					}
					line.say(10)
					for i := range 10 {
						event, err := session.RecvBorrowed(ctx)
						if err != nil {
							b.Fatal(err)
						}
						received := time.Now()
						own += received.Sub(began)
						handle(b, f, p, event)
						if i == 9 {
							for range 50 {
								ok(b, p.HandleInput(ctx, leg.Input{Audio: packet}))
							}
						}
						returnMarks(b, p, l)
						began = time.Now()
						both += began.Sub(received)
					}
				}
				b.ReportMetric(100*float64(both)/float64(own), "%-of-session")
				b.ReportMetric(float64(both.Nanoseconds())/float64(b.N), "ns-playback+floor")
				b.ReportMetric(float64(own.Nanoseconds())/float64(b.N), "ns-session")
				if got, want := p.Stats().Played, time.Duration(b.N)*time.Second; got < want-time.Second {
					b.Errorf("%v were played, want %v", got, want)
				}
			})
		}
	}
}

func handle(b testing.TB, f *floor.Floor, p *playback.Player, event voicelive.ServerEvent) {
	ok(b, f.HandleEvent(b.Context(), event))
	ok(b, p.HandleEvent(b.Context(), event))
}

// returnMarks tells the player of the marks that its leg has reached.
func returnMarks(b testing.TB, p *playback.Player, l leg.Leg) {
	if m, is := l.(*marks); is {
		for _, mark := range m.take() {
			ok(b, p.HandleInput(b.Context(), leg.Input{Mark: mark}))
		}
	}
}

func ok(b testing.TB, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

// Neither packets nor deltas cost an allocation.
func TestACallCostsNoAllocation(t *testing.T) {
	for name, l := range legs(leg.MuLaw) {
		t.Run(name, func(t *testing.T) {
			f := floor.New(t.Context(), nil, nil)
			p := playback.New(t.Context(), l, nil, &playback.Options{Hold: f.Hold, Audible: f.SetAudible, Finished: func(playback.Finished) {}})
			delta := &voicelive.ServerEventResponseAudioDelta{ResponseID: "r", ItemID: "a", Delta: make([]byte, 800)}
			in := leg.Input{Audio: make([]byte, 160)}
			n := testing.AllocsPerRun(1000, func() {
				handle(t, f, p, delta)
				for range 5 {
					ok(t, p.HandleInput(t.Context(), in))
				}
				returnMarks(t, p, l)
			})
			if n != 0 {
				t.Errorf("%v allocations for a delta and five packets", n)
			}
		})
	}
}

// A sink is a leg that plays as fast as it can.
type sink struct {
	leg.Leg
	format audio.Format
	played int
}

func (l *sink) Format() audio.Format { return l.format }
func (l *sink) Play(_ context.Context, audio []byte) error {
	l.played += len(audio)
	return nil
}

// positions is a sink whose user has heard everything.
type positions struct{ sink }

func (l *positions) Position() time.Duration { return l.format.Duration(l.played) }

// marks is a sink whose user has heard everything but the latest mark.
type marks struct {
	sink
	names   []string
	reached []string
}

func (l *marks) PlayMarked(ctx context.Context, audio []byte, mark string) error {
	l.names = append(l.names, mark)
	return l.Play(ctx, audio)
}

// take returns the marks that were reached since it was called before.
func (l *marks) take() []string {
	last := len(l.names) - 1
	l.reached = append(l.reached[:0], l.names[:last]...)
	l.names = append(l.names[:0], l.names[last])
	return l.reached
}

func legs(f audio.Format) map[string]leg.Leg {
	return map[string]leg.Leg{"positions": &positions{sink{format: f}}, "marks": &marks{sink: sink{format: f}}}
}

// A line is the network and the service: it takes everything, and says what it is told.
type line struct {
	delta []byte // the frame of an event

	mu      sync.Mutex
	changed sync.Cond
	in      []byte // to be read by the client
	open    bool   // the handshake is done
	closed  bool
}

func newLine(f audio.Format) *line {
	sound := base64.StdEncoding.EncodeToString(make([]byte, f.Bytes(100*time.Millisecond)))
	event := fmt.Sprintf(`{"type":"response.audio.delta","event_id":"event_1","response_id":"resp_1","item_id":"item_1","output_index":0,"content_index":0,"delta":"%s"}`, sound)
	l := &line{delta: wstest.Frame(wstest.Fin|wstest.Text, []byte(event))}
	l.changed.L = &l.mu
	return l
}

func (l *line) connect(b *testing.B) *voicelive.Session {
	b.Helper()
	o := &voicelive.ClientOptions{
		ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: true},
		DialContext:   func(context.Context, string, string) (net.Conn, error) { return l, nil },
	}
	client, err := voicelive.NewClientWithKeyCredential("http://127.0.0.1", azcore.NewKeyCredential("key"), o)
	ok(b, err)
	session, err := client.Connect(b.Context(), &voicelive.ConnectOptions{Model: "m"})
	ok(b, err)
	b.Cleanup(func() { l.Close() })
	_, err = session.RecvBorrowed(b.Context()) // session.created
	ok(b, err)
	return session
}

// say lets the client read n deltas.
func (l *line) say(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range n {
		l.in = append(l.in, l.delta...)
	}
	l.changed.Signal()
}

func (l *line) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.in) == 0 {
		if l.closed {
			return 0, net.ErrClosed
		}
		l.changed.Wait()
	}
	n := copy(p, l.in)
	l.in = l.in[:copy(l.in, l.in[n:])]
	return n, nil
}

func (l *line) Write(p []byte) (int, error) {
	if !l.open {
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(p)))
		if err != nil {
			return 0, err
		}
		l.open = true
		l.mu.Lock()
		defer l.mu.Unlock()
		l.in = append(l.in, wstest.Acceptance(request, "")...)
		l.in = wstest.AppendFrame(l.in, wstest.Fin|wstest.Text, []byte(`{"type":"session.created","session":{"id":"s"}}`))
		l.changed.Signal()
	}
	return len(p), nil
}

func (l *line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.changed.Broadcast()
	return nil
}

func (l *line) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (l *line) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (l *line) SetDeadline(time.Time) error      { return nil }
func (l *line) SetReadDeadline(time.Time) error  { return nil }
func (l *line) SetWriteDeadline(time.Time) error { return nil }
