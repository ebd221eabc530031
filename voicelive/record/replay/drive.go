package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
)

// Driven tells what came of a [Drive].
type Driven struct {
	Sent     int            // events
	Received map[string]int // events of the service by type
	Recorded map[string]int // the same in the cassette
	Errors   []error        // error events that came, each a *voicelive.ServiceError
}

// Drive sends what the client sent in a session of a cassette, from 1, to a session that is open and has sent nothing: connect without
// ConnectOptions.Session, since the recording has the update. An event is sent after the time that passed in the recording,
// and not before the service has confirmed as much as it had: sessions, items, committed audio and responses. Identifiers of
// the service are those of the session: the k-th item of a type is the k-th of the recording. When everything is sent, Drive
// waits for as much to be confirmed as in the recording. It receives the events of the session until it returns, and does
// not close it.
//
// The error tells what the service has not confirmed within Options.Patience, why the session has ended, or is ctx.Err. Events whose
// audio the cassette does not have are an error, unless Options.IgnoreAudio leaves them out. What was replaced in the
// cassette, such as a credential, is sent as it stands there.
func Drive(ctx context.Context, s *voicelive.Session, c *record.Cassette, number int, o *Options) (*Driven, error) {
	options := o.orDefault()
	d := &driver{
		session: s, options: &options, entries: c.Session(number), ids: newIDs(), changed: make(chan struct{}, 1),
		driven: Driven{Received: map[string]int{}, Recorded: map[string]int{}},
	}
	if err := d.check(c); err != nil {
		return nil, err
	}
	receiving, stop := context.WithCancel(ctx)
	var receiver sync.WaitGroup
	receiver.Go(func() { d.receive(receiving) })
	err := d.run(ctx)
	stop()
	receiver.Wait()
	return &d.driven, err
}

// confirmations are the events of the service that Drive waits for.
var confirmations = []string{
	"session.created", "session.updated", "conversation.item.created", "input_audio_buffer.committed", "response.created", "response.done",
}

// A driver is the client of a recording.
type driver struct {
	session *voicelive.Session
	options *Options
	entries []record.Entry
	changed chan struct{} // one slot: an event came, or the session has ended

	mu     sync.Mutex
	ids    *ids // of the service
	driven Driven
	ended  error
}

// check looks whether the session can be driven, and at the identifiers of the service.
func (d *driver) check(c *record.Cassette) error {
	if err := complete(c.Entries); err != nil {
		return err
	}
	mine := map[string]bool{}
	sends := false
	for _, e := range d.entries {
		identifiers(decode(e.JSON), "", func(id string) {
			switch {
			case e.From == record.Client && !d.ids.made[id]:
				mine[id] = true
			case e.From == record.Service && !mine[id]:
				d.ids.made[id] = true
			}
		})
		switch {
		case e.From == record.Service:
			d.driven.Recorded[e.Type]++
			continue
		case e.From == "" || d.skips(e):
			continue
		case e.JSON == nil:
			return fmt.Errorf("replay: line %d: the event is not in the cassette", e.Line)
		case isAudio(e.Type) && c.Audio != record.All:
			return fmt.Errorf("replay: line %d: the audio is not in the cassette", e.Line)
		}
		sends = true
	}
	if !sends {
		return errors.New("replay: the session has no event of the client")
	}
	return nil
}

func (d *driver) skips(e record.Entry) bool { return isAudio(e.Type) && d.options.IgnoreAudio }

func (d *driver) run(ctx context.Context) error {
	began := time.Now()
	expected := map[string]int{}
	first := time.Duration(-1)
	for _, e := range d.entries {
		if e.From != "" && first < 0 {
			first = e.At
		}
		switch {
		case e.From == record.Service:
			expected[e.Type]++
		case e.From == record.Client && !d.skips(e):
			if err := d.send(ctx, e, began.Add(d.options.wait(e.At-first)), expected); err != nil {
				return err
			}
		}
	}
	return d.await(ctx, "the end", func() string { return d.missing(expected) })
}

// send sends an event when it is due, and when the service has confirmed as much as expected.
func (d *driver) send(ctx context.Context, e record.Entry, due time.Time, expected map[string]int) error {
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	err := d.await(ctx, fmt.Sprintf("%s of line %d", e.Type, e.Line), func() string {
		if missing := d.missing(expected); missing != "" {
			return missing
		}
		return d.unknown(e)
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	text := d.ids.restamp(e.JSON)
	d.driven.Sent++
	d.mu.Unlock()
	event, err := voicelive.UnmarshalClientEvent(text)
	if err != nil {
		return fmt.Errorf("replay: line %d: %w", e.Line, err)
	}
	if err := d.session.Send(ctx, event); err != nil {
		return fmt.Errorf("replay: line %d: %w", e.Line, err)
	}
	return nil
}

// missing names a confirmation that has not come as often as expected, or is empty.
func (d *driver) missing(expected map[string]int) string {
	for _, typ := range confirmations {
		if n := expected[typ]; d.driven.Received[typ] < n {
			return fmt.Sprintf("%s number %d", typ, n)
		}
	}
	return ""
}

// unknown names an identifier of the service in an event that it has not given yet, or is empty.
func (d *driver) unknown(e record.Entry) (missing string) {
	identifiers(decode(e.JSON), "", func(id string) {
		if _, known := d.ids.now[id]; d.ids.made[id] && !known {
			missing = "what is " + id + " in the recording"
		}
	})
	return missing
}

// await waits until nothing is missing.
func (d *driver) await(ctx context.Context, before string, missing func() string) error {
	timer := time.NewTimer(d.options.Patience)
	defer timer.Stop()
	for {
		d.mu.Lock()
		what, ended := missing(), d.ended
		d.mu.Unlock()
		switch {
		case what == "":
			return nil
		case ended != nil:
			return fmt.Errorf("replay: before %s: %w", before, ended)
		}
		select {
		case <-d.changed:
		case <-timer.C:
			return fmt.Errorf("replay: before %s: %s has not come within %v", before, what, d.options.Patience)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// receive takes the events of the session.
func (d *driver) receive(ctx context.Context) {
	recorded := map[string][]record.Entry{}
	for _, e := range d.entries {
		if e.From == record.Service {
			recorded[e.Type] = append(recorded[e.Type], e)
		}
	}
	for {
		event, err := d.session.Recv(ctx)
		if decode := (*voicelive.DecodeError)(nil); errors.As(err, &decode) {
			continue
		}
		d.mu.Lock()
		if err != nil {
			d.ended = err
		} else {
			d.take(event, recorded)
		}
		d.mu.Unlock()
		select {
		case d.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// take counts an event, and learns its identifiers from the same event of the recording.
func (d *driver) take(event voicelive.ServerEvent, recorded map[string][]record.Entry) {
	typ := string(event.EventType())
	d.driven.Received[typ]++
	if e, ok := event.(*voicelive.ServerEventError); ok {
		d.driven.Errors = append(d.driven.Errors, voicelive.NewServiceError(e))
	}
	text, err := event.MarshalJSON()
	if err != nil || !slices.Contains(confirmations, typ) || len(recorded[typ]) == 0 {
		return
	}
	before := recorded[typ][0]
	recorded[typ] = recorded[typ][1:]
	c := compare(decode(before.JSON), decode(text), d.ids, nil)
	for was, now := range c.bound {
		if _, known := d.ids.now[was]; !known {
			d.ids.bind(was, now)
		}
	}
}
