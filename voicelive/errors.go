package voicelive

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/ws"
)

// ErrNotSent is wrapped by each error of a send that wrote nothing to the network. The
// session continues, unless the error also wraps [ErrClosed] or a [*SessionError].
var ErrNotSent = errors.New("not sent")

// ErrClosed is wrapped by errors of a session that ended without a failure: by
// [Session.Close], or by the service with code 1000.
var ErrClosed = errors.New("the session is closed")

// ErrConcurrentRecv is returned by a receive while another receive waits. A session
// has one consumer at a time.
var ErrConcurrentRecv = errors.New("voicelive: Recv is already waiting in another goroutine")

// ErrNoConfirmation is wrapped, with [ErrNotSent], by the error of [Session.Do] for
// an event that the service does not confirm. Use [Session.Send].
var ErrNoConfirmation = errors.New("the service does not confirm such an event")

// An ErrorKind says why a session failed. Its values are lowercase words joined by
// underscores, so that they can label a metric.
type ErrorKind string

// The kinds of failures.
const (
	KindNetwork        ErrorKind = "network"         // the connection broke: EOF, reset, a write that took too long, codes 1005 and 1006
	KindKeepAlive      ErrorKind = "keep_alive"      // nothing arrived within PongTimeout after a ping
	KindSessionExpired ErrorKind = "session_expired" // the session reached the service's maximum duration
	KindGoingAway      ErrorKind = "going_away"      // the service shuts down or is overloaded: codes 1001, 1012, 1013, 1014
	KindServerError    ErrorKind = "server_error"    // code 1011
	KindProtocol       ErrorKind = "protocol"        // either side broke the WebSocket protocol: codes 1002, 1003, 1007, 1010, bad frames
	KindPolicy         ErrorKind = "policy"          // code 1008: authorization, quota, content
	KindTooLarge       ErrorKind = "too_large"       // a message was larger than Limits.ReceiveBytes, or code 1009
	KindSlowConsumer   ErrorKind = "slow_consumer"   // the queue was full for Limits.SlowConsumerTimeout
	KindPeerClosed     ErrorKind = "peer_closed"     // any other close code
)

// A SessionError tells why a session failed. It is the last error of [Session.Recv] and
// the result of [Session.Err].
type SessionError struct {
	Kind      ErrorKind
	CloseCode int    // what the service sent; 0 if it sent none
	Reason    string // the text that came with the close code
	SessionID string // of session.created; empty before
	RequestID string // of the handshake, for support requests
	Err       error  // the cause; may be nil
}

