package voicelivetest

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Session is one connection as the service sees it. Its methods may be called from any goroutine, and from a
// [Responder] too, except those that wait.
type Session struct {
	records
	srv       *Server
	index     int
	handshake Handshake
	faults    Script
	conn      net.Conn
	frames    frameReader
	in        chan func()
	calls     calls
	out       *outbox
	quit      chan struct{} // closed by stop
	done      chan struct{} // closed when run has returned
	stopping  sync.Once

	// Three goroutines serve the session: one reads, one writes, and one, the loop, decides. Of the loop:
	rtc          bool
	ids          map[string]int  // the last number given, by prefix
	taken        map[string]bool // identifiers that are in use
	timers       []timer
	alarm        *time.Timer
	handled      int  // events of the client
	closing      bool // a close frame has been queued
	config       config
	conversation conversation
	input        input
	responded    int // responses so far
	responses    []*response
	active       *response   // the one of them that is part of the conversation; nil if there is none
	pending      []func()    // for after the active response
	played       []*playback // audio that may still be playing
	expected     int         // counts the responses that the service was about to create by itself
	speechBegan  time.Time   // of the user, when it was told
	approvals    map[string]*mcpCall
	listed       map[string]time.Time // when the tools of an MCP server are known, by label
	avatar       bool                 // the avatar's media is connected
	rules        rules                // faults of the client's events
	play         func(Received)       // in place of the simulation; nil if there is none

	// Of the reader and the writer.
	notReading     atomic.Bool // the reader has stopped
	discarding     atomic.Bool // the reader takes everything and ignores it
	silent         atomic.Bool // the writer has stopped
	numbers        int         // event_ids given by the writer
	written        int         // events
	losses         rules       // faults of the service's events
	pendingChanges []*Fault    // of the next event
}

// String names the session, whose other fields are in use.
func (s *Session) String() string { return "voicelivetest.Session(" + strconv.Itoa(s.index) + ")" }

// timer is something to do later.
type timer struct {
	at time.Time
	do func()
}

func newSession(srv *Server, conn net.Conn, r *bufio.Reader, req *http.Request, index int, h Handshake, faults Script) *Session {
	now := time.Now()
	s := &Session{
		records:   records{began: now, forget: srv.options.Forget},
		srv:       srv,
		index:     index,
		handshake: h,
		faults:    faults,
		conn:      conn,
		frames:    frameReader{r: r, limit: srv.options.MessageLimit},
		in:        make(chan func()),
		calls:     calls{ready: make(chan struct{}, 1)},
		out:       newOutbox(),
		quit:      make(chan struct{}),
		done:      make(chan struct{}),
		rtc:       strings.HasSuffix(req.URL.Path, pathRTC),
		ids:       map[string]int{},
		taken:     map[string]bool{},
		approvals: map[string]*mcpCall{},
		listed:    map[string]time.Time{},
	}
	query := req.URL.Query()
	if srv.options.ForgetThreads {
		query.Del("conversation-id")
	}
	s.config = defaultConfig(query, srv.options.DefaultModel, fmt.Sprintf("sess_%d", index+1))
	if srv.options.TellExpiry {
		s.config.members["expires_at"] = encode(time.Now().Add(srv.options.SessionLimit).Unix())
	}
	return s
}

// Handshake is the request that opened the session.
func (s *Session) Handshake() Handshake { return s.handshake }

// Script returns the faults of this connection.
func (s *Session) Script() Script { return s.faults }

// run serves the session until it ends, and leaves no goroutine behind.
func (s *Session) run() {
	defer close(s.done)
	var peers sync.WaitGroup
	peers.Go(s.read)
	peers.Go(s.write)
	s.loop()
	hangUp(s.conn)
	peers.Wait()
	s.logEnd()
	if s.srv.options.Lenient {
		return
	}
	for _, v := range s.Violations() {
		s.srv.report("session %d: the client broke RFC 6455: %w", s.index, v)
	}
}

// stop ends the session; the first end counts. If a fault has caused the end, it is the end of the fault, otherwise that of
// the first close frame. It does not wait.
func (s *Session) stop(end End) {
	s.stopping.Do(func() {
		s.change(func() {
			if cause := cmp.Or(s.because, s.firstClose); cause != nil {
				err := end.Err
				end = *cause
				end.Err = err
			}
			s.end = &end
		})
		close(s.quit)
	})
}

func (s *Session) loop() {
	s.alarm = time.NewTimer(time.Hour)
	defer s.alarm.Stop()
	defer s.abandon()
	s.logBegin()
	s.begin()
	for {
		s.rest()
		select {
		case do := <-s.in:
			do()
		case <-s.calls.ready:
			for _, do := range s.calls.take() {
				do()
			}
		case <-s.alarm.C:
		case <-s.out.drained:
		case <-s.quit:
			return
		}
	}
}

// begin starts the timers of the session, and announces the session to the client.
func (s *Session) begin() {
	s.input.reset(s)
	for i, f := range s.faults {
		if f.After > 0 && !f.Kind.Handshake() {
			s.after(f.After, func() { s.fire(i) })
		}
	}
	s.fireAt(0)
	if s.srv.options.Play != nil {
		s.play = s.srv.options.Play(s)
		return
	}
	s.after(s.srv.options.SessionLimit, s.expire)
	s.emit(&voicelive.ServerEventSessionCreated{Session: s.config.session()})
}

