package ws

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// testConfig is a configuration with the default limits of a client.
func testConfig(t testing.TB, dial wstest.Dial) Config {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://service.test/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Request:        req,
		DialContext:    dial,
		Proxy:          func(*http.Request) (*url.URL, error) { return nil, nil },
		AllowClearText: true,
		Limits: Limits{
			HandshakeTimeout:    30 * time.Second,
			WriteTimeout:        10 * time.Second,
			CloseTimeout:        3 * time.Second,
			PingInterval:        20 * time.Second,
			PongTimeout:         10 * time.Second,
			SlowConsumerTimeout: 30 * time.Second,
			DrainTimeout:        500 * time.Millisecond,
			ReceiveBytes:        32 << 20,
			QueueEvents:         1024,
			QueueBytes:          8 << 20,
		},
	}
}

// serve connects over a pipe to a script, which runs in a goroutine of its own; its
// connection is closed when it returns. The function that is returned closes the
// client's connection and joins the script.
func serve(t testing.TB, adjust func(*Config), script func(p *wstest.Peer)) (c *Conn, stop func()) {
	t.Helper()
	return serveOver(t, wstest.Pipes, adjust, script)
}

// loopback is TCP.
func loopback(t testing.TB) func() (wstest.Dial, <-chan net.Conn) {
	return func() (wstest.Dial, <-chan net.Conn) {
		dial, conns, l, err := wstest.Loopback()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		return dial, conns
	}
}

func serveOver(t testing.TB, over func() (wstest.Dial, <-chan net.Conn), adjust func(*Config), script func(p *wstest.Peer)) (c *Conn, stop func()) {
	t.Helper()
	dial, accepted := over()
	config := testConfig(t, dial)
	if adjust != nil {
		adjust(&config)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		conn := <-accepted
		defer conn.Close()
		p, err := wstest.Accept(conn)
		if err != nil {
			t.Errorf("handshake: %v", err)
			return
		}
		script(p)
	})
	c, _, err := Dial(context.Background(), config)
	if err != nil {
		t.Fatalf("Dial: %v", err)
	}
	c.Start(func([]byte) {}, func() {})
	return c, func() {
		c.Close(1000, "")
		wg.Wait()
	}
}
