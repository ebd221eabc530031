package voicelive

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// A line is a network in memory between a client and a peer, for virtual time. Unlike
// net.Pipe it has buffers, takes its time, and breaks as TCP does.
type line struct {
	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever anything changes
	waiting bool          // somebody waits for that
	hole    bool          // what is written disappears
}

// lineOptions are of one direction.
type lineOptions struct {
	latency   time.Duration
	perSecond int // bytes; 0 is no limit
	window    int // bytes that may be written and not yet read
	slice     int // most bytes of a read; 0 is no limit
}

// A direction is what is on its way to one end.
type direction struct {
	lineOptions
	packets  []packet
	buffered int       // bytes written and not yet read
	busy     time.Time // the bytes so far occupy the line until then
	last     time.Time // when the latest packet arrives
	refused  time.Time // writes fail from then on; zero is never
}

// A packet is data, or the end of it.
type packet struct {
	at   time.Time
	data []byte
	end  error
}

// A lineConn is one end of a line.
type lineConn struct {
	line            *line
	in, out         *direction
	closed          bool
	readBy, writeBy time.Time
}

func newLine(up, down lineOptions) (client, peer *lineConn) {
	l := &line{changed: make(chan struct{})}
	u, d := &direction{lineOptions: up}, &direction{lineOptions: down}
	return &lineConn{line: l, in: d, out: u}, &lineConn{line: l, in: u, out: d}
}

