package voicelivetest

import (
	"context"
	"net"
	"os"
	"sync"
	"time"
)

// Link is a slow or broken line. [Link.Wrap] puts it below one side of a connection and affects only the bytes that this
// side writes; wrap both sides for both directions. The zero value is a good line. All waiting is by the clock of package
// time, which may be virtual.
type Link struct {
	// Latency passes before written bytes arrive. Writes wait for it only if 256 KiB are on their way.
	Latency time.Duration
	// Bandwidth is in bytes per second. 0 is no limit. Writes block to keep to it.
	Bandwidth int
	// Slice cuts writes into pieces of at most that many bytes. 0 does not cut.
	Slice int
	// CutAfter hangs up once that many bytes were written. 0 never does.
	CutAfter int
	// BlackHoleAfter discards everything once that many bytes were written, and reports success. 0 never does.
	BlackHoleAfter int
}

// window is how many bytes may be on their way.
const window = 256 << 10

// Wrap puts the line below one side of a connection. Close joins its goroutine and closes conn.
func (l Link) Wrap(conn net.Conn) net.Conn {
	if l == (Link{}) {
		return conn
	}
	c := &linkConn{Conn: conn, link: l, done: make(chan struct{}), moved: make(chan struct{}), deadline: make(chan struct{})}
	if l.Latency > 0 {
		c.underway = make(chan packet, 1<<10)
		c.deliveries.Go(c.deliver)
	}
	return c
}

// Dial wraps a dial function such as [Server.DialContext]: its connections have the line below them.
func (l Link) Dial(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return l.Wrap(conn), nil
	}
}

type linkConn struct {
	net.Conn
	link       Link
	done       chan struct{}
	closing    sync.Once
	closed     error
	deliveries sync.WaitGroup
	underway   chan packet

	mu       sync.Mutex
	written  int
	flying   int           // bytes underway
	moved    chan struct{} // closed and replaced when flying shrinks or failed is set
	failed   error         // of a delivery
	expires  time.Time     // of writes
	deadline chan struct{} // closed and replaced when expires changes
}

// packet is bytes that arrive at a time.
type packet struct {
	at    time.Time
	bytes []byte
}

// NetConn is the connection below the line.
func (c *linkConn) NetConn() net.Conn { return c.Conn }

func (c *linkConn) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		size := len(b)
		if c.link.Slice > 0 {
			size = min(size, c.link.Slice)
		}
		m, err := c.piece(b[:size])
		n += m
		if err != nil {
			return n, err
		}
		b = b[size:]
	}
	return n, nil
}

// piece writes one piece, as far as the line lets it.
func (c *linkConn) piece(b []byte) (int, error) {
	c.mu.Lock()
	before := c.written
	c.written += len(b)
	c.mu.Unlock()
	if limit := c.link.BlackHoleAfter; limit > 0 && before >= limit {
		return len(b), nil
	}
	whole := len(b)
	if limit := c.link.CutAfter; limit > 0 && before+len(b) > limit {
		b = b[:max(limit-before, 0)]
	}
	if c.link.Bandwidth > 0 {
		if err := c.wait(time.After(time.Duration(len(b))*time.Second/time.Duration(c.link.Bandwidth)), nil); err != nil {
			return 0, err
		}
	}
	n, err := c.pass(b)
	if err == nil && n < whole {
		c.Close()
		err = net.ErrClosed
	}
	return n, err
}

// pass gives bytes to the connection, now or later.
func (c *linkConn) pass(b []byte) (int, error) {
	if c.link.Latency == 0 {
		return c.Conn.Write(b)
	}
	for {
		c.mu.Lock()
		moved, failed, room := c.moved, c.failed, c.flying == 0 || c.flying+len(b) <= window
		if failed == nil && room {
			c.flying += len(b)
		}
		c.mu.Unlock()
		switch {
		case failed != nil:
			return 0, failed
		case room:
			select {
			case c.underway <- packet{time.Now().Add(c.link.Latency), append([]byte(nil), b...)}:
				return len(b), nil
			case <-c.done:
				return 0, net.ErrClosed
			}
		}
		if err := c.wait(nil, moved); err != nil {
			return 0, err
		}
	}
}

// deliver writes the bytes that are underway when they are due, until the line is closed.
func (c *linkConn) deliver() {
	for {
		select {
		case p := <-c.underway:
			select {
			case <-time.After(time.Until(p.at)):
			case <-c.done:
				return
			}
			_, err := c.Conn.Write(p.bytes)
			c.mu.Lock()
			c.flying -= len(p.bytes)
			c.failed = err
			close(c.moved)
			c.moved = make(chan struct{})
			c.mu.Unlock()
			if err != nil {
				return
			}
		case <-c.done:
			return
		}
	}
}

// wait waits for one of two channels, of which one may be nil, for the write deadline, or for the end.
func (c *linkConn) wait(timer <-chan time.Time, moved <-chan struct{}) error {
	for {
		c.mu.Lock()
		changed, expires := c.deadline, c.expires
		c.mu.Unlock()
		var expired <-chan time.Time
		if !expires.IsZero() {
			expired = time.After(time.Until(expires))
		}
		select {
		case <-timer:
			return nil
		case <-moved:
			return nil
		case <-changed:
		case <-expired:
			return os.ErrDeadlineExceeded
		case <-c.done:
			return net.ErrClosed
		}
	}
}

func (c *linkConn) SetDeadline(t time.Time) error {
	c.expire(t)
	return c.Conn.SetDeadline(t)
}

func (c *linkConn) SetWriteDeadline(t time.Time) error {
	c.expire(t)
	if c.link.Latency > 0 {
		return nil // deliveries have no deadline: those bytes were written
	}
	return c.Conn.SetWriteDeadline(t)
}

func (c *linkConn) expire(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expires = t
	close(c.deadline)
	c.deadline = make(chan struct{})
}

// Close hangs up. Bytes that have not arrived are lost.
func (c *linkConn) Close() error {
	c.closing.Do(func() {
		close(c.done)
		c.closed = c.Conn.Close()
		c.deliveries.Wait()
	})
	return c.closed
}
