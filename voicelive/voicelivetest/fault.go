package voicelivetest

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
	"github.com/go-voicelive/voicelive-go/voicelive"
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

// fireAt does what is to be done after n events of the client, or at once for 0.
func (s *Session) fireAt(n int) {
	for i, f := range s.faults {
		if f.Received == n && (n > 0 || f.Sent == 0 && f.After == 0) && !f.Kind.Handshake() {
			s.fire(i)
		}
	}
}

// fire does a fault. What the writer does waits for its turn; what ends the connection does not.
func (s *Session) fire(i int) {
	f := &s.faults[i]
	switch f.Kind {
	case EndFIN, EndRST, EndBlackHole, EndStopReading:
		s.cutOff(f.Kind)
	case EndExpired:
		s.cause(End{By: ByFault, Code: closeGoingAway})
		s.expire()
	case EndClose:
		s.cause(End{By: ByFault, Code: first(f.Code, 1011), Reason: f.Body})
		s.goodbye(first(f.Code, 1011), f.Body)
	case EndNoBody:
		s.cause(End{By: ByFault, Code: closeNoStatus})
		s.goodbye(closeNoStatus, "")
	case EndDuringClose, EndNoReply:
	default:
		if !s.obey(f) {
			s.out.put(outgoing{fault: f})
		}
	}
}

// fireAfterSent does what is to be done after n events were written. It runs on the writer.
func (s *Session) fireAfterSent(n int) error {
	for i := range s.faults {
		f := &s.faults[i]
		if f.Sent != n || f.Kind.Handshake() {
			continue
		}
		switch f.Kind {
		case EndFIN, EndRST, EndBlackHole, EndStopReading:
			s.cutOff(f.Kind)
		case EndClose, EndNoBody: // before what is queued already
			if err := s.closeNow(f); err != nil {
				return err
			}
		case EndExpired, EventUncorrelated, EventAlreadyActive, EventRefuse:
			s.calls.put(func() { s.fire(i) })
		case EndDuringClose, EndNoReply:
		default:
			if err := s.applyFault(f); err != nil {
				return err
			}
		}
		if s.silent.Load() {
			return errSilent
		}
	}
	return nil
}

// closeNow writes the close frame of a fault, and lets the loop wait for the reply. It runs on the writer.
func (s *Session) closeNow(f *Fault) error {
	code := first(f.Code, 1011)
	if f.Kind == EndNoBody {
		code = closeNoStatus
	}
	s.cause(End{By: ByFault, Code: code, Reason: f.Body})
	s.calls.put(func() { s.goodbye(code, f.Body) }) // its frame stays in the queue: the writer has stopped
	return s.writeClose(closing{code, f.Body})
}

// fireClose does what a script wants of the client's close frame, and reports whether it did.
func (s *Session) fireClose() bool {
	for _, f := range s.faults {
		switch f.Kind {
		case EndDuringClose:
			s.cause(End{By: ByFault, Code: first(f.Code, 1011), Reason: f.Body})
			s.out.replace(outgoing{close: &closing{first(f.Code, 1011), f.Body}})
			return true
		case EndNoReply:
			s.cause(End{By: ByFault})
			s.silent.Store(true)
			return true
		}
	}
	return false
}

// cutOff ends the connection, or one direction of it, from any goroutine.
func (s *Session) cutOff(kind FaultKind) {
	if kind != EndStopReading {
		s.cause(End{By: ByFault, Code: closeAbnormal})
		s.silent.Store(true)
	}
	switch kind {
	case EndFIN:
		halfClose(s.conn)
	case EndRST:
		reset(s.conn)
	case EndBlackHole:
		s.discarding.Store(true)
	case EndStopReading:
		s.notReading.Store(true)
	}
}

// violations are the frames that break the protocol, by kind.
var violations = map[FaultKind]func(f *Fault, text []byte) []byte{
	FrameUTF8: func(_ *Fault, text []byte) []byte {
		return wstest.AppendFrame(nil, wstest.Fin|wstest.Text, bytes.Replace(text, []byte("fault"), []byte("f\xC3\x28lt"), 1))
	},
	FrameMasked: func(_ *Fault, text []byte) []byte {
		frame := wstest.AppendHeader(nil, wstest.Fin|wstest.Text, len(text))
		frame[1] |= wstest.MaskBit
		return append(append(frame, 0, 0, 0, 0), text...) // a mask of zeros changes nothing
	},
	FrameReserved: func(_ *Fault, text []byte) []byte {
		return wstest.AppendFrame(nil, wstest.Fin|0x40|wstest.Text, text)
	},
	FrameOpcode: func(_ *Fault, text []byte) []byte {
		return wstest.AppendFrame(nil, wstest.Fin|0x3, text)
	},
	FrameContinuation: func(_ *Fault, text []byte) []byte {
		return wstest.AppendFrame(nil, wstest.Fin|wstest.Continuation, text)
	},
	FrameOversize: func(f *Fault, text []byte) []byte {
		n := first(f.N, 64<<20)
		frame := append(wstest.AppendHeader(nil, wstest.Fin|wstest.Text, n), text...)
		return append(frame, bytes.Repeat([]byte(" "), max(n-len(text), 0))...)
	},
	FrameTruncate: func(_ *Fault, text []byte) []byte {
		frame := wstest.AppendFrame(nil, wstest.Fin|wstest.Text, text)
		return frame[:len(frame)/2]
	},
}

// changes are the kinds that change the next event; they stay with the writer until there is one.
var changes = map[FaultKind]bool{
	FrameFragment: true, FrameInterleave: true, FrameBinary: true, EventField: true, EventDuplicate: true, EventErrorAfter: true,
}

