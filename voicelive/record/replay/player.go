package replay

import (
	"cmp"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// closeDiffers is the code with which a session is closed that differs: that of a policy, so that nobody connects again.
const closeDiffers = 1008

// leftOut is sent in place of an event that was not JSON, and is not in the cassette.
const leftOut = "(an event that is not in the cassette)"

// A player plays one session of a cassette.
type player struct {
	session *voicelivetest.Session
	options *Options
	header  record.Header
	number  int // of the session
	report  func(*Difference)
	changed chan struct{} // one slot: a step was done, or the replay is over

	mu    sync.Mutex
	steps []step
	ids   *ids // of the client
	over  bool // nothing is compared any more
}

// A step is an entry of the session. One of the client is done when it was received.
type step struct {
	record.Entry
	value any // of JSON
	audio bool
	done  bool
	at    time.Time // of that
}

func newPlayer(session *voicelivetest.Session, c *record.Cassette, number int, o *Options, report func(*Difference)) *player {
	p := &player{session: session, options: o, header: c.Header, number: number, report: report, changed: make(chan struct{}, 1), ids: newIDs()}
	known := map[string]bool{} // identifiers of the service
	for _, e := range c.Session(number) {
		s := step{Entry: e, audio: isAudio(e.Type), value: decode(e.JSON)}
		p.steps = append(p.steps, s)
		identifiers(s.value, "", func(id string) {
			switch {
			case e.From == record.Client && !known[id]:
				p.ids.made[id] = true
			case e.From == record.Service && !p.ids.made[id]:
				known[id] = true
			}
		})
	}
	return p
}

// isAudio reports whether events of a type are audio of the user.
func isAudio(typ string) bool {
	return typ == "input_audio_buffer.append" || typ == "input_audio.turn.append"
}

// expected reports whether the client must send a step.
func (p *player) expected(s *step) bool {
	return s.From == record.Client && !(s.audio && p.options.IgnoreAudio)
}

// received compares an event of the client, on the goroutine of the session.
func (p *player) received(r voicelivetest.Received) {
	p.mu.Lock()
	defer p.mu.Unlock()
	audio := isAudio(string(r.Type))
	if p.over || audio && p.options.IgnoreAudio {
		return
	}
	got := r.Raw
	if reduced, ok := p.header.Reduce(r.Raw, string(r.Type)); ok {
		got = reduced
	}
	value := decode(got)
	var first *step // that could have been meant
	var differs *comparison
	for i := range p.steps {
		s := &p.steps[i]
		if s.done || !p.expected(s) || s.audio != audio {
			continue
		}
		if audio {
			p.done(s, nil)
			return
		}
		c := compare(s.value, value, p.ids, p.options.Ignore)
		if len(c.members) == 0 {
			p.done(s, c.bound)
			return
		}
		if first == nil || first.Type != string(r.Type) && s.Type == string(r.Type) {
			first, differs = s, c
		}
		if !p.options.AnyOrder {
			break
		}
	}
	switch {
	case audio: // the user talks on
	case first != nil:
		d := p.difference(first, fmt.Sprintf("the client sends a %s that differs", r.Type))
		d.Want, d.Got, d.Members = first.JSON, got, differs.members
		if first.Type != string(r.Type) {
			d.Problem, d.Members = fmt.Sprintf("the client sends %s in place of %s", orUnknown(string(r.Type)), first.Type), nil
		}
		p.differ(d)
	case p.complete():
		d := p.difference(nil, fmt.Sprintf("the client sends %s, but has sent everything that is in the recording", orUnknown(string(r.Type))))
		d.Got = got
		p.differ(d)
	}
}

func orUnknown(typ string) string {
	if typ == "" {
		return "an event that cannot be decoded"
	}
	return typ
}

// complete reports whether the client has closed the session of the recording. Otherwise it may have tried to send more.
func (p *player) complete() bool {
	for _, s := range p.steps {
		if s.Closed != nil {
			return s.Closed.By == record.Client
		}
	}
	return false
}

func (p *player) done(s *step, bound map[string]string) {
	s.done, s.at = true, time.Now()
	for recorded, now := range bound {
		p.ids.bind(recorded, now)
	}
	p.signal()
}

func (p *player) signal() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

func (p *player) difference(s *step, problem string) *Difference {
	d := &Difference{Session: p.number, Problem: problem}
	if s != nil {
		d.Line, d.At = s.Line, s.At
	}
	return d
}

// differ reports the first difference, and ends the session. The caller holds mu.
func (p *player) differ(d *Difference) {
	if p.over {
		return
	}
	p.over = true
	p.report(d)
	reason, _, _ := strings.Cut(d.Error(), "\n")
	p.session.CloseWith(closeDiffers, strings.ToValidUTF8(reason[:min(len(reason), 123)], ""))
	p.signal()
}

// run plays the session, from its first entry to its last.
func (p *player) run() {
	p.mu.Lock()
	p.begin()
	p.mu.Unlock()
	now := time.Now() // when the step before was due, or done
	before := time.Duration(-1)
	for i := range p.steps {
		s := &p.steps[i]
		if s.From == "" && s.Closed == nil {
			continue
		}
		if before < 0 {
			before = s.At
		}
		due := now.Add(p.options.wait(s.At - before))
		before = s.At
		switch {
		case p.expected(s):
			if !p.await(s, due) {
				return
			}
			if s.at.After(now) {
				now = s.at
			}
			continue
		case !p.sleep(due):
			return
		case s.From == record.Service:
			p.send(s)
		case s.Closed != nil:
			p.end(s.Closed)
			return
		}
		now = due
	}
	p.mu.Lock()
	p.over = true // the recording is not complete
	p.mu.Unlock()
}

// begin looks at the request of the client.
func (p *player) begin() {
	if len(p.steps) == 0 {
		p.differ(p.difference(nil, "the cassette has no such session"))
		return
	}
	query := p.session.Handshake().URL.Query()
	for i := range p.steps {
		c := p.steps[i].Connected
		if c == nil {
			continue
		}
		if got := query.Get("model"); got != c.Model {
			p.differ(p.difference(&p.steps[i], fmt.Sprintf("the client asks for model %q, recorded is %q", got, c.Model)))
		}
		if got := query.Get("agent-name"); got != c.Agent {
			p.differ(p.difference(&p.steps[i], fmt.Sprintf("the client asks for agent %q, recorded is %q", got, c.Agent)))
		}
	}
}

// sleep waits until a step is due. It reports false if the replay is over.
func (p *player) sleep(due time.Time) bool {
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	for {
		if p.isOver() {
			return false
		}
		select {
		case <-timer.C:
			return !p.isOver()
		case <-p.changed:
		case <-p.session.Done():
			p.ended()
			return false
		}
	}
}

func (p *player) isOver() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.over
}

