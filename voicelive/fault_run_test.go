package voicelive

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A run is one schedule as it happens, and what is to be judged about it.
type run struct {
	sc      *schedule
	real    bool // over TCP, in real time
	tb      testing.TB
	session *Session
	wg      sync.WaitGroup // of the services
	tap     *tap

	mu       sync.Mutex
	problems []string
	services []*service

	connectErr  error
	connectTook time.Duration

	received []int         // the numbers of the events
	last     error         // of Recv
	idle     time.Duration // since the consumer received
	longest  time.Duration // that it was idle
	sends    []sent
	firstEnd time.Time // of the first Close
	closes   []time.Duration
	ended    time.Time
}

type sent struct {
	sender, seq  int
	began, ended time.Time
	timeout      time.Duration
	do           string
	err          error
}

func (r *run) problem(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

// service is the one that the session is with.
func (r *run) service() *service { return r.services[len(r.services)-1] }

// play runs the schedule, and judges it.
func (r *run) play() {
	opts := testOptions(r.dial)
	opts.Limits = r.sc.limits
	if r.sc.begin.handshake == "retry" {
		opts.Retry = policy.RetryOptions{MaxRetries: 2, RetryDelay: time.Millisecond}
	}
	c := testClient(r.tb, opts)
	ctx, cancel := context.WithCancel(context.Background())
	if d := r.sc.begin.timeout; d > 0 {
		ctx, cancel = context.WithTimeout(context.Background(), d)
	}
	o := &ConnectOptions{Model: "m"}
	if r.sc.begin.configure {
		o.Session = &RequestSession{Instructions: new("x")}
	}
	began := time.Now()
	r.session, r.connectErr = c.Connect(ctx, o)
	r.connectTook = time.Since(began)
	ended := ctx.Err()
	cancel()
	if r.connectErr == nil {
		r.talk()
	}
	for _, v := range r.services {
		if k := v.ending(); r.connectErr == nil && k != "vanish" && k != "deaf" {
			r.until(r.scaled(time.Minute), v.gone) // what the client sent is still on its way
		}
		close(v.over)
	}
	r.wg.Wait()
	r.judge(ended)
}

func (r *run) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server, err := r.pair(ctx)
	if err != nil {
		return nil, err
	}
	fault := r.sc.begin.handshake
	if len(r.services) > 0 {
		fault = ""
	}
	v := newService(r, server)
	r.services = append(r.services, v)
	r.wg.Go(func() { v.serve(fault) })
	r.tap = &tap{Conn: client}
	return r.tap, nil
}

func (r *run) pair(ctx context.Context) (net.Conn, breakable, error) {
	if !r.real {
		client, server := wstest.NewLine(r.sc.up, r.sc.down)
		return client, server, nil
	}
	return tcpPair(ctx, r.sc)
}

// A tap sees what the session does to its connection.
type tap struct {
	net.Conn
	mu       sync.Mutex
	lastRead time.Time
	failed   time.Time // a write, other than because the session ended
}

func (c *tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.mu.Lock()
		c.lastRead = time.Now()
		c.mu.Unlock()
	}
	return n, err
}

func (c *tap) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		c.mu.Lock()
		c.failed = time.Now()
		c.mu.Unlock()
	}
	return n, err
}

// talk is the application's part, up to and with the end of the session.
func (r *run) talk() {
	s := r.session
	v := r.service()
	var watch, senders, others sync.WaitGroup
	quiet := make(chan struct{}) // closed when nothing is sent any more
	watch.Go(func() {
		<-s.Done()
		r.ended = time.Now()
	})
	others.Go(r.receive)
	for i, steps := range r.sc.senders {
		senders.Go(func() { r.send(i, steps) })
	}
	for _, c := range r.sc.closers {
		others.Go(func() {
			r.until(c.at, s.Done())
			r.close(c)
		})
	}
	if r.sc.inspector {
		others.Go(r.inspect)
	}
	others.Go(func() {
		senders.Wait()
		close(quiet)
	})
	// Without pings nobody notices that an answer does not come.
	r.until(r.scaled(10*time.Minute), quiet)
	select {
	case <-v.settled:
	case <-s.Done():
	}
	if k := v.ending(); k == "" || (k == "vanish" || k == "deaf") && r.sc.limits.PingInterval < 0 {
		r.until(r.sc.patience, s.Done())
	} else {
		r.until(max(r.scaled(10*time.Minute), time.Minute), s.Done()) // a busy machine is slow
		select {
		case <-s.Done():
		default:
			r.problem("the end is not noticed")
		}
	}
	r.close(departure{code: 1000})
	watch.Wait()
	others.Wait()
	r.afterwards()
}