// rest does everything that is due, and sets the alarm for what comes next.
func (s *Session) rest() {
	for {
		now := time.Now()
		var due bool
		if len(s.timers) > 0 && !s.timers[0].at.After(now) {
			do := s.timers[0].do
			s.timers = s.timers[1:]
			do()
			due = true
		}
		if r := s.nextResponse(); r != nil && !r.due.After(now) && !s.out.full(highWater) {
			r.step()
			due = true
		}
		if !due {
			s.wake(now)
			return
		}
		select {
		case <-s.quit:
			return
		default:
		}
	}
}

func (s *Session) wake(now time.Time) {
	next := time.Hour
	if len(s.timers) > 0 {
		next = min(next, s.timers[0].at.Sub(now))
	}
	if r := s.nextResponse(); r != nil && r.due.After(now) {
		next = min(next, r.due.Sub(now))
	}
	s.alarm.Reset(next)
}

// soon does something after a delay, or now if there is none.
func (s *Session) soon(delay time.Duration, do func()) {
	if delay > 0 {
		s.after(delay, do)
		return
	}
	do()
}

// after schedules do on the loop.
func (s *Session) after(d time.Duration, do func()) {
	t := timer{time.Now().Add(d), do}
	i, _ := slices.BinarySearchFunc(s.timers, t, func(a, b timer) int {
		return cmp.Or(a.at.Compare(b.at), -1) // after those of the same time
	})
	s.timers = slices.Insert(s.timers, i, t)
}

// expire ends a session as the service does when its time is over.
func (s *Session) expire() {
	s.tellError(problem{kind: "invalid_request_error", code: "session_expired", message: "The session has reached its maximum duration"})
	s.goodbye(closeGoingAway, "session_expired: maximum duration reached")
}

// goodbye sends a close frame after all that waits, and gives the client some time to reply.
func (s *Session) goodbye(code int, reason string) {
	if s.closing {
		return
	}
	s.closing = true
	s.abandon()
	s.out.put(outgoing{close: &closing{code, reason}})
	s.after(s.srv.options.CloseTimeout, func() { s.stop(End{By: ByServer, Code: code, Reason: reason, Err: errNoClose}) })
}

// id makes an identifier that is not in use: the prefix and the next number, between them the number of the session
// if it is not the first.
func (s *Session) id(prefix string) string {
	if s.index > 0 {
		prefix = fmt.Sprintf("%s_%d", prefix, s.index+1)
	}
	for {
		s.ids[prefix]++
		if id := fmt.Sprintf("%s_%d", prefix, s.ids[prefix]); !s.taken[id] {
			s.taken[id] = true
			return id
		}
	}
}

// emit queues an event. Nothing follows a close frame.
func (s *Session) emit(event voicelive.ServerEvent) {
	if s.closing {
		return
	}
	text, err := event.MarshalJSON()
	if err != nil {
		s.srv.report("session %d: encode %s: %w", s.index, event.EventType(), err)
		return
	}
	s.out.put(outgoing{kind: event.EventType(), event: text, id: event.GetEventID()})
}

// Inject sends any event of the service. It does not wait: the event follows the events that the session has already
// produced. An event without an event_id gets the next number. Nothing is sent after the end.
func (s *Session) Inject(event voicelive.ServerEvent) {
	s.calls.put(func() { s.emit(event) })
}

// InjectJSON is [Session.Inject] for events that Go types cannot express: text is sent as it is, with an event_id in
// front if it is a JSON object without one.
func (s *Session) InjectJSON(text []byte) {
	text = slices.Clone(text)
	s.calls.put(func() {
		if s.closing {
			return
		}
		var tags struct {
			Type    voicelive.ServerEventType `json:"type"`
			EventID string                    `json:"event_id"`
		}
		if json.Unmarshal(text, &tags) != nil {
			tags.EventID = "none" // what is not an object has no place for one
		}
		s.out.put(outgoing{kind: tags.Type, event: text, id: tags.EventID})
	})
}

// CloseWith sends a close frame after the events that the session has produced, and ends when the client has replied
// or after [Options.CloseTimeout]. It does not wait. Code 1005 sends a frame without a body.
func (s *Session) CloseWith(code int, reason string) {
	s.calls.put(func() { s.goodbye(code, reason) })
}

// Abort drops the connection without a close frame: with an RST over TCP. It does not wait.
func (s *Session) Abort() {
	reset(s.conn)
	s.stop(End{By: ByServer, Err: net.ErrClosed})
}

// calls are functions of other goroutines that the loop runs. They never block.
type calls struct {
	mu    sync.Mutex
	list  []func()
	ready chan struct{} // one slot
}

func (c *calls) put(do func()) {
	c.mu.Lock()
	c.list = append(c.list, do)
	c.mu.Unlock()
	signal(c.ready)
}

func (c *calls) take() []func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.list
	c.list = nil
	return list
}
