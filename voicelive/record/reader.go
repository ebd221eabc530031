package record

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// ErrTorn is the error of a cassette whose last line is not complete: the recorder died, or its disk was full. Everything
// before it is good.
var ErrTorn = errors.New("record: the last line is not complete")

// MaxLine is how long a line of a cassette may be, in bytes.
const MaxLine = 256 << 20

// maxSessions bounds the numbers of sessions, so that programs can count them.
const maxSessions = 1 << 24

// A Reader reads a cassette entry by entry.
type Reader struct {
	r      *bufio.Reader
	header Header
	line   int
	err    error
}

// NewReader reads the header of a cassette. It is an error if the cassette is of a later version of the format.
func NewReader(r io.Reader) (*Reader, error) {
	c := &Reader{r: bufio.NewReaderSize(r, 64<<10)}
	text, err := c.next()
	switch {
	case err == io.EOF:
		return nil, errors.New("record: the cassette is empty")
	case err != nil:
		return nil, err
	case json.Unmarshal(text, &c.header) != nil || c.header.Version <= 0:
		return nil, errors.New("record: line 1 is not the header of a cassette")
	case c.header.Version > Version:
		return nil, fmt.Errorf("record: the cassette has version %d of the format, this package knows %d", c.header.Version, Version)
	}
	return c, nil
}

// Header returns the first line of the cassette.
func (c *Reader) Header() Header { return c.header }

// Next returns the next entry, in the order in which they were written. The error is io.EOF at the end, or wraps
// [ErrTorn], or names the line that is wrong. It stays.
func (c *Reader) Next() (Entry, error) {
	if c.err != nil {
		return Entry{}, c.err
	}
	text, err := c.next()
	if err != nil {
		c.err = err
		return Entry{}, err
	}
	e, err := parse(text)
	if err != nil {
		c.err = fmt.Errorf("record: line %d: %w", c.line, err)
		return Entry{}, c.err
	}
	e.Line = c.line
	return e, nil
}

// next is the next line, with its end.
func (c *Reader) next() (text []byte, err error) {
	for {
		part, err := c.r.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case err == nil:
			c.line++
			return text, nil
		case len(text) > MaxLine:
			return nil, fmt.Errorf("record: line %d is longer than %d bytes", c.line+1, MaxLine)
		case err == io.EOF && len(text) > 0:
			return nil, fmt.Errorf("%w: line %d ends after %d bytes", ErrTorn, c.line+1, len(text))
		case err == io.EOF:
			return nil, err
		case err != bufio.ErrBufferFull:
			return nil, fmt.Errorf("record: %w", err)
		}
	}
}

// parse reads a line.
func parse(text []byte) (Entry, error) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return Entry{}, err
	}
	e := Entry{
		Session: l.Session, At: time.Duration(l.At), From: l.From, Order: l.Order, JSON: l.Event, Was: l.Was,
		Connected: l.Connected, Closed: l.Closed, Lost: l.Lost,
	}
	if l.Base64 != nil {
		e.JSON = l.Base64
	}
	kinds := 0
	for _, is := range []bool{e.From != "", e.Connected != nil, e.Closed != nil, e.Lost != nil} {
		if is {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return Entry{}, errors.New("an entry is one of an event, connected, closed and lost")
	case e.Session < 0 || e.Session == 0 && (e.From != "" || e.Closed != nil):
		return Entry{}, fmt.Errorf("there is no session %d", e.Session)
	case e.Session > maxSessions:
		return Entry{}, fmt.Errorf("session %d is beyond the limit of %d", e.Session, maxSessions)
	case e.From == "" && e.JSON != nil:
		return Entry{}, errors.New("the event has no side")
	case e.From != "" && e.From != Client && e.From != Service:
		return Entry{}, fmt.Errorf("an event is from %q", e.From)
	case e.JSON == nil:
		return e, nil
	}
	var tag struct{ Type any }
	if !bytes.HasPrefix(bytes.TrimLeft(e.JSON, " \t\r\n"), []byte("{")) || json.Unmarshal(e.JSON, &tag) != nil {
		return Entry{}, errors.New("the event is not a JSON object")
	}
	e.Type, _ = tag.Type.(string)
	return e, nil
}

// Read reads a whole cassette, and puts the events of each session in order: an event of the client comes before the
// reply to it. If the cassette is torn or has a wrong line, Read returns what comes before that, and the error.
func Read(r io.Reader) (*Cassette, error) {
	reader, err := NewReader(r)
	if err != nil {
		return nil, err
	}
	c := &Cassette{Header: reader.Header()}
	for {
		e, err := reader.Next()
		if err != nil {
			c.sort()
			if err == io.EOF {
				err = nil
			}
			return c, err
		}
		c.Entries = append(c.Entries, e)
	}
}

// sort puts the events of each session in their order, in the places that they have, and the end of the session behind
// them. A client's event is told after it was written, when the reply and even the end may have been told already.
func (c *Cassette) sort() {
	places := map[int][]int{}
	for i, e := range c.Entries {
		if e.From != "" || e.Closed != nil {
			places[e.Session] = append(places[e.Session], i)
		}
	}
	for _, at := range places {
		entries := make([]Entry, len(at))
		for i, place := range at {
			entries[i] = c.Entries[place]
		}
		slices.SortStableFunc(entries, func(a, b Entry) int {
			switch {
			case a.Closed == nil && b.Closed == nil:
				return cmp.Compare(a.Order, b.Order)
			case a.Closed == nil:
				return -1
			case b.Closed == nil:
				return 1
			}
			return 0
		})
		for i := len(entries) - 2; i >= 0; i-- {
			entries[i].At = min(entries[i].At, entries[i+1].At)
		}
		for i, place := range at {
			c.Entries[place] = entries[i]
		}
	}
}
