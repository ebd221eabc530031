package playback

import (
	"slices"
	"strconv"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// stops reports whether speech of the user interrupts.
func (m *machine) stops() bool {
	return m.options.OnSpeech == Stop || m.options.OnSpeech == "" || m.behavior.InterruptResponse
}

func (m *machine) speechStarted(now time.Time, item string) {
	m.speaking, m.speechItem = now, item
	if m.stops() {
		m.interrupt(now, m.behavior.InterruptResponse)
		return
	}
	if m.options.OnSpeech != Pause {
		return
	}
	if m.clock.behind() || m.queued() > 0 {
		if !m.paused {
			m.clock.clear(now)
			m.hear(now)
			m.paused, m.resumed = true, true
		}
		m.resume = now.Add(maxSpeech)
	}
	if m.paused || m.remote {
		m.awaited = append(m.awaited, item)
	}
}

func (m *machine) speechStopped(now time.Time) {
	if m.paused && !m.speaking.IsZero() {
		m.resume = now.Add(m.options.ResumeAfter)
	}
	m.speaking, m.speechItem = time.Time{}, ""
}

// words are what the user is understood to have said in an item. Those of items from before the
// pause come late and do not count.
func (m *machine) words(now time.Time, item, text string) {
	if text != "" && slices.Contains(m.awaited, item) {
		m.interrupt(now, false)
	}
}

// goOn ends a pause.
func (m *machine) goOn() {
	m.paused, m.resume, m.awaited = false, time.Time{}, m.awaited[:0]
}

// interrupt drops everything that was not heard. ByService says that the service cancels the
// active response of the conversation itself.
func (m *machine) interrupt(now time.Time, byService bool) {
	m.clock.clear(now)
	m.hear(now)
	m.goOn()
	if len(m.spans) > 0 {
		m.stats.Interruptions++
	}
	for _, s := range m.spans {
		s.part.cutAt(now)
	}
	m.buffer, m.read, m.spans = m.buffer[:0], 0, m.spans[:0]
	for _, r := range m.responses {
		if r.active && !r.dead && (!r.outOfBand || m.sounds(r)) {
			m.kill(now, r, byService)
		}
	}
	if m.remote {
		remoteAudio.clear(m)
	}
}

// sounds reports whether audio of a response has arrived here. One outside of the
// conversation may be text for the application.
func (m *machine) sounds(r *response) bool {
	return slices.ContainsFunc(m.parts, func(p *part) bool { return p.response == r })
}

// kill makes a response dead: what still arrives of it is dropped, and it is cancelled unless the
// service does it.
func (m *machine) kill(now time.Time, r *response, byService bool) {
	r.dead = true
	if byService && !r.outOfBand {
		r.cancel = now.Add(closing)
	} else {
		m.cancel(r)
	}
	for _, p := range m.parts {
		// More audio may be on its way, or at the service.
		if p.response == r && !p.closed {
			p.cutAt(now)
		}
	}
}

func (m *machine) cancel(r *response) {
	r.cancel = time.Time{}
	id := r.id
	m.send(&voicelive.ClientEventResponseCancel{EventID: new(m.key()), ResponseID: &id})
}

func (m *machine) cancelOverdue(now time.Time) {
	for _, r := range m.responses {
		switch {
		case r.cancel.IsZero():
		case !r.active:
			r.cancel = time.Time{}
		case !now.Before(r.cancel):
			m.cancel(r)
		}
	}
}

// cutResponse takes the audio of one response out of what is to be heard.
func (m *machine) cutResponse(now time.Time, id string) {
	i := slices.IndexFunc(m.responses, func(r *response) bool { return r.id == id })
	if i < 0 {
		return
	}
	r := m.responses[i]
	m.takeOut(now, r)
	if r.active && !r.dead {
		m.kill(now, r, false)
	}
}

// takeOut removes the audio of a response that was not heard, and plays on.
func (m *machine) takeOut(now time.Time, r *response) {
	if !slices.ContainsFunc(m.spans, func(s span) bool { return s.part.response == r }) {
		return
	}
	m.clock.clear(now)
	m.hear(now)
	m.resumed = true
	m.stats.Interruptions++
	rest := m.buffer[m.read:]
	buffer, spans := m.buffer[:0], m.spans[:0]
	for _, s := range m.spans {
		if s.part.response == r {
			s.part.cutAt(now)
		} else {
			buffer, spans = append(buffer, rest[:s.n]...), append(spans, s)
		}
		rest = rest[s.n:]
	}
	m.buffer, m.read, m.spans = buffer, 0, spans
}

// cutAt lets a part wait for its correction.
func (p *part) cutAt(now time.Time) {
	if !p.cut {
		p.cut, p.deadline = true, now.Add(closing)
	}
}

// drop makes a response dead that somebody else cancels.
func (m *machine) drop(now time.Time, id string) {
	r := m.response(id)
	r.dead = true
	m.takeOut(now, r)
}

// correct sends the corrections that are due: when the service has closed the item, and, with
// auto_truncate, has truncated it; or when that has taken too long.
func (m *machine) correct(now time.Time) {
	for _, p := range m.parts {
		late := !now.Before(p.deadline) && !p.refused
		if !p.cut || p.corrected || !p.closed && !late {
			continue
		}
		byService := m.behavior.AutoTruncate && m.behavior.InterruptResponse
		switch {
		case p.response.outOfBand || p.heard == p.arrived:
			p.corrected = true // there is nothing to correct
		case m.unheard(p.item):
			m.delete(p.item)
		case byService && !p.truncated && !late:
			continue
		case byService && p.truncated && p.kept <= m.ms(p.heard):
			p.corrected = true
		default:
			m.truncate(p)
		}
	}
}

// unheard reports whether nothing of an item was heard.
func (m *machine) unheard(item string) bool {
	return !slices.ContainsFunc(m.parts, func(p *part) bool { return p.item == item && p.heard > 0 })
}

func (m *machine) delete(item string) {
	key := m.key()
	for _, p := range m.parts {
		if p.item == item && p.cut {
			p.corrected, p.key = true, key
		}
	}
	m.stats.Corrections++
	m.send(&voicelive.ClientEventConversationItemDelete{EventID: &key, ItemID: item})
}

func (m *machine) truncate(p *part) {
	p.corrected, p.key = true, m.key()
	m.stats.Corrections++
	m.send(&voicelive.ClientEventConversationItemTruncate{
		EventID: new(p.key), ItemID: p.item, ContentIndex: p.content, AudioEndMS: m.ms(p.heard),
	})
}

// refused handles an error event. A correction that was sent because the service took too
// long to close the item is sent again when it does.
func (m *machine) refused(key string) {
	for _, p := range m.parts {
		if key != "" && p.key == key && !p.closed {
			p.corrected, p.refused = false, true
		}
	}
}

// ms is how long n bytes last, rounded down.
func (m *machine) ms(n int64) int { return int(m.clock.duration(n) / time.Millisecond) }

// mark takes a mark of the leg.
func (m *machine) mark(now time.Time, name string, cleared bool) {
	before, ok := m.clock.reached(now, name, cleared)
	if p := before.part; ok && p.cut && !p.corrected && before.heard > p.heard {
		// The mark was on its way when the leg was cleared.
		m.stats.Played += m.clock.duration(before.heard - p.heard)
		p.heard = before.heard
	}
}

// remembered is how many event_ids of corrections are kept, to recognize errors.
const remembered = 64

func (m *machine) key() string {
	m.keys++
	key := "playback_" + strconv.Itoa(m.keys)
	if len(m.sent) == remembered {
		m.sent = slices.Delete(m.sent, 0, 1)
	}
	m.sent = append(m.sent, key)
	return key
}
