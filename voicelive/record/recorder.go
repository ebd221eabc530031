package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"
	"weak"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A Recorder is a [voicelive.Observer] that writes the events of all sessions of its clients into a cassette.
type Recorder struct {
	w     io.Writer
	began time.Time

	spool    *spool[entry]                           // its mutex guards what follows
	sessions map[weak.Pointer[voicelive.Session]]int // their numbers
	numbered int
	lost     Lost // since the last entry
	missing  Lost // in all

	// Of the goroutine of the spool.
	scrubber *scrubber
	out      []byte
	json     []byte
}

// An entry waits to be written. It is an event if event is not nil.
type entry struct {
	line
	typ   string
	event []byte
}

const (
	writeSize = 64 << 10 // entries are written together up to about this
	maxKept   = 1 << 20  // of memory, after a large event
	overhead  = 256      // what an entry takes beside its event
)

// New returns a recorder that writes to w, one call of Write at a time and whole lines in each. Nil options are the defaults.
// The caller must call Close, and w stays the caller's.
func New(w io.Writer, o *Options) *Recorder {
	if o == nil {
		o = &Options{}
	}
	r := &Recorder{w: w, began: time.Now(), sessions: map[weak.Pointer[voicelive.Session]]int{}}
	header := Header{Version: Version, Began: r.began, Audio: orAll(o.Audio), Text: orAll(o.Text)}
	r.scrubber = newScrubber(header.Audio, header.Text)
	r.out = appendJSON(r.out, header)
	limit := o.Buffer
	if limit == 0 {
		limit = defaultBuffer
	}
	r.spool = newSpool(limit, r.write)
	return r
}

// orAll is a valid Keep. What is unknown keeps least.
func orAll(k Keep) Keep {
	switch k {
	case "", All:
		return All
	case Shorten:
		return Shorten
	}
	return Drop
}

// Close writes what waits, and returns the error of the writer, which is the first one, or a *LostError. It waits as
// long as the writer does. The recorder records nothing afterwards. Closing again returns the same error.
func (r *Recorder) Close() error {
	s := r.spool
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && r.lost.Events == 0 {
		s.put(entry{}, 0) // the header, if there is nothing else
	} else if !s.closed {
		r.tellLoss()
	}
	if err := s.close(); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if r.missing.Events > 0 {
		return &LostError{r.missing}
	}
	return nil
}

// A LostError tells that the writer was slower than the call.
type LostError struct{ Lost Lost }

func (e *LostError) Error() string {
	return fmt.Sprintf("record: %d events of %d bytes are not recorded: the writer was too slow", e.Lost.Events, e.Lost.Bytes)
}

// Err returns the error of the writer so far. Nothing is recorded after it.
func (r *Recorder) Err() error {
	r.spool.mu.Lock()
	defer r.spool.mu.Unlock()
	return r.spool.err
}

// ObserveConnect records an attempt to connect.
func (r *Recorder) ObserveConnect(_ context.Context, e voicelive.ConnectInfo) {
	c := &Connected{Endpoint: e.Endpoint, Model: e.Model, Agent: e.Agent, Duration: e.Duration}
	if e.Err != nil {
		c.Error = e.Err.Error()
	} else {
		c.ID, c.Request = e.Session.ID(), e.Session.RequestID()
	}
	r.spool.mu.Lock()
	defer r.spool.mu.Unlock()
	number := 0
	if e.Session != nil {
		number = r.number(e.Session)
	}
	r.add(entry{line: line{Session: number, Connected: c}}, nil)
}

// ObserveSend records an event of the client.
func (r *Recorder) ObserveSend(_ context.Context, e voicelive.EventInfo) { r.event(Client, e) }

// ObserveReceive records an event of the service.
func (r *Recorder) ObserveReceive(e voicelive.EventInfo) { r.event(Service, e) }

// ObserveResponse does nothing: the event is recorded.
func (r *Recorder) ObserveResponse(voicelive.ResponseInfo) {}

// ObserveError does nothing: the event is recorded.
func (r *Recorder) ObserveError(voicelive.ErrorInfo) {}

