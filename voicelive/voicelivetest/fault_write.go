package voicelivetest

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
	"github.com/go-voicelive/voicelive-go/voicelive"
)

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

// applyFault carries out a fault on the writer.
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

// writeChanged writes an event with the pending changes.
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
