package e2e_test

import (
	"net"
	"sync"
)

// A network is a listener whose connections can break.
type network struct {
	net.Listener

	mu    sync.Mutex
	conns []*conn
}

func (n *network) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	wrapped := &conn{Conn: c, stalled: make(chan struct{})}
	n.conns = append(n.conns, wrapped)
	return wrapped, nil
}

// cut resets all connections.
func (n *network) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.conns {
		_ = c.Conn.(*net.TCPConn).SetLinger(0) // a RST
		_ = c.Conn.Close()
	}
}

// stall loses whatever the server sends from now on, without a word.
func (n *network) stall() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.conns {
		c.once.Do(func() { close(c.stalled) })
	}
}

type conn struct {
	net.Conn
	stalled chan struct{}
	once    sync.Once
}

func (c *conn) Write(p []byte) (int, error) {
	select {
	case <-c.stalled:
		return len(p), nil
	default:
		return c.Conn.Write(p)
	}
}

// Read loses what has come since the network stalled.
func (c *conn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		select {
		case <-c.stalled:
			if err != nil {
				return 0, err
			}
		default:
			return n, err
		}
	}
}