// ObserveClose records the end of a session.
func (r *Recorder) ObserveClose(e voicelive.CloseInfo) {
	c := &Closed{By: Service}
	if e.Client {
		c.By = Client
	}
	if e.Err != nil {
		c.Error = e.Err.Error()
		if s := (*voicelive.SessionError)(nil); errors.As(e.Err, &s) {
			c.Code, c.Reason = s.CloseCode, s.Reason
		}
	}
	r.spool.mu.Lock()
	defer r.spool.mu.Unlock()
	r.add(entry{line: line{Session: r.number(e.Session), Closed: c}}, nil)
}

func (r *Recorder) event(from From, e voicelive.EventInfo) {
	r.spool.mu.Lock()
	defer r.spool.mu.Unlock()
	r.add(entry{line: line{Session: r.number(e.Session), From: from, Order: e.Order}, typ: e.Type}, e.JSON)
}

// number is that of a session in the cassette. It is known as long as the session is: a client's event may be told
// after the end.
func (r *Recorder) number(s *voicelive.Session) int {
	key := weak.Make(s)
	if n := r.sessions[key]; n != 0 {
		return n
	}
	r.numbered++
	r.sessions[key] = r.numbered
	runtime.AddCleanup(s, func(key weak.Pointer[voicelive.Session]) {
		r.spool.mu.Lock()
		defer r.spool.mu.Unlock()
		delete(r.sessions, key)
	}, key)
	return r.numbered
}

// add lets an entry be written, with a copy of the JSON of its event. The caller holds the mutex of the spool, as do those
// of the methods below.
func (r *Recorder) add(e entry, event []byte) {
	s := r.spool
	size := overhead + len(event)
	if s.closed || s.err != nil {
		return // Close tells of the error
	}
	if s.size > 0 && s.size+size > s.limit || r.lost.Events > 0 && !r.tellLoss() {
		r.lost.Events++
		r.lost.Bytes += len(event)
		r.missing.Events++
		r.missing.Bytes += len(event)
		return
	}
	e.At = int64(time.Since(r.began))
	if e.From != "" {
		e.event = append([]byte{}, event...)
	}
	s.put(e, size)
}

// tellLoss adds an entry for what is missing here. It reports false if there is no room for that.
func (r *Recorder) tellLoss() bool {
	lost := r.lost
	if !r.spool.put(entry{line: line{At: int64(time.Since(r.began)), Lost: &lost}}, 0) {
		return false
	}
	r.lost = Lost{}
	return true
}

// write writes entries, in the goroutine of the spool.
func (r *Recorder) write(entries []entry) error {
	for _, e := range entries {
		r.append(e)
		if len(r.out) >= writeSize {
			if err := r.flush(); err != nil {
				return err
			}
		}
	}
	return r.flush()
}

func (r *Recorder) flush() error {
	if len(r.out) == 0 {
		return nil
	}
	n, err := r.w.Write(r.out)
	if err == nil && n < len(r.out) {
		err = io.ErrShortWrite
	}
	if r.out = r.out[:0]; cap(r.out) > maxKept {
		r.out = nil
	}
	return err
}

// append puts the line of an entry into out.
func (r *Recorder) append(e entry) {
	if e.event == nil {
		if e.Connected != nil || e.Closed != nil || e.Lost != nil {
			r.out = appendJSON(r.out, e.line)
		}
		return
	}
	var ok bool
	r.json, ok = r.scrubber.scrub(r.json[:0], e.event, e.typ)
	switch {
	case !ok:
		e.Was = len(e.event)
		r.out = appendJSON(r.out, e.line)
	case r.scrubber.breaks:
		e.Base64 = r.json
		fallthrough
	default:
		if r.scrubber.changed {
			e.Was = len(e.event)
		}
		r.out = appendJSON(r.out, e.line)
		if e.Base64 == nil { // the JSON is appended as it is
			r.out = append(r.out[:len(r.out)-len("}\n")], `,"event":`...)
			r.out = append(append(r.out, r.json...), "}\n"...)
		}
	}
	if cap(r.json) > maxKept {
		r.json = nil
	}
}

// appendJSON appends a line.
func appendJSON(out []byte, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // the types are ours
	}
	return append(append(out, text...), '\n')
}

var _ voicelive.Observer = (*Recorder)(nil)
