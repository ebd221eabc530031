package voicelivetest

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
	"github.com/go-voicelive/voicelive-go/voicelive"
)

var errNoClose = errors.New("the client did not reply to the close frame")

// read passes the client's messages to the loop, until the connection or the session ends.
func (s *Session) read() {
	for {
		m, err := s.frames.next()
		if s.notReading.Load() {
			<-s.quit
			return
		}
		if s.discarding.Load() {
			io.Copy(io.Discard, s.frames.r)
			s.stop(End{By: ByClient, Code: closeAbnormal, Err: err})
			return
		}
		if err != nil {
			s.readFailed(err)
			return
		}
		if m.op == wstest.Close {
			s.closeCameIn(m.payload)
			return
		}
		s.out.waitForRoom(s.quit)
		if !s.tell(func() { s.incoming(m) }) {
			return
		}
	}
}

// tell runs do on the loop, unless the session ends first.
func (s *Session) tell(do func()) bool {
	select {
	case s.in <- do:
		return true
	case <-s.quit:
		return false
	}
}

func (s *Session) readFailed(err error) {
	var v *wstest.Violation
	if errors.As(err, &v) {
		s.change(func() { s.violations = append(s.violations, v) })
		s.tell(func() { s.goodbye(v.Code, v.What) })
		io.Copy(io.Discard, s.frames.r) // until the client hangs up, or the loop does
		s.stop(End{By: ByServer, Code: v.Code, Err: err})
		return
	}
	s.stop(End{By: ByClient, Code: closeAbnormal, Err: err})
}

// closeCameIn replies to a close frame, unless it is itself the reply. The reader reads no further.
func (s *Session) closeCameIn(body []byte) {
	code, reason, err := parseClose(body)
	if err != nil {
		s.change(func() { s.violations = append(s.violations, err) })
		code = wstest.CloseProtocol
	}
	s.change(func() {
		s.clientCode, s.closeCame = code, true
		s.firstClose = cmp.Or(s.firstClose, &End{By: ByClient, Code: code, Reason: reason})
	})
	s.tell(func() { s.replyToClose(code, reason) })
	io.Copy(io.Discard, s.frames.r) // until someone hangs up
	s.stop(End{By: ByClient, Code: code, Reason: reason})
}

func (s *Session) replyToClose(code int, reason string) {
	if _, ok := s.CloseSent(); ok {
		s.stop(End{By: ByServer})
		return
	}
	s.closing = true
	s.abandon()
	if s.silent.Load() {
		s.stop(End{By: ByClient, Code: code, Reason: reason})
		return
	}
	if s.fireClose() {
		return
	}
	s.out.replace(outgoing{close: &closing{code, reason}})
	s.after(s.srv.options.CloseTimeout, func() { s.stop(End{By: ByClient, Code: code, Reason: reason}) })
}

// incoming handles a message or a control frame on the loop.
func (s *Session) incoming(m message) {
	switch m.op {
	case wstest.Ping:
		s.change(func() { s.pings++ })
		if !s.closing {
			s.out.put(outgoing{control: wstest.AppendFrame(nil, wstest.Fin|wstest.Pong, m.payload)})
		}
	case wstest.Pong:
		s.change(func() { s.pongs++ })
	default:
		s.handle(m.payload)
	}
}

// write writes the queue of the loop, until the session ends or a write fails.
func (s *Session) write() {
	for {
		o, ok := s.out.take()
		if !ok {
			select {
			case <-s.out.ready:
				continue
			case <-s.quit:
				return
			}
		}
		if s.silent.Load() {
			<-s.quit
			return
		}
		if err := s.writeOne(o); err != nil {
			if !errors.Is(err, errSilent) {
				s.writeFailed(err)
			}
			<-s.quit
			return
		}
	}
}

