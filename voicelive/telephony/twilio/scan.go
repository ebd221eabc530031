package twilio

import "github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/scan"

// scan reads a message with audio or a mark as Twilio writes it, and reports whether it could. It takes
// neither escapes nor members that it does not know, and nothing twice; those messages are for
// encoding/json.
func (m *message) scan(b []byte) bool {
	s := scan.New(b)
	var event text
	for name := s.First(); name != nil; name = s.Next() {
		switch string(name) {
		case "event":
			once(&s, &event)
		case "media":
			s.Refuse(m.Media.Payload != nil)
			m.scanMedia(&s)
		case "mark":
			s.Refuse(m.Mark.Name != nil)
			m.scanMark(&s)
		case "sequenceNumber", "streamSid":
			s.Text()
		default:
			s.Refuse(true)
		}
	}
	switch string(event) {
	case "media":
		m.Event = "media"
	case "mark":
		m.Event = "mark"
	default:
		return false
	}
	return s.End()
}

func (m *message) scanMedia(s *scan.Scanner) {
	for name := s.First(); name != nil; name = s.Next() {
		switch string(name) {
		case "track":
			once(s, &m.Media.Track)
		case "timestamp":
			once(s, &m.Media.Timestamp)
		case "payload":
			s.Refuse(m.Media.Payload != nil)
			m.buffer = s.Base64(m.buffer[:0])
			m.Media.Payload = m.buffer
		case "chunk":
			s.Text()
		default:
			s.Refuse(true)
		}
	}
}

func (m *message) scanMark(s *scan.Scanner) {
	for name := s.First(); name != nil; name = s.Next() {
		s.Refuse(string(name) != "name")
		once(s, &m.Mark.Name)
	}
}

// once reads a string that was not read before.
func once(s *scan.Scanner, t *text) {
	s.Refuse(*t != nil)
	*t = s.Text()
}
