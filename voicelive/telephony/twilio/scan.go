package twilio

// scan reads a message with audio or a mark as Twilio writes it, and reports whether it could. It takes
// neither escapes nor members that it does not know, and nothing twice; those messages are for
// encoding/json.
func (m *message) scan(b []byte) bool {
	c := cursor{rest: b}
	var event text
	for name := c.first(); name != nil; name = c.next() {
		switch string(name) {
		case "event":
			c.text(&event)
		case "media":
			c.refuse(m.Media.Payload != nil)
			m.scanMedia(&c)
		case "mark":
			c.refuse(m.Mark.Name != nil)
			m.scanMark(&c)
		case "sequenceNumber", "streamSid":
			c.string()
		default:
			c.refuse(true)
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
	return c.end()
}

func (m *message) scanMedia(c *cursor) {
	for name := c.first(); name != nil; name = c.next() {
		switch string(name) {
		case "track":
			c.text(&m.Media.Track)
		case "timestamp":
			c.text(&m.Media.Timestamp)
		case "payload":
			c.text(&m.Media.Payload)
		case "chunk":
			c.string()
		default:
			c.refuse(true)
		}
	}
}

func (m *message) scanMark(c *cursor) {
	for name := c.first(); name != nil; name = c.next() {
		c.refuse(string(name) != "name")
		c.text(&m.Mark.Name)
	}
}

// A cursor is the rest of a JSON text.
type cursor struct {
	rest    []byte
	refused bool // it is not for the scanner
}

func (c *cursor) refuse(yes bool) { c.refused = c.refused || yes }

// first begins an object, and returns the name of its first member, whose value follows; nil if it
// refuses the text.
func (c *cursor) first() []byte {
	c.refuse(!c.token('{'))
	return c.name()
}

// next returns the name of the next member; nil at the end of the object.
func (c *cursor) next() []byte {
	if c.token(',') {
		return c.name()
	}
	c.refuse(!c.token('}'))
	return nil
}

func (c *cursor) name() []byte {
	name := c.string()
	c.refuse(!c.token(':'))
	if c.refused {
		return nil
	}
	return name
}

// text reads a string that was not read before.
func (c *cursor) text(t *text) {
	c.refuse(*t != nil)
	*t = c.string()
}

// string reads a string of ASCII without escapes. It is not nil.
func (c *cursor) string() []byte {
	if c.token('"') {
		for i, b := range c.rest {
			if b == '"' {
				s := c.rest[:i:i]
				c.rest = c.rest[i+1:]
				return s
			}
			if b < ' ' || b == '\\' || b > '~' {
				break
			}
		}
	}
	c.refused = true
	return []byte{}
}

// token reads a byte, and space before it, and reports whether it was there.
func (c *cursor) token(want byte) bool {
	c.space()
	if len(c.rest) == 0 || c.rest[0] != want {
		return false
	}
	c.rest = c.rest[1:]
	return true
}

// end reports whether nothing is left, and nothing was refused.
func (c *cursor) end() bool {
	c.space()
	return len(c.rest) == 0 && !c.refused
}

func (c *cursor) space() {
	for len(c.rest) > 0 && (c.rest[0] == ' ' || c.rest[0] == '\t' || c.rest[0] == '\n' || c.rest[0] == '\r') {
		c.rest = c.rest[1:]
	}
}