// additions are the events that a fault adds, by kind.
var additions = map[FaultKind]string{
	EventUnknown:     `{"type":"simulated.fault","detail":{"nested":[1,null,"x"]}}`,
	EventType:        `{"type":"response.audio.delta","response_id":7,"item_id":{"a":1},"output_index":"first","content_index":null,"delta":[1,2]}`,
	EventBase64:      `{"type":"response.audio.delta","response_id":"resp_0","item_id":"item_0","output_index":0,"content_index":0,"delta":"*not base64*"}`,
	EventErrorBefore: `{"type":"error","error":{"type":"server_error","code":"simulated_fault","message":"A simulated error","param":null,"event_id":null}}`,
	EventErrorAfter:  `{"type":"error","error":{"type":"server_error","code":"simulated_fault","message":"A simulated error","param":null,"event_id":null}}`,
	EventOrder:       `{"type":"response.done","response":{"id":"resp_0","object":"realtime.response","status":"completed","status_details":null,"output":[]}}`,
	EventRace:        `{"type":"error","error":{"type":"invalid_request_error","code":"conversation_already_has_active_response","message":"A response is already active","param":null,"event_id":null}}`,
}

// applyFault does a fault that is the writer's.
func (s *Session) applyFault(f *Fault) error {
	if s.silent.Load() {
		return errSilent
	}
	if bad := violations[f.Kind]; bad != nil {
		return s.breakProtocol(f, bad)
	}
	if changes[f.Kind] {
		s.pendingChanges = append(s.pendingChanges, f)
		return nil
	}
	if text := additions[f.Kind]; text != "" {
		return s.writeEvent(addition(text))
	}
	var frames []byte
	switch f.Kind {
	case EventLose, EventDelay:
		s.losses.add(f, first(f.N, 1))
		return nil
	case EventJSON:
		// It has no id, and is not among the events that were sent.
		frames = wstest.AppendFrame(nil, wstest.Fin|wstest.Text, []byte(`{"type":"response.text.delta","delta":`))
	case FramePong:
		frames = wstest.AppendFrame(nil, wstest.Fin|wstest.Pong, []byte("unsolicited"))
	case FramePings:
		for i := range first(f.N, 100) {
			frames = wstest.AppendFrame(frames, wstest.Fin|wstest.Ping, fmt.Append(nil, i))
		}
	case EndShortBody:
		s.cause(End{By: ByFault, Code: wstest.CloseProtocol})
		return s.writeLast(wstest.AppendFrame(nil, wstest.Fin|wstest.Close, []byte{0x03}))
	}
	_, err := s.conn.Write(frames)
	return err
}

func addition(text string) outgoing {
	var tag struct{ Type voicelive.ServerEventType }
	json.Unmarshal([]byte(text), &tag) // the table is valid
	return outgoing{kind: tag.Type, event: []byte(text)}
}

// breakProtocol sends a frame that the client must refuse.
func (s *Session) breakProtocol(f *Fault, bad func(*Fault, []byte) []byte) error {
	s.cause(End{By: ByFault, Code: closeAbnormal})
	err := s.writeLast(bad(f, []byte(`{"type":"warning","warning":{"message":"a fault"}}`)))
	if f.Kind == FrameTruncate {
		halfClose(s.conn)
	}
	return err
}

// writeLast writes bytes after which nothing is written.
func (s *Session) writeLast(b []byte) error {
	if _, err := s.conn.Write(b); err != nil {
		return err
	}
	s.silent.Store(true)
	return errSilent
}

// cause says why the session will have ended; the first counts.
func (s *Session) cause(end End) {
	s.change(func() {
		if s.because == nil {
			s.because = &end
		}
	})
}

// writeChanged writes an event with the changes that wait for one.
func (s *Session) writeChanged(o outgoing) error {
	taken := s.pendingChanges
	s.pendingChanges = nil
	write := func(text []byte) error { return s.frame(wstest.Fin|wstest.Text, text) }
	var after []outgoing
	for _, f := range taken {
		switch f.Kind {
		case FrameBinary:
			write = func(text []byte) error { return s.frame(wstest.Fin|wstest.Binary, text) }
		case FrameFragment:
			write = func(text []byte) error { return s.fragments(text, f.N, nil) }
		case FrameInterleave:
			write = func(text []byte) error { return s.fragments(text, len(text)/2, []byte("between")) }
		case EventField:
			o.event = append(o.event[:len(o.event)-1:len(o.event)-1], `,"simulated_field":{"a":[1,"x",null]}}`...)
		case EventDuplicate:
			o.id = fmt.Sprintf("event_%d", s.numbers)
			o.event = fmt.Appendf(nil, `{"event_id":%q,%s`, o.id, o.event[1:])
		case EventErrorAfter:
			after = append(after, addition(additions[f.Kind]))
		}
	}
	if err := s.record(o, write); err != nil {
		return err
	}
	for _, o := range after {
		if err := s.writeEvent(o); err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) frame(head byte, text []byte) error {
	_, err := s.conn.Write(wstest.AppendFrame(make([]byte, 0, len(text)+10), head, text))
	return err
}

// fragments writes a message in two frames, or one for every byte if at is 0, with pings between.
func (s *Session) fragments(text []byte, at int, ping []byte) error {
	size := first(at, 1)
	head := byte(wstest.Text)
	for {
		piece := text[:min(size, len(text))]
		if text = text[len(piece):]; at > 0 {
			size = len(text)
		}
		if len(text) == 0 {
			head |= wstest.Fin
		}
		if err := s.frame(head, piece); err != nil || len(text) == 0 {
			return err
		}
		if ping != nil {
			if err := s.frame(wstest.Fin|wstest.Ping, ping); err != nil {
				return err
			}
		}
		head = wstest.Continuation
	}
}
