package voicelivetest

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// breakHandshake does a fault of a handshake. It reports whether the handshake goes on.
func (srv *Server) breakHandshake(conn net.Conn, r *bufio.Reader, req *http.Request, f Fault, h Handshake) bool {
	switch f.Kind {
	case HandshakeRefuse:
		refused := refuse(first(f.Status, http.StatusServiceUnavailable), "SimulatedFault", "The simulator refuses this request")
		if refused.body = f.Body; f.Delay > 0 {
			refused.header = http.Header{"Retry-After": {seconds(f.Delay)}}
		}
		srv.refused(conn, refused, h)
	case HandshakeClaims:
		refused := refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "The token does not have the claims that are needed")
		claims := base64.StdEncoding.EncodeToString([]byte(`{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}`))
		refused.header = http.Header{"Www-Authenticate": {fmt.Sprintf(
			`Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims=%q`, claims)}}
		srv.refused(conn, refused, h)
	case HandshakeRedirect:
		refused := refuse(first(f.Status, http.StatusTemporaryRedirect), "", "Moved")
		refused.header = http.Header{"Location": {f.Body}}
		srv.refused(conn, refused, h)
	case HandshakeRaw:
		io.WriteString(conn, f.Body)
	case HandshakeGarbage:
		conn.Write(bytes.Repeat([]byte{0x16, 0x03, 0xFF, 0x00}, first(f.N, 64)/4+1))
	case HandshakeAccept:
		io.WriteString(conn, strings.Replace(string(acceptance(req, h.RequestID, "")), "Sec-WebSocket-Accept: ", "Sec-WebSocket-Accept: A", 1))
	case HandshakeFlood:
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\n")
		line := []byte("X-Flood: " + strings.Repeat("x", 1000) + "\r\n")
		for n := 0; f.N == 0 || n < f.N; n += len(line) {
			if _, err := conn.Write(line); err != nil {
				break
			}
		}
	case HandshakeStall:
		return srv.stall(conn, r, f.Delay)
	case HandshakeDrop:
	default:
		return true // later, with the reply
	}
	return false
}

// refused replies, and records it.
func (srv *Server) refused(conn net.Conn, refused *refusal, h Handshake) {
	h.Status = refused.status
	srv.leave(h.index, h)
	srv.options.Logger.Warn("refused", "path", h.URL.Path, "status", refused.status, "reason", refused.message)
	refused.write(conn, h.RequestID)
}

// stall waits for a time, or for the client to hang up if the time is 0.
func (srv *Server) stall(conn net.Conn, r *bufio.Reader, d time.Duration) bool {
	if d > 0 {
		conn.SetReadDeadline(time.Now().Add(d))
	}
	_, err := r.Peek(1)
	conn.SetReadDeadline(time.Time{})
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// welcome replies with status 101, as far as the script lets it.
func (srv *Server) welcome(conn net.Conn, req *http.Request, h Handshake, script Script) error {
	f, _ := script.handshake()
	var extra string
	switch f.Kind {
	case HandshakeExtension:
		extra = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"
	case HandshakeProtocol:
		extra = "Sec-WebSocket-Protocol: " + first(f.Body, "forced") + "\r\n"
	}
	reply := acceptance(req, h.RequestID, extra)
	if f.Kind != HandshakeSlow {
		_, err := conn.Write(reply)
		return err
	}
	for i := range reply {
		if !srv.stall(conn, bufio.NewReader(conn), first(f.Delay, 10*time.Millisecond)) {
			return io.ErrUnexpectedEOF
		}
		if _, err := conn.Write(reply[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}
