package voicelivetest

// fireAt does what is to be done after n events of the client, or at once for 0.
func (s *Session) fireAt(n int) {
	for i, f := range s.faults {
		if f.Received == n && (n > 0 || f.Sent == 0 && f.After == 0) && !f.Kind.Handshake() {
			s.fire(i)
		}
	}
}

// fire carries out a fault. Faults of the writer are queued; those that end the connection happen at once.
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

// fireClose carries out a fault that the script has for the client's close frame, and reports whether there is one.
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

// cause records why the session ends; the first cause counts.
func (s *Session) cause(end End) {
	s.change(func() {
		if s.because == nil {
			s.because = &end
		}
	})
}