// Error describes the failure in one line.
func (e *SessionError) Error() string {
	var b strings.Builder
	b.WriteString("voicelive: session ended: ")
	b.WriteString(string(e.Kind))
	if e.CloseCode != 0 {
		fmt.Fprintf(&b, " (close code %d", e.CloseCode)
		if e.Reason != "" {
			fmt.Fprintf(&b, ": %q", e.Reason)
		}
		b.WriteByte(')')
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	if e.SessionID != "" {
		b.WriteString(", session " + e.SessionID)
	}
	if e.RequestID != "" {
		b.WriteString(", request " + e.RequestID)
	}
	return ws.OneLine(b.String())
}

// Unwrap returns the cause.
func (e *SessionError) Unwrap() error { return e.Err }

// Retryable reports whether a new session may succeed. It is true for KindNetwork,
// KindKeepAlive, KindSessionExpired, KindGoingAway and KindServerError. Wait before you
// connect again, except after KindSessionExpired. An unknown close code is not retryable,
// since the service may refuse the client for good.
func (e *SessionError) Retryable() bool {
	switch e.Kind {
	case KindNetwork, KindKeepAlive, KindSessionExpired, KindGoingAway, KindServerError:
		return true
	}
	return false
}

// Retryable reports whether a new [Client.Connect] may succeed after an error of Connect
// or of a session. It is true for
//
//   - a [*SessionError] that is [SessionError.Retryable],
//   - a refusal by the service or a proxy with status 408, 429, 500, 502, 503 or 504,
//   - errors of the network, and timeouts that are not those of the caller's context.
//
// If the deadline of the caller's context passed before the next try, the latest try decides.
// It is false for everything else: the end of the caller's context, errors of TLS, of
// credentials and of arguments, and the orderly end of a session.
func Retryable(err error) bool {
	if e, ok := errors.AsType[*SessionError](err); ok {
		return e.Retryable()
	}
	if errors.Is(err, context.Canceled) {
		return false
	}
	if e, ok := errors.AsType[*triedError](err); ok {
		return Retryable(e.last)
	}
	if e, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return ws.Passing(e.StatusCode)
	}
	if e, ok := errors.AsType[*ws.ProxyError](err); ok {
		return ws.Passing(e.Status)
	}
	_, final := errors.AsType[nonRetriableMark](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, address := errors.AsType[*net.AddrError](err)
	if final || certificate || address {
		return false
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Op != "remote error" && e.Op != "local error" // alerts of TLS
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, io.ErrUnexpectedEOF)
}

// An EventError is an event that was received and could not be decoded. The session
// continues with the next event.
type EventError struct {
	Type ServerEventType // the type of the event; empty if it cannot be read
	Raw  []byte          `json:"-"` // the message; the caller may keep it
	Err  error           // a *DecodeError
}

// Error describes the event without its content.
func (e *EventError) Error() string {
	return ws.OneLine(fmt.Sprintf("voicelive: event %q of %d bytes: %v", e.Type, len(e.Raw), e.Err))
}

// GoString is Error: %#v does not print the message, which may contain anything.
func (e *EventError) GoString() string { return e.Error() }

// Unwrap returns the cause.
func (e *EventError) Unwrap() error { return e.Err }

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// notSent wraps the cause of a send that did not begin.
func notSent(cause error) error { return &notSentError{cause} }

type notSentError struct{ cause error }

func (e *notSentError) Error() string   { return fmt.Sprintf("voicelive: %v: %v", ErrNotSent, e.cause) }
func (e *notSentError) Unwrap() []error { return []error{ErrNotSent, e.cause} }

// nonRetriableMark is how errors of the SDK, and ours, say so.
type nonRetriableMark interface {
	error
	NonRetriable()
}

// endOf is the end of a connection as that of a session.
func endOf(e *ws.Error, expired bool) *SessionError {
	kind := KindNetwork
	protocol, violated := errors.AsType[*ws.ProtocolError](e.Cause)
	switch {
	case e.Code == websocket.CloseGoingAway && (expired || expiryReason(e.Reason)):
		kind = KindSessionExpired
	case e.Code != 0:
		kind = closeKind(e.Code)
	case errors.Is(e.Cause, ws.ErrNoPong):
		kind = KindKeepAlive
	case errors.Is(e.Cause, ws.ErrSlowConsumer):
		kind = KindSlowConsumer
	case errors.Is(e.Cause, ws.ErrTooLarge):
		kind = KindTooLarge
	case violated:
		return &SessionError{Kind: KindProtocol, Err: protocol.Err}
	}
	return &SessionError{Kind: kind, CloseCode: e.Code, Reason: e.Reason, Err: e.Cause}
}

func expiryReason(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "maximum duration") || strings.Contains(text, codeSessionExpired)
}

func closeKind(code int) ErrorKind {
	switch code {
	case websocket.CloseGoingAway, websocket.CloseServiceRestart, websocket.CloseTryAgainLater, ws.CloseBadGateway:
		return KindGoingAway
	case websocket.CloseInternalServerErr:
		return KindServerError
	case websocket.CloseNoStatusReceived:
		return KindNetwork
	case websocket.CloseProtocolError, websocket.CloseUnsupportedData, websocket.CloseInvalidFramePayloadData, websocket.CloseMandatoryExtension:
		return KindProtocol
	case websocket.ClosePolicyViolation:
		return KindPolicy
	case websocket.CloseMessageTooBig:
		return KindTooLarge
	}
	return KindPeerClosed
}