// scaled is a time of a schedule.
func (r *run) scaled(d time.Duration) time.Duration {
	if r.real {
		return d / 100
	}
	return d
}

// until lets time pass, but not beyond done.
func (r *run) until(d time.Duration, done <-chan struct{}) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-done:
	}
}

func (r *run) close(c departure) {
	began := time.Now()
	r.mu.Lock()
	if r.firstEnd.IsZero() {
		r.firstEnd = began
	}
	r.mu.Unlock()
	err := r.session.CloseWith(c.code, c.reason)
	r.mu.Lock()
	r.closes = append(r.closes, time.Since(began))
	r.mu.Unlock()
	if err != nil {
		r.problem("Close: %v", err)
	}
}

// receive takes the steps of the schedule, and then everything until the end.
func (r *run) receive() {
	s := r.session
	background := context.Background()
	for _, step := range r.sc.receiver {
		switch step.kind {
		case "receive":
			r.got(s.Recv(background))
		case "borrow":
			r.got(s.RecvBorrowed(background))
		case "cancelled":
			ctx, cancel := context.WithTimeout(background, step.pause)
			r.got(s.Recv(ctx))
			cancel()
		case "pause":
			r.idle += step.pause
			r.longest = max(r.longest, r.idle)
			r.until(step.pause, s.Done())
		case "rival":
			ctx, cancel := context.WithTimeout(background, step.pause)
			rival := make(chan received)
			go func() { rival <- receivedOf(s.Recv(ctx)) }()
			first := receivedOf(s.Recv(ctx))
			second := <-rival
			if second.before(first) {
				first, second = second, first
			}
			r.got(first.ev, first.err)
			r.got(second.ev, second.err)
			cancel()
		}
	}
	for r.got(s.Recv(background)) {
	}
}

// received is what one of two rivals got: an event, or word of the other.
type received struct {
	ev  ServerEvent
	err error
}

func receivedOf(ev ServerEvent, err error) received { return received{ev, err} }

// before tells which of two events was received first, since both may get one.
func (x received) before(y received) bool {
	n, nErr := strconv.Atoi(eventNumber(x.ev, x.err))
	m, mErr := strconv.Atoi(eventNumber(y.ev, y.err))
	return nErr == nil && mErr == nil && n < m
}

// eventNumber is the number that the service gave an event; empty if there is none.
func eventNumber(ev ServerEvent, err error) string {
	if bad, ok := errors.AsType[*EventError](err); ok {
		_, rest, _ := bytes.Cut(bad.Raw, []byte(`"event_id":"`))
		number, _, _ := bytes.Cut(rest, []byte(`"`))
		return string(number)
	}
	if ev == nil {
		return ""
	}
	return ev.GetEventID()
}

// got notes what was received, and reports whether there may be more.
func (r *run) got(ev ServerEvent, err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.Is(err, ErrConcurrentRecv) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	if _, ok := errors.AsType[*EventError](err); ok {
		r.number(eventNumber(ev, err), -1)
		return true
	}
	if err != nil {
		r.last = err
		return false
	}
	size := -1
	switch e := ev.(type) {
	case *ServerEventWarning:
		size = len(e.Warning.Message)
	case *ServerEventResponseAudioDelta:
		size = base64.StdEncoding.EncodedLen(len(e.Delta))
	case *ServerEventConversationItemDeleted:
		size = len(e.ItemID)
	}
	r.number(ev.GetEventID(), size)
	return true
}

func (r *run) number(id string, size int) {
	r.idle = 0
	n, err := strconv.Atoi(id)
	if err != nil {
		n = -1
	}
	r.received = append(r.received, n)
	if size < 0 {
		return
	}
	if want := r.service().size(n); size != want {
		r.problems = append(r.problems, fmt.Sprintf("event %d has %d bytes, want %d", n, size, want))
	}
}

