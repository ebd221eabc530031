package twilio

// scan reads a message with audio or a mark as Twilio writes it, and reports whether it could. It takes
// neither escapes nor members that it does not know, and nothing twice; those messages are for
// encoding/json.
func (m *message) scan(b []byte) bool {
	c := cursor{rest: b}
	event := text(nil)
	ok := c.object(func(c *cursor, name []byte) bool {
		switch string(name) {
		case "event":
			return c.text(&event)
		case "media":
			return m.Media.Payload == nil && m.scanMedia(c)
		case "mark":
			return m.Mark.Name == nil && m.scanMark(c)
		case "sequenceNumber", "streamSid":
			return c.skip()
		}
		return false
	})
	if !ok || !c.end() {
		return false
	}
	switch string(event) {
	case "media":
		m.Event = "media"
	case "mark":
		m.Event = "mark"
	default:
		return false
	}
	return true
}

func (m *message) scanMedia(c *cursor) bool {
	return c.object(func(c *cursor, name []byte) bool {
		switch string(name) {
		case "track":
			return c.text(&m.Media.Track)
		case "timestamp":
			return c.text(&m.Media.Timestamp)
		case "payload":
			return c.text(&m.Media.Payload)
		case "chunk":
			return c.skip()
		}
		return false
	})
}

func (m *message) scanMark(c *cursor) bool {
	return c.object(func(c *cursor, name []byte) bool {
		return string(name) == "name" && c.text(&m.Mark.Name)
	})
}

// A cursor is what follows in a JSON text.
type cursor struct{ rest []byte }

// object reads an object, whose members are for member.
func (c *cursor) object(member func(c *cursor, name []byte) bool) bool {
	if !c.token('{') {
		return false
	}
	for {
		name, ok := c.string()
		if !ok || !c.token(':') || !member(c, name) {
			return false
		}
		if !c.token(',') {
			return c.token('}')
		}
	}
}

// text reads a string that was not read before.
func (c *cursor) text(t *text) bool {
	s, ok := c.string()
	first := *t == nil
	*t = s
	return ok && first
}

func (c *cursor) skip() bool {
	_, ok := c.string()
	return ok
}

// string reads a string of ASCII without escapes.
func (c *cursor) string() ([]byte, bool) {
	if !c.token('"') {
		return nil, false
	}
	for i, b := range c.rest {
		if b == '"' {
			s := c.rest[:i:i]
			c.rest = c.rest[i+1:]
			return s, true
		}
		if b < ' ' || b == '\\' || b > '~' {
			break
		}
	}
	return nil, false
}

// token reads a byte, and space before it.
func (c *cursor) token(want byte) bool {
	c.space()
	if len(c.rest) == 0 || c.rest[0] != want {
		return false
	}
	c.rest = c.rest[1:]
	return true
}

// end reports whether nothing follows.
func (c *cursor) end() bool {
	c.space()
	return len(c.rest) == 0
}

func (c *cursor) space() {
	for len(c.rest) > 0 {
		switch c.rest[0] {
		case ' ', '\t', '\n', '\r':
			c.rest = c.rest[1:]
		default:
			return
		}
	}
}
