package replay

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// Options of a [Service] and of [Drive]. The zero value is usable.
type Options struct {
	// Pace is how fast time passes: a multiple of real time, voicelivetest.RealTime, which is the zero value, or
	// voicelivetest.Instant, which only waits for the other side.
	Pace voicelivetest.Pace

	// Patience is how long the other side may take, beyond the time that it took in the recording. 0 is 30 s.
	Patience time.Duration

	// AnyOrder lets the client send its events in any order, as clients do that send from several goroutines.
	AnyOrder bool

	// IgnoreAudio does not wait for audio of the user, and does not miss it.
	IgnoreAudio bool

	// Ignore lists members of the client's events that need not be equal, as differences name them, such as
	// "session.instructions". What is below them is ignored, too.
	Ignore []string

	// Server says how clients reach a Service: transport, TLS, keys, lines and faults. What simulates the service is not
	// used.
	Server voicelivetest.Options
}

func (o *Options) orDefault() Options {
	var full Options
	if o != nil {
		full = *o
	}
	if full.Patience == 0 {
		full.Patience = 30 * time.Second
	}
	return full
}

// wait is how long to wait where d passed in the recording.
func (o *Options) wait(d time.Duration) time.Duration {
	switch {
	case o.Pace < 0:
		return 0
	case o.Pace == voicelivetest.RealTime:
		return d
	}
	return time.Duration(float64(d) / float64(o.Pace))
}

// A Service plays the sessions of a cassette as the service.
type Service struct {
	*voicelivetest.Server
	options  Options
	cassette *record.Cassette
	players  sync.WaitGroup

	mu          sync.Mutex
	opened      int // sessions
	differences []error
	closed      bool
}

// NewService starts a service and closes it at the end of the test, which fails if there was a difference.
func NewService(t voicelivetest.TB, c *record.Cassette, o *Options) *Service {
	t.Helper()
	s, err := Start(c, o)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Errorf("%v", err)
		}
	})
	return s
}

// Start starts a service. The caller must call Close. It is an error if the cassette has no session or has lost events.
func Start(c *record.Cassette, o *Options) (*Service, error) {
	s := &Service{options: o.orDefault(), cassette: c}
	if c.Sessions() == 0 {
		return nil, errors.New("replay: the cassette has no session")
	}
	if err := complete(c.Entries); err != nil {
		return nil, err
	}
	server := s.options.Server
	server.Play = s.play
	var err error
	if s.Server, err = voicelivetest.Start(&server); err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return s, nil
}

// complete returns an error if entries have a loss.
func complete(entries []record.Entry) error {
	for _, e := range entries {
		if e.Lost != nil {
			return fmt.Errorf("replay: the recorder has lost %d events before line %d of the cassette", e.Lost.Events, e.Line)
		}
	}
	return nil
}

// play is called for each session of the server.
func (s *Service) play(session *voicelivetest.Session) func(voicelivetest.Received) {
	s.mu.Lock()
	s.opened++
	number := s.opened
	s.mu.Unlock()
	p := newPlayer(session, s.cassette, number, &s.options, s.report)
	s.players.Go(p.run)
	return p.received
}

func (s *Service) report(d *Difference) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.differences = append(s.differences, d)
}

// Err returns the differences so far, each a *[Difference], or nil.
func (s *Service) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.differences...)
}

// Close ends all sessions at once. The error has the differences; what the client has not sent is one, and so are
// sessions of the cassette that it has not opened.
func (s *Service) Close() error {
	err := s.Server.Close()
	s.players.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		missing := map[int]bool{}
		for _, e := range s.cassette.Entries {
			if e.Session > s.opened && !missing[e.Session] {
				missing[e.Session] = true
				s.differences = append(s.differences, &Difference{Session: e.Session, Problem: "the client has not opened this session"})
			}
		}
	}
	return errors.Join(append([]error{err}, s.differences...)...)
}
