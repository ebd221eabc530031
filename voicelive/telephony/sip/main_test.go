package sip

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// No goroutine outlives the tests.
func TestMain(m *testing.M) { wstest.Main(m) }

var loopback = netip.MustParsePrefix("127.0.0.1/32")

// listen returns an endpoint on the loopback that lasts as long as the test.
func listen(t *testing.T, o *Options) *Endpoint {
	t.Helper()
	e, err := Listen("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// hear receives until it has heard something.
func hear(ctx context.Context, c *Call, want []byte) error {
	var heard []byte
	for !bytes.Contains(heard, want) {
		in, err := c.Receive(ctx)
		if err != nil {
			return fmt.Errorf("after %d bytes: %w", len(heard), err)
		}
		heard = append(heard, in.Audio...)
	}
	return nil
}

// until receives until the call has ended, and returns what it heard.
func until(ctx context.Context, c *Call) (audio []byte, keys string, err error) {
	for {
		in, err := c.Receive(ctx)
		if err != nil {
			return audio, keys, err
		}
		audio = append(audio, in.Audio...)
		if in.Digit != 0 {
			keys += string(in.Digit)
		}
	}
}

// listenOn is a Serve that listens.
func listenOn(ctx context.Context, c *Call) error {
	if _, _, err := until(ctx, c); err != io.EOF {
		return err
	}
	return nil
}

// limit is how long something on the loopback may take on a machine that does something else.
const limit = time.Minute

// soon returns a context for one call of a method.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

// wait returns what a channel has, in time.
func wait[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(limit):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// stranger returns a socket that is nobody's.
func stranger(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}
