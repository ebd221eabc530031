package live

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// Accept replies to the opening handshake, and returns the bytes that were read after it.
func Accept(conn net.Conn) ([]byte, error) {
	br := bufio.NewReader(conn)
	req, err := http.ReadRequest(br)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(wstest.Acceptance(req, "")); err != nil {
		return nil, err
	}
	return buffered(br)
}

// buffered is what was read and not taken.
func buffered(br *bufio.Reader) ([]byte, error) {
	rest := make([]byte, br.Buffered())
	_, err := io.ReadFull(br, rest)
	return rest, err
}

// Dial speaks the opening handshake of a client over TCP. Nothing that the server
// sends after its reply is lost.
func Dial(ctx context.Context, dial wstest.Dial, addr string) (net.Conn, []byte, error) {
	conn, err := dial(ctx, "tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", addr)
	br := bufio.NewReader(conn)
	resp, err := http.ReadResponse(br, nil)
	if err == nil && resp.StatusCode != http.StatusSwitchingProtocols {
		err = fmt.Errorf("the server replies %s", resp.Status)
	}
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	rest, err := buffered(br)
	return conn, rest, err
}