// writeFailed gives the reader the time to find out why: a close frame of the client says more than a broken pipe.
func (s *Session) writeFailed(err error) {
	s.tell(func() {
		s.closing = true
		s.abandon()
		s.after(100*time.Millisecond, func() { s.stop(End{By: ByClient, Code: closeAbnormal, Err: err}) })
	})
}

// errSilent says that a fault has stopped the writer.
var errSilent = errors.New("stopped by a fault")

func (s *Session) writeOne(o outgoing) error {
	switch {
	case o.fault != nil:
		return s.applyFault(o.fault)
	case o.control != nil:
		_, err := s.conn.Write(o.control)
		return err
	case o.close != nil:
		return s.writeClose(*o.close)
	}
	return s.writeEvent(o)
}

// writeClose writes a close frame, after which nothing is written. If the client closed first, the server hangs up now.
func (s *Session) writeClose(c closing) error {
	var reply bool // not whether one comes while this is written
	var before *End
	s.change(func() {
		before = s.firstClose
		s.closeSent, s.closeCode = true, first(c.code, closeNoStatus)
		s.firstClose = cmp.Or(before, &End{By: ByServer, Code: s.closeCode, Reason: c.reason})
		reply = s.closeCame
	})
	if _, err := s.conn.Write(wstest.AppendFrame(nil, wstest.Fin|wstest.Close, closePayload(c.code, c.reason))); err != nil {
		s.change(func() { s.closeSent, s.firstClose = false, before })
		return err
	}
	if reply {
		s.stop(End{By: ByClient})
	}
	s.silent.Store(true)
	return nil
}

// writeEvent numbers an event and writes it, in one frame if no fault wants it otherwise.
func (s *Session) writeEvent(o outgoing) error {
	if s.hold(o) {
		return nil
	}
	var err error
	if len(s.pendingChanges) > 0 {
		err = s.writeChanged(o)
	} else {
		err = s.record(o, func(text []byte) error { return s.frame(wstest.Fin|wstest.Text, text) })
	}
	if err != nil || len(s.faults) == 0 {
		return err
	}
	return s.fireAfterSent(s.written)
}

// record writes an event with write, and keeps it if that succeeds.
func (s *Session) record(o outgoing, write func(text []byte) error) error {
	text, id := s.number(o)
	sent := Sent{ID: id, Type: o.kind, Raw: text, At: time.Since(s.began)}
	if s.forget {
		sent.Raw = nil
	}
	s.change(func() { s.sent = keep(s.sent, sent, s.forget) })
	err := write(text)
	if err != nil {
		s.change(func() { s.sent = s.sent[:len(s.sent)-1] })
		return err
	}
	s.written++
	return err
}

// number puts an event_id in front of an event that has none.
func (s *Session) number(o outgoing) (text []byte, id string) {
	if o.id != "" {
		return o.event, o.id
	}
	s.numbers++
	id = fmt.Sprintf("event_%d", s.numbers)
	text = fmt.Appendf(make([]byte, 0, len(o.event)+32), `{"event_id":%q`, id)
	if len(o.event) > 2 { // more than {}
		text = append(text, ',')
	}
	return append(text, o.event[1:]...), id
}

// handle decodes an event of the client, records it, and dispatches it.
func (s *Session) handle(text []byte) {
	event, err := voicelive.UnmarshalClientEvent(text)
	r := Received{Event: event, Raw: text, At: time.Since(s.began)}
	if err == nil {
		r.Type = event.EventType()
	}
	kept := r
	if s.forget {
		kept.Event, kept.Raw, kept.Type = nil, nil, voicelive.ClientEventType(beginning(string(r.Type)))
	}
	s.change(func() { s.received = keep(s.received, kept, s.forget) })
	s.handled++
	s.logEvent(r, err)
	s.fireAt(s.handled)
	switch {
	case s.closing:
	case s.play != nil:
		s.play(r)
	case err != nil:
		s.fail(undecodable(text, err))
	default:
		s.dispatch(event, text)
	}
}
