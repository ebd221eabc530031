package e2e_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/browser"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A scene is an agent behind a handler, and the service in a simulator.
type scene struct {
	t       *testing.T
	service *voicelivetest.Server
	server  *httptest.Server
	network network
	handler *browser.Handler
	late    atomic.Bool // a page was too late to tell what it had played

	serve func(ctx context.Context, call *browser.Call) error // until the first call

	mu      sync.Mutex
	reports []*agent.Report
	ended   chan struct{} // receives a value at the end of each call
}

func newScene(t *testing.T, service voicelivetest.Options, o browser.Options) *scene {
	t.Helper()
	s := &scene{t: t, service: voicelivetest.NewServer(t, &service), ended: make(chan struct{}, 100)}
	client, err := s.service.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	s.serve = func(ctx context.Context, call *browser.Call) error {
		report, err := s.talk(ctx, client, call, o.WebRTC)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.reports = append(s.reports, report)
		return err
	}
	s.handler, err = browser.NewHandler(func(ctx context.Context, call *browser.Call) error {
		defer func() { s.ended <- struct{}{} }()
		return s.serve(ctx, call)
	}, &o)
	if err != nil {
		t.Fatal(err)
	}
	s.server = httptest.NewUnstartedServer(s.handler)
	s.network.Listener = s.server.Listener
	s.server.Listener = &s.network
	s.server.Start()
	t.Cleanup(s.server.Close)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.handler.Shutdown(ctx); err != nil {
			t.Errorf("calls go on: %v", err)
		}
	})
	return s
}

// talk lets an agent talk to a user, on a leg or directly.
func (s *scene) talk(ctx context.Context, client *voicelive.Client, call *browser.Call, direct bool) (*agent.Report, error) {
	a := &agent.Agent{
		Client:  client,
		Connect: voicelive.ConnectOptions{Model: "gpt-realtime"},
		Tools: []tools.Tool{tools.New("get_order", "Tells the state of an order.", func(context.Context, struct{}) (string, error) {
			return "It arrives tomorrow.", nil
		})},
		HandleEvent: func(_ context.Context, c *agent.Conversation, _ voicelive.ServerEvent) error {
			call.Show(browser.View{Transcript: c.Transcript().Entries()})
			return nil
		},
		Observer: latency{call: call},
	}
	if direct {
		return attach(ctx, client, call, a)
	}
	return a.Serve(ctx, timed{call, &s.late})
}

// attach lets an agent talk to a user by WebRTC. It is nil if the API has none.
var attach func(ctx context.Context, client *voicelive.Client, call *browser.Call, a *agent.Agent) (*agent.Report, error)

// latency shows the latency of each turn.
type latency struct {
	agent.NoObserver
	call *browser.Call
}

func (l latency) ObserveTurnEnd(_ *agent.Conversation, turn agent.Turn) {
	l.call.Show(browser.View{Latency: turn.Latency})
}

// waitReport waits for the end of a call.
func (s *scene) waitReport() *agent.Report {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.t.Fatal("the call does not end")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reports[len(s.reports)-1]
}

// session waits for a session of the service.
func (s *scene) session(i int) *voicelivetest.Session {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	session, err := s.service.WaitSession(ctx, i)
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

// microphone is a part of what the user says: silence, or words.
type microphone struct {
	silence time.Duration
	words   string
}

// wav writes what the user says into a WAV file.
func wav(t *testing.T, parts ...microphone) string {
	t.Helper()
	path := filepath.Join(folder, strings.ReplaceAll(t.Name(), "/", "_")+".wav")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := audio.NewWriter(file, leg.PCM24kHz)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		pcm := leg.PCM24kHz.AppendSilence(nil, leg.PCM24kHz.Bytes(part.silence))
		if part.words != "" {
			pcm = append(pcm, voice(t, part.words)...)
		}
		if _, err := w.Write(pcm); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// voice returns speech in the voice of the simulator.
func voice(t *testing.T, words string) (pcm []byte) {
	t.Helper()
	srv := voicelivetest.NewServer(t, &voicelivetest.Options{Pace: voicelivetest.Instant, Respond: voicelivetest.Reply(words)})
	session := srv.Connect(t, nil)
	if err := session.CreateResponse(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for event, err := range session.Events(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		switch e := event.(type) {
		case *voicelive.ServerEventResponseAudioDelta:
			pcm = append(pcm, e.Delta...)
		case *voicelive.ServerEventResponseDone:
			return pcm
		}
	}
	t.Fatal("the session has ended")
	return nil
}