// await waits until the client has sent a step. It reports false if the replay is over.
func (p *player) await(s *step, due time.Time) bool {
	timer := time.NewTimer(time.Until(due) + p.options.Patience)
	defer timer.Stop()
	for {
		p.mu.Lock()
		over, done := p.over, s.done
		p.mu.Unlock()
		if over || done {
			return !over
		}
		select {
		case <-p.changed:
		case <-p.session.Done():
			p.ended()
			return false
		case <-timer.C:
			p.mu.Lock()
			if !s.done {
				d := p.difference(s, fmt.Sprintf("the client has not sent %s within %v", s.Type, p.options.Patience))
				d.Want = s.JSON
				p.differ(d)
			}
			p.mu.Unlock()
		}
	}
}

func (p *player) send(s *step) {
	if s.JSON == nil {
		p.session.InjectJSON([]byte(leftOut))
		return
	}
	p.mu.Lock()
	text := p.ids.restamp(s.JSON)
	p.mu.Unlock()
	p.session.InjectJSON(text)
}

// ended looks at what the client has not sent when its session has ended.
func (p *player) ended() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return
	}
	for i := range p.steps {
		if s := &p.steps[i]; p.expected(s) && !s.audio && !s.done {
			d := p.difference(s, fmt.Sprintf("the session has ended, and the client has not sent %s", s.Type))
			d.Want = s.JSON
			p.differ(d)
			return
		}
	}
	p.over = true
}

// end ends the session as it ended in the recording.
func (p *player) end(c *record.Closed) {
	switch {
	case c.By == record.Client:
		p.awaitEnd()
		return
	case c.Code == 0 && c.Error != "", c.Code == 1006:
		p.session.Abort()
	default:
		p.session.CloseWith(cmp.Or(c.Code, 1000), c.Reason)
	}
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
}

// awaitEnd waits until the client closes the session.
func (p *player) awaitEnd() {
	timer := time.NewTimer(p.options.Patience)
	defer timer.Stop()
	for !p.isOver() {
		select {
		case <-p.changed:
		case <-p.session.Done():
			return
		case <-timer.C:
			p.mu.Lock()
			p.differ(p.difference(nil, fmt.Sprintf("the client has not closed the session within %v", p.options.Patience)))
			p.mu.Unlock()
		}
	}
}