// send takes the steps of a sender, until the session takes no more.
func (r *run) send(sender int, steps []sending) {
	for seq, step := range steps {
		r.until(step.pause, r.session.Done())
		ctx, cancel := context.WithCancel(context.Background())
		if step.timeout > 0 {
			ctx, cancel = context.WithTimeout(ctx, step.timeout)
		} else if step.timeout < 0 {
			cancel()
		}
		id := fmt.Sprintf("%d %d %d .%s", sender, seq, step.size, step.do)
		id += strings.Repeat(".", max(step.size-len(id), 0))
		e := &ClientEventConversationItemDelete{ItemID: id}
		note := sent{sender: sender, seq: seq, began: time.Now(), timeout: step.timeout, do: step.do}
		if step.do == "" {
			note.err = r.session.Send(ctx, e)
		} else {
			var ev ServerEvent
			ev, note.err = r.session.Do(ctx, e)
			if deleted, ok := ev.(*ServerEventConversationItemDeleted); note.err == nil && (!ok || deleted.ItemID != id) {
				r.problem("Do %d/%d: the answer is %T", sender, seq, ev)
			}
		}
		note.ended = time.Now()
		cancel()
		r.mu.Lock()
		r.sends = append(r.sends, note)
		r.mu.Unlock()
	}
}

// inspect calls all that tells and changes nothing.
func (r *run) inspect() {
	s := r.session
	for range 100 {
		s.Stats()
		s.Err()
		_ = s.String() + s.ID() + s.RequestID()
		r.until(r.scaled(50*time.Millisecond), s.Done())
	}
}

// afterwards uses a session that has ended.
func (r *run) afterwards() {
	s := r.session
	if err := s.ClearInputAudioBuffer(context.Background()); !errors.Is(err, ErrNotSent) {
		r.problem("Send after the end: %v", err)
	}
	if _, err := s.Recv(context.Background()); err != r.last {
		r.problem("Recv after the end: %v, and before %v", err, r.last)
	}
	if n, _, high := s.conn.Queued(); n != 0 || high > max(r.sc.limits.QueueBytes, 4*s.limits.ReceiveBytes) {
		r.problem("%d events are left, and there were %d bytes", n, high)
	}
	if n := s.waiters.n.Load(); n != 0 {
		r.problem("%d waiters are left", n)
	}
}

// A tcpEnd is a TCP connection that can end in every way.
type tcpEnd struct {
	*net.TCPConn
	slice  int
	mu     sync.Mutex
	hole   chan struct{} // not nil once it has vanished; closed by Close
	closed bool
}

func tcpPair(ctx context.Context, sc *schedule) (net.Conn, *tcpEnd, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	client, err := new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	server, err := l.Accept()
	if err != nil {
		client.Close()
		return nil, nil, err
	}
	for conn, bytes := range map[net.Conn]int{client: sc.up.Window, server: sc.down.Window} {
		if bytes < 16<<10 {
			conn.(*net.TCPConn).SetWriteBuffer(bytes)
			conn.(*net.TCPConn).SetReadBuffer(bytes)
		}
	}
	return client, &tcpEnd{TCPConn: server.(*net.TCPConn), slice: sc.down.Slice}, nil
}

func (c *tcpEnd) vanished() chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hole
}

func (c *tcpEnd) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	if hole := c.vanished(); hole != nil {
		<-hole
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *tcpEnd) Write(p []byte) (n int, err error) {
	if c.vanished() != nil {
		return len(p), nil
	}
	for c.slice > 0 && len(p) > max(c.slice, 100) && err == nil {
		var m int
		m, err = c.TCPConn.Write(p[:max(c.slice, 100)])
		n, p = n+m, p[m:]
	}
	if err == nil {
		var m int
		m, err = c.TCPConn.Write(p)
		n += m
	}
	return n, err
}

func (c *tcpEnd) Vanish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hole = make(chan struct{})
}

func (c *tcpEnd) Close() error {
	c.mu.Lock()
	if c.hole != nil && !c.closed {
		close(c.hole)
	}
	c.closed = true
	c.mu.Unlock()
	return c.TCPConn.Close()
}

func (c *tcpEnd) Finish() { c.CloseWrite() }

func (c *tcpEnd) Abort() {
	c.SetLinger(0)
	c.Close()
}

func (c *tcpEnd) Arrival() time.Time { return time.Now() }
