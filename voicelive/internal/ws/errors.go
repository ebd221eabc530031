package ws

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/gorilla/websocket"
)

// ErrClosed says that a connection ended without a failure: by Conn.Close, or by the
// peer with code 1000.
var ErrClosed = errors.New("the connection is closed")

// An Error says why a connection ended other than orderly.
type Error struct {
	Code   int    // of the peer's close frame, 1005 for one without a code; 0 if it sent none
	Reason string // that came with the code
	Cause  error  // what went wrong; nil if the code says it
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Cause.Error()
	}
	return fmt.Sprintf("close code %d: %q", e.Code, e.Reason)
}

func (e *Error) Unwrap() error { return e.Cause }

// Causes of an [Error]. Any other than these and [*ProtocolError] is of the network.
var (
	ErrNoPong       = errors.New("nothing arrived after a ping")
	ErrSlowConsumer = errors.New("the queue of received events stayed full")
	ErrTooLarge     = errors.New("a message is larger than Limits.ReceiveBytes")
)

// A ProtocolError is a breach of RFC 6455 by the peer.
type ProtocolError struct{ Err error }

func (e *ProtocolError) Error() string { return e.Err.Error() }
func (e *ProtocolError) Unwrap() error { return e.Err }

// CloseBadGateway is registered, but gorilla/websocket does not know it.
const CloseBadGateway = 1014

var errInvalidUTF8 = breach("a text message is not UTF-8")

func breach(format string, args ...any) error {
	return &ProtocolError{fmt.Errorf(format, args...)}
}

// classify turns the error that ended the reader into the reason of the
// connection's end, nil for an orderly one, and the code to reply with, 0 for none. An
// error of the network may have any type, since the application may dial.
func classify(err error) (cause *Error, reply int) {
	if closed, ok := err.(*Error); ok {
		switch closed.Code {
		case websocket.CloseNormalClosure:
			return nil, closed.Code
		case websocket.CloseNoStatusReceived:
			return closed, websocket.CloseNormalClosure
		}
		return closed, closed.Code
	}
	_, violated := err.(*ProtocolError)
	switch {
	case errors.Is(err, ErrTooLarge):
		reply = websocket.CloseMessageTooBig
	case err == ErrSlowConsumer:
		reply = websocket.CloseGoingAway
	case err == errInvalidUTF8:
		reply = websocket.CloseInvalidFramePayloadData
	case violated:
		reply = websocket.CloseProtocolError
	}
	return &Error{Cause: err}, reply
}

// OneLine replaces characters that do not print by their escapes, so that a text of the
// peer adds no line to a log, and no colour.
func OneLine(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}