// until calls try under the lock, at every change and at the time that it asks for, until it is done.
func (l *line) until(try func(now time.Time) (again time.Time, done bool)) {
	for {
		l.mu.Lock()
		again, done := try(time.Now())
		changed := l.changed
		l.waiting = l.waiting || !done
		l.mu.Unlock()
		if done {
			return
		}
		if again.IsZero() {
			<-changed
			continue
		}
		timer := time.NewTimer(time.Until(again))
		select {
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// change does f and tells everybody who waits.
func (l *line) change(f func(now time.Time)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(time.Now())
	if l.waiting {
		close(l.changed)
		l.changed, l.waiting = make(chan struct{}), false
	}
}

func (c *lineConn) Read(p []byte) (n int, err error) {
	c.line.until(func(now time.Time) (time.Time, bool) {
		in := c.in
		switch {
		case c.closed:
			err = &net.OpError{Op: "read", Net: "line", Err: net.ErrClosed}
		case past(c.readBy, now):
			err = os.ErrDeadlineExceeded
		case len(in.packets) == 0:
			return c.readBy, false
		case in.packets[0].at.After(now):
			return earliest(c.readBy, in.packets[0].at), false
		case in.packets[0].end != nil:
			err = in.packets[0].end
		default:
			n = in.take(p)
		}
		return time.Time{}, true
	})
	if n > 0 {
		c.line.change(func(time.Time) {}) // there is room
	}
	return n, err
}

// take moves bytes of the first packet to p.
func (d *direction) take(p []byte) int {
	if d.slice > 0 {
		p = p[:min(len(p), d.slice)]
	}
	first := &d.packets[0]
	n := copy(p, first.data)
	d.buffered -= n
	if first.data = first.data[n:]; len(first.data) == 0 {
		d.packets = d.packets[1:]
	}
	return n
}

func (c *lineConn) Write(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		wrote := 0
		c.line.until(func(now time.Time) (time.Time, bool) {
			out := c.out
			switch {
			case c.closed:
				err = &net.OpError{Op: "write", Net: "line", Err: net.ErrClosed}
			case past(out.refused, now):
				err = &net.OpError{Op: "write", Net: "line", Err: syscall.EPIPE}
			case past(c.writeBy, now):
				err = os.ErrDeadlineExceeded
			case out.buffered >= out.window:
				return earliest(c.writeBy, out.refused), false
			default:
				wrote = min(out.window-out.buffered, len(p)-n)
				out.buffered += wrote
				if !c.line.hole {
					out.put(now, packet{data: append([]byte(nil), p[n:n+wrote]...)})
				}
			}
			return time.Time{}, true
		})
		if n += wrote; wrote > 0 {
			c.line.change(func(time.Time) {}) // there is something to read
		}
	}
	return n, err
}

// put lets a packet arrive behind those before it.
func (d *direction) put(now time.Time, p packet) {
	if d.busy.Before(now) {
		d.busy = now
	}
	if d.perSecond > 0 {
		d.busy = d.busy.Add(time.Duration(len(p.data)) * time.Second / time.Duration(d.perSecond))
	}
	d.last = d.busy.Add(d.latency)
	p.at = d.last
	d.packets = append(d.packets, p)
}

// Close sends what was written and then a FIN, or a RST if not all was read, as TCP does.
func (c *lineConn) Close() error {
	c.line.change(func(now time.Time) {
		if c.closed {
			return
		}
		c.closed = true
		end := io.EOF
		if len(c.in.packets) > 0 {
			end = errReset
		}
		c.in.packets = nil
		c.hangUp(now, end)
	})
	return nil
}

// hangUp tells the other end. The caller has the lock.
func (c *lineConn) hangUp(now time.Time, end error) {
	if c.line.hole {
		return
	}
	c.out.put(now, packet{end: end})
	c.in.refused = c.out.last
}

// finish sends a FIN, and goes on reading.
func (c *lineConn) finish() {
	c.line.change(func(now time.Time) {
		if !c.line.hole {
			c.out.put(now, packet{end: io.EOF})
		}
	})
}

// abort sends a RST, which overtakes what is on its way.
func (c *lineConn) abort() {
	c.line.change(func(now time.Time) {
		c.closed = true
		c.out.packets = nil
		c.hangUp(now, errReset)
	})
}

// vanish drops what is on its way, and all that follows, in both directions.
func (c *lineConn) vanish() {
	c.line.change(func(time.Time) {
		c.line.hole = true
		c.in.packets, c.out.packets = nil, nil
	})
}

// arrival returns when what was written last is there to be read.
func (c *lineConn) arrival() time.Time {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	return c.out.last
}

func (c *lineConn) SetDeadline(t time.Time) error {
	c.line.change(func(time.Time) { c.readBy, c.writeBy = t, t })
	return nil
}

func (c *lineConn) SetReadDeadline(t time.Time) error {
	c.line.change(func(time.Time) { c.readBy = t })
	return nil
}

func (c *lineConn) SetWriteDeadline(t time.Time) error {
	c.line.change(func(time.Time) { c.writeBy = t })
	return nil
}

func (c *lineConn) LocalAddr() net.Addr  { return lineAddr{} }
func (c *lineConn) RemoteAddr() net.Addr { return lineAddr{} }

type lineAddr struct{}

func (lineAddr) Network() string { return "line" }
func (lineAddr) String() string  { return "line" }

var errReset = &net.OpError{Op: "read", Net: "line", Err: syscall.ECONNRESET}

func past(deadline, now time.Time) bool { return !deadline.IsZero() && !now.Before(deadline) }

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// The tests with lines are worth what the line is.
func TestALineIsLikeTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const latency = 10 * time.Millisecond
		client, peer := newLine(lineOptions{latency: latency, perSecond: 1000, window: 100}, lineOptions{latency: latency, window: 100, slice: 3})
		began := time.Now()
		elapsed := func(want time.Duration) {
			t.Helper()
			if got := time.Since(began); got != want {
				t.Errorf("after %v, want %v", got, want)
			}
		}
		go peer.Write([]byte("hello"))
		buf := make([]byte, 100)
		n, _ := client.Read(buf)
		elapsed(latency)
		m, _ := client.Read(buf[n:])
		if string(buf[:n]) != "hel" || string(buf[n:n+m]) != "lo" {
			t.Errorf("got %q, %q", buf[:n], buf[n:n+m])
		}
		client.Write(make([]byte, 100)) // fills the window, and takes a tenth of a second
		client.SetWriteDeadline(time.Now().Add(latency))
		if _, err := client.Write([]byte{1}); !os.IsTimeout(err) {
			t.Errorf("got %v", err)
		}
		elapsed(2 * latency)
		io.ReadFull(peer, buf)
		elapsed(2*latency + 100*time.Millisecond)

		client.SetWriteDeadline(time.Time{})
		peer.Write([]byte("x"))
		client.Write([]byte("not read"))
		synctest.Wait()
		peer.Close()
		time.Sleep(latency)
		if _, err := client.Write([]byte("y")); err == nil {
			t.Error("a write behind the end")
		}
		if n, err := client.Read(buf); n != 1 || err != nil {
			t.Errorf("what came before the end: %d, %v", n, err)
		}
		if _, err := client.Read(buf); err != errReset {
			t.Errorf("got %v", err)
		}
	})
}
