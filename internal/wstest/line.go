package wstest

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// A line is what its two ends share.
type line struct {
	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever anything changes
	waiting bool          // somebody waits for that
	hole    bool          // what is written disappears
}

// LineOptions are of one direction of a line.
type LineOptions struct {
	Latency   time.Duration
	PerSecond int // bytes; 0 is no limit
	Window    int // bytes that may be written and not yet read
	Slice     int // most bytes of a read; 0 is no limit
}

// A direction is what is on its way to one end.
type direction struct {
	LineOptions
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

// A LineConn is one end of a line, which is a network in memory: see [NewLine].
type LineConn struct {
	line            *line
	in, out         *direction
	closed          bool
	readBy, writeBy time.Time
}

// NewLine returns the ends of a network in memory, for virtual time. Unlike net.Pipe it
// has buffers, takes its time, and breaks as TCP does. What the client writes is subject
// to up, what the peer writes to down.
func NewLine(up, down LineOptions) (client, peer *LineConn) {
	l := &line{changed: make(chan struct{})}
	u, d := &direction{LineOptions: up}, &direction{LineOptions: down}
	return &LineConn{line: l, in: d, out: u}, &LineConn{line: l, in: u, out: d}
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

func (c *LineConn) Read(p []byte) (n int, err error) {
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
	if d.Slice > 0 {
		p = p[:min(len(p), d.Slice)]
	}
	first := &d.packets[0]
	n := copy(p, first.data)
	d.buffered -= n
	if first.data = first.data[n:]; len(first.data) == 0 {
		d.packets = d.packets[1:]
	}
	return n
}

func (c *LineConn) Write(p []byte) (n int, err error) {
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
			case out.buffered >= out.Window:
				return earliest(c.writeBy, out.refused), false
			default:
				wrote = min(out.Window-out.buffered, len(p)-n)
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
	if d.PerSecond > 0 {
		d.busy = d.busy.Add(time.Duration(len(p.data)) * time.Second / time.Duration(d.PerSecond))
	}
	d.last = d.busy.Add(d.Latency)
	p.at = d.last
	d.packets = append(d.packets, p)
}

// Close sends what was written and then a FIN, or a RST if not all was read, as TCP does.
func (c *LineConn) Close() error {
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
func (c *LineConn) hangUp(now time.Time, end error) {
	if c.line.hole {
		return
	}
	c.out.put(now, packet{end: end})
	c.in.refused = c.out.last
}

// Finish sends a FIN, and goes on reading.
func (c *LineConn) Finish() {
	c.line.change(func(now time.Time) {
		if !c.line.hole {
			c.out.put(now, packet{end: io.EOF})
		}
	})
}

// Abort sends a RST, which overtakes what is on its way.
func (c *LineConn) Abort() {
	c.line.change(func(now time.Time) {
		c.closed = true
		c.out.packets = nil
		c.hangUp(now, errReset)
	})
}

// Vanish drops what is on its way, and all that follows, in both directions.
func (c *LineConn) Vanish() {
	c.line.change(func(time.Time) {
		c.line.hole = true
		c.in.packets, c.out.packets = nil, nil
	})
}

// Arrival returns when what was written last is there to be read.
func (c *LineConn) Arrival() time.Time {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	return c.out.last
}

func (c *LineConn) SetDeadline(t time.Time) error {
	c.line.change(func(time.Time) { c.readBy, c.writeBy = t, t })
	return nil
}

func (c *LineConn) SetReadDeadline(t time.Time) error {
	c.line.change(func(time.Time) { c.readBy = t })
	return nil
}

func (c *LineConn) SetWriteDeadline(t time.Time) error {
	c.line.change(func(time.Time) { c.writeBy = t })
	return nil
}

func (c *LineConn) LocalAddr() net.Addr  { return lineAddr{} }
func (c *LineConn) RemoteAddr() net.Addr { return lineAddr{} }

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
