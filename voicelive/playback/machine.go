package playback

import (
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A machine is the state of a Player. It is fed events and times, plays on its device, and
// appends what is to be sent and told to out.
type machine struct {
	options Options
	clock   clock

	// What the session does by itself.
	behavior voicelive.TurnBehavior

	// The user.
	speaking   time.Time // since when; zero if the user does not speak
	speechItem string    // that the speech will become
	paused     bool
	resume     time.Time // when a pause without words ends
	awaited    []string  // items whose words interrupt

	responses []*response // that are active, or have parts, in their order
	parts     []*part     // that are not finished or not corrected, in their order

	// The audio that was not heard yet, written to the leg or not. Spans say whose it is.
	buffer  []byte
	read    int   // bytes at the beginning of buffer that were heard
	taken   int64 // clock.heard, as far as the parts know of it
	spans   []span
	resumed bool // the leg was cleared to pause: its running dry is no underrun

	remote  bool // the user hears audio that does not pass here
	audible bool // what Options.Audible was told
	release func()
	keys    int
	sent    []string // event_ids of the latest corrections and cancels
	stats   Stats

	out []action
}

// An action is one thing for the driver to do: to send an event, or to call back.
type action struct {
	event voicelive.ClientEvent
	call  func()
}

// A response is one of the service.
type response struct {
	id        string
	outOfBand bool
	active    bool      // response.done has not come
	dead      bool      // it was interrupted: what still arrives is dropped
	cancel    time.Time // when it is cancelled if the service has not; zero for never
}

// A part is the audio of one content part of an item.
type part struct {
	response *response
	item     string
	content  int

	arrived int64 // bytes
	heard   int64

	ended  bool // no audio of it will come
	closed bool // the service has closed the item
	cut    bool // it was interrupted
	told   bool // Options.Finished was
	gone   bool // nothing remains to be done about the item

	corrected bool
	key       string    // event_id of the correction
	refused   bool      // it was refused before the item was closed: wait for that
	deadline  time.Time // of the correction
	truncated bool      // by the service itself
	kept      int       // what it left, in ms
}

// A span is a stretch of audio of one part.
type span struct {
	part *part
	n    int64
}

func (m *machine) handle(now time.Time, event voicelive.ServerEvent) {
	switch e := event.(type) {
	case *voicelive.ServerEventResponseAudioDelta:
		m.audio(now, e)
	case *voicelive.ServerEventResponseAudioDone:
		m.endParts(func(p *part) bool { return p.item == e.ItemID && p.content == e.ContentIndex })
	case *voicelive.ServerEventResponseOutputItemDone:
		if e.Item != nil {
			id := e.Item.GetID()
			m.closeParts(func(p *part) bool { return p.item == id })
		}
	case *voicelive.ServerEventResponseCreated:
		m.created(now, &e.Response)
	case *voicelive.ServerEventResponseDone:
		m.done(&e.Response)
	case *voicelive.ServerEventConversationItemTruncated:
		m.truncated(e)
	case *voicelive.ServerEventSessionCreated:
		m.behavior = voicelive.TurnBehaviorOf(e.Session.TurnDetection)
	case *voicelive.ServerEventSessionUpdated:
		m.behavior = voicelive.TurnBehaviorOf(e.Session.TurnDetection)
		if !m.behavior.DetectsSpeech { // nobody will tell that the speech has stopped
			m.speechStopped(now)
		}
	case *voicelive.ServerEventInputAudioBufferSpeechStarted:
		m.speechStarted(now, e.ItemID)
	case *voicelive.ServerEventInputAudioBufferSpeechStopped, *voicelive.ServerEventInputAudioBufferCommitted,
		*voicelive.ServerEventInputAudioBufferCleared:
		m.speechStopped(now)
	case *voicelive.ServerEventConversationItemCreated:
		if e.Item != nil && !m.speaking.IsZero() && e.Item.GetID() == m.speechItem {
			m.speechStopped(now)
		}
	case *voicelive.ServerEventConversationItemInputAudioTranscriptionDelta:
		m.words(now, e.ItemID, deref(e.Delta))
	case *voicelive.ServerEventConversationItemInputAudioTranscriptionCompleted:
		m.words(now, e.ItemID, e.Transcript)
	case *voicelive.ServerEventError:
		m.refused(deref(e.Error.EventID))
	default:
		if remoteAudio.handle != nil {
			remoteAudio.handle(m, event)
		}
	}
}

// audio takes a delta.
func (m *machine) audio(now time.Time, e *voicelive.ServerEventResponseAudioDelta) {
	if len(e.Delta) == 0 {
		return
	}
	p := m.part(e)
	n := int64(len(e.Delta))
	p.arrived += n
	if p.response.dead || p.cut {
		p.cutAt(now)
		return
	}
	m.buffer = append(m.buffer, e.Delta...)
	if last := len(m.spans) - 1; last >= 0 && m.spans[last].part == p {
		m.spans[last].n += n
	} else {
		m.spans = append(m.spans, span{p, n})
	}
}

func (m *machine) part(e *voicelive.ServerEventResponseAudioDelta) *part {
	for _, p := range slices.Backward(m.parts) {
		if p.item == e.ItemID && p.content == e.ContentIndex {
			return p
		}
	}
	p := &part{response: m.response(e.ResponseID), item: e.ItemID, content: e.ContentIndex}
	m.parts = append(m.parts, p)
	return p
}

// maxResponses bounds what is remembered of responses whose end was lost.
const maxResponses = 64

func (m *machine) response(id string) *response {
	for _, r := range slices.Backward(m.responses) {
		if r.id == id {
			return r
		}
	}
	r := &response{id: id, active: true}
	m.responses = append(m.responses, r)
	if len(m.responses) > maxResponses {
		m.over(m.responses[0])
		m.responses = slices.Delete(m.responses, 0, 1)
	}
	return r
}

func (m *machine) created(now time.Time, r *voicelive.Response) {
	response := m.response(deref(r.ID))
	response.outOfBand = r.OutOfBand()
	if response.outOfBand {
		return
	}
	// There is one response of the conversation at a time: the end of another one was lost, or, if
	// it was interrupted, may be on its way.
	for _, other := range m.responses {
		if other != response && !other.outOfBand && !other.dead {
			m.over(other)
		}
	}
	if m.stops() && !m.speaking.IsZero() && now.Before(m.speaking.Add(maxSpeech)) {
		m.kill(now, response, true)
	}
}

func (m *machine) done(r *voicelive.Response) {
	id := deref(r.ID)
	for _, response := range m.responses {
		if response.id == id {
			m.over(response)
		}
	}
}

// over notes that the service has ended a response and its items.
func (m *machine) over(r *response) {
	r.active = false
	m.closeParts(func(p *part) bool { return p.response == r })
}

func (m *machine) endParts(is func(*part) bool) {
	for _, p := range m.parts {
		if is(p) {
			p.ended = true
		}
	}
}

func (m *machine) closeParts(is func(*part) bool) {
	for _, p := range m.parts {
		if is(p) {
			p.ended, p.closed = true, true
		}
	}
}

func (m *machine) truncated(e *voicelive.ServerEventConversationItemTruncated) {
	for _, p := range m.parts {
		if p.item == e.ItemID && p.content == e.ContentIndex {
			p.truncated, p.kept = true, e.AudioEndMS
		}
	}
}

// step brings everything up to date, after each event and at each deadline.
func (m *machine) step(now time.Time) {
	m.clock.update(now)
	m.hear(now)
	if m.paused && !m.resume.IsZero() && !now.Before(m.resume) {
		m.goOn()
	}
	m.fill(now)
	m.correct(now)
	m.cancelOverdue(now)
	m.forget()
	m.tell()
}

// hear moves what was heard from the buffer to its parts.
func (m *machine) hear(now time.Time) {
	n := m.clock.heard - m.taken
	m.taken = m.clock.heard
	for n > 0 && len(m.spans) > 0 {
		s := &m.spans[0]
		k := min(n, s.n)
		m.began(now, s.part, n)
		m.tap(now.Add(-m.clock.duration(n-k)), s.part, m.buffer[m.read:m.read+int(k)])
		s.part.heard += k
		s.n -= k
		n -= k
		m.read += int(k)
		m.stats.Played += m.clock.duration(k)
		if s.n == 0 {
			m.spans = append(m.spans[:0], m.spans[1:]...)
		}
	}
	if m.read > len(m.buffer)/2 {
		m.buffer = m.buffer[:copy(m.buffer, m.buffer[m.read:])]
		m.read = 0
	}
}

// began tells that n bytes were heard of a part and what follows it, if they are the first of it.
func (m *machine) began(now time.Time, p *part, n int64) {
	if m.options.Began == nil || p.heard > 0 || n == 0 {
		return
	}
	heard := Heard{At: now.Add(-m.clock.duration(n)), ResponseID: p.response.id, ItemID: p.item, ContentIndex: p.content}
	m.call(func() { m.options.Began(heard) })
}

func (m *machine) tap(at time.Time, p *part, sound []byte) {
	if m.options.Tap == nil {
		return
	}
	heard := Heard{At: at, ResponseID: p.response.id, ItemID: p.item, ContentIndex: p.content, Audio: slices.Clone(sound)}
	m.call(func() { m.options.Tap(heard) })
}

// queued is how much audio is not written to the leg yet.
func (m *machine) queued() int64 { return int64(len(m.buffer)-m.read) - (m.clock.written - m.taken) }

// fill writes audio to the leg, as far ahead as the lead allows. It waits until half of the lead
// can be written at once, so that writes do not become small.
func (m *machine) fill(now time.Time) {
	for queued := m.queued(); queued > 0 && !m.paused; queued = m.queued() {
		n := queued
		if m.options.Lead > 0 {
			lead := m.clock.bytes(m.options.Lead)
			room := m.clock.estimate(now) + lead - m.clock.written
			if n = min(n, room); n <= 0 || n < queued && n < lead/2 {
				return
			}
		}
		if m.clock.feedback == byMarks {
			n = min(n, m.clock.bytes(chunk))
		}
		m.write(now, n)
	}
}

// write writes the next n bytes, or less, up to the end of their part.
func (m *machine) write(now time.Time, n int64) {
	ahead := m.clock.written - m.taken // of the spans, this much is written
	from := m.read + int(ahead)
	var at *span
	for i := range m.spans {
		at = &m.spans[i]
		if ahead < at.n {
			break
		}
		ahead -= at.n
	}
	n = min(n, at.n-ahead)
	p := at.part
	begun := p.heard+ahead > 0
	if dry := m.clock.write(now, m.buffer[from:from+int(n)], p, p.heard+ahead+n); dry && begun && !m.resumed {
		m.stats.Underruns++
	}
	m.resumed = false
}

// forget drops items and responses about which nothing remains to be done.
func (m *machine) forget() {
	for _, p := range m.parts {
		if !p.told && p.over() {
			m.finish(p)
		}
	}
	for _, p := range m.parts {
		p.gone = !slices.ContainsFunc(m.parts, func(other *part) bool { return other.item == p.item && !other.settled() })
	}
	m.parts = slices.DeleteFunc(m.parts, func(p *part) bool { return p.gone })
	m.responses = slices.DeleteFunc(m.responses, func(r *response) bool {
		return !r.active && !slices.ContainsFunc(m.parts, func(p *part) bool { return p.response == r })
	})
}

// over reports whether it is decided what was heard of the part.
func (p *part) over() bool {
	if p.cut {
		return p.corrected
	}
	return p.ended && p.heard == p.arrived
}

// settled reports whether nothing remains to be done about the part.
func (p *part) settled() bool { return p.told && p.closed && (p.corrected || !p.cut) }

// finish tells what was heard of a part.
func (m *machine) finish(p *part) {
	p.told = true
	m.stats.Dropped += m.clock.duration(p.arrived - p.heard)
	if m.options.Finished != nil {
		f := Finished{
			ResponseID: p.response.id, ItemID: p.item, ContentIndex: p.content,
			Arrived: m.clock.duration(p.arrived), Heard: m.clock.duration(p.heard), Interrupted: p.heard < p.arrived,
		}
		m.call(func() { m.options.Finished(f) })
	}
}

// close forgets everything, and tells those who wait.
func (m *machine) close() {
	for _, p := range m.parts {
		if !p.told {
			m.finish(p)
		}
	}
	m.parts, m.responses, m.spans, m.buffer, m.read, m.remote = nil, nil, nil, nil, 0, false
	m.tell()
}

// tell calls Audible and Hold when they change.
func (m *machine) tell() {
	audible := m.remote || len(m.buffer) > m.read
	if audible != m.audible {
		m.audible = audible
		if m.options.Audible != nil {
			m.call(func() { m.options.Audible(audible) })
		}
	}
	if m.options.Hold == nil {
		return
	}
	pending := slices.ContainsFunc(m.parts, func(p *part) bool { return p.cut && !p.corrected && !p.refused })
	switch {
	case pending && m.release == nil:
		// Not through out: nothing may be asked for before the floor is held.
		m.release = m.options.Hold("corrections of what was heard")
	case !pending && m.release != nil:
		m.call(m.release)
		m.release = nil
	}
}

func (m *machine) call(f func())                    { m.out = append(m.out, action{call: f}) }
func (m *machine) send(event voicelive.ClientEvent) { m.out = append(m.out, action{event: event}) }

// next returns when step must be called next; zero if it need not.
func (m *machine) next(now time.Time) (next time.Time) {
	earliest := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	if m.clock.behind() {
		total := m.clock.written
		if len(m.spans) > 0 {
			total = min(total, m.taken+m.spans[0].n)
		}
		earliest(m.clock.next(now, total))
	}
	if m.options.Lead > 0 && m.queued() > 0 && !m.paused {
		earliest(m.clock.end(m.clock.written).Add(time.Millisecond - m.options.Lead/2)) // so that rounding cannot keep half of the lead from being written
	}
	for _, p := range m.parts {
		if p.cut && !p.corrected && !p.refused {
			earliest(p.deadline)
		}
	}
	for _, r := range m.responses {
		earliest(r.cancel)
	}
	earliest(m.resume)
	return next
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// remoteAudio is set by remote.go, which not every version of the API has the
// types for.
var remoteAudio remote

type remote struct {
	handle func(*machine, voicelive.ServerEvent)
	clear  func(*machine) // comes only after handle has set machine.remote
}
