package record

import (
	"encoding/json"
	"time"
)

// Version is that of the format of cassettes.
const Version = 1

// A Header is the first line of a cassette.
type Header struct {
	Version int       `json:"cassette"` // Version
	Began   time.Time `json:"began"`    // when the recorder was made
	Audio   Keep      `json:"audio"`
	Text    Keep      `json:"text"`
}

// An Entry is one line of a cassette, other than the first.
type Entry struct {
	Line    int           // in the cassette, from 1
	Session int           // counts the sessions of the cassette from 1; 0 if there is none
	At      time.Duration // since Header.Began

	// An event has From; otherwise one of Connected, Closed and Lost is not nil.
	From  From
	Order uint64 // within the session: EventInfo.Order
	Type  string // of the event; empty if it has none
	JSON  []byte // nil if the event was not JSON: it was left out
	Was   int    // the length of the event on the wire, if JSON is not that byte for byte; 0 if it is

	Connected *Connected
	Closed    *Closed
	Lost      *Lost
}

// From is the side that sent an event.
type From string

// The values of From.
const (
	Client  From = "client"
	Service From = "service"
)

// Connected tells of an attempt to connect. The events that opened the session come before it.
type Connected struct {
	Endpoint string        `json:"endpoint"` // scheme and host
	Model    string        `json:"model,omitempty"`
	Agent    string        `json:"agent,omitempty"`
	ID       string        `json:"id,omitempty"`         // of the session
	Request  string        `json:"request_id,omitempty"` // of the handshake
	Duration time.Duration `json:"duration_ns"`
	Error    string        `json:"error,omitempty"` // empty if it succeeded
}

// Closed tells how a session ended.
type Closed struct {
	By     From   `json:"by,omitempty"`     // the side that closed; Service also if the connection broke
	Error  string `json:"error,omitempty"`  // empty after an orderly end
	Code   int    `json:"code,omitempty"`   // with which the service closed; 0 if it did not
	Reason string `json:"reason,omitempty"` // the text beside Code
}

// Lost tells of events, of any session, that are missing here because the writer was slower than the call.
type Lost struct {
	Events int `json:"events"`
	Bytes  int `json:"bytes"`
}

// A Cassette is a recording that was read as a whole.
type Cassette struct {
	Header
	Entries []Entry
}

// Sessions returns how many sessions the cassette has.
func (c *Cassette) Sessions() (n int) {
	for _, e := range c.Entries {
		n = max(n, e.Session)
	}
	return n
}

// Session returns the entries of a session, from 1.
func (c *Cassette) Session(n int) (entries []Entry) {
	for _, e := range c.Entries {
		if e.Session == n {
			entries = append(entries, e)
		}
	}
	return entries
}

// line is the JSON of an entry.
type line struct {
	At        int64           `json:"at_ns"`
	Session   int             `json:"session,omitempty"`
	From      From            `json:"from,omitempty"`
	Order     uint64          `json:"order,omitempty"`
	Was       int             `json:"was,omitempty"`
	Connected *Connected      `json:"connected,omitempty"`
	Closed    *Closed         `json:"closed,omitempty"`
	Lost      *Lost           `json:"lost,omitempty"`
	Base64    []byte          `json:"base64,omitempty"` // an event with line ends
	Event     json.RawMessage `json:"event,omitempty"`
}
