package floor

import "time"

// tick lets the states end whose limit has passed.
func (m *machine) tick(now time.Time) {
	if !now.Before(m.backoff) {
		m.backoff = time.Time{}
	}
	if m.passed(now, &m.speaking, m.limits.Speaking) {
		m.alarm(Speaking, m.limits.Speaking, "")
	}
	if len(m.active) == 0 && m.passed(now, &m.expected, m.limits.Expected) {
		m.alarm(Expected, m.limits.Expected, "")
	}
	if m.passed(now, &m.audible, m.limits.Audible) {
		m.alarm(Audible, m.limits.Audible, "")
	}
	for _, h := range m.held {
		if !now.Before(h.since.Add(m.limits.Held)) {
			m.release(h)
			m.alarm(Held, m.limits.Held, h.reason)
			break // the others have a tick of their own
		}
	}
	for id, r := range m.active {
		if !now.Before(r.heard.Add(m.limits.Generating)) {
			delete(m.active, id)
			m.ended.add(id)
			m.alarm(Generating, m.limits.Generating, id)
			if r.creation != nil {
				m.end(r.creation, Result{Outcome: Dropped, ResponseID: id, Err: ErrNotDone})
			}
		}
	}
	for _, c := range m.creations {
		switch {
		case c.response != "" && m.active[c.response] != nil:
			// What is heard of the response counts.
		case c.response == "" && !now.Before(c.sent.Add(m.limits.Created)):
			m.alarm(Creating, m.limits.Created, "")
			m.end(c, Result{Outcome: Dropped, Err: ErrNoReply})
		case c.response != "" && !now.Before(c.heard.Add(m.limits.Generating)):
			m.alarm(Generating, m.limits.Generating, c.response)
			m.end(c, Result{Outcome: Dropped, ResponseID: c.response, Err: ErrNotDone})
		}
	}
}

// passed reports whether a state has lasted for its limit, and ends it.
func (m *machine) passed(now time.Time, since *time.Time, limit time.Duration) bool {
	if since.IsZero() || now.Before(since.Add(limit)) {
		return false
	}
	*since = time.Time{}
	return true
}

func (m *machine) alarm(s State, limit time.Duration, detail string) {
	m.out = append(m.out, action{alarm: &Alarm{State: s, Limit: limit, Detail: detail}})
}

// next returns when tick must be called next; zero if it need not.
func (m *machine) next() (next time.Time) {
	earliest := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	state := func(since time.Time, limit time.Duration) {
		if !since.IsZero() {
			earliest(since.Add(limit))
		}
	}
	state(m.speaking, m.limits.Speaking)
	state(m.audible, m.limits.Audible)
	if len(m.active) == 0 {
		state(m.expected, m.limits.Expected)
	}
	for _, h := range m.held {
		earliest(h.since.Add(m.limits.Held))
	}
	for _, r := range m.active {
		earliest(r.heard.Add(m.limits.Generating))
	}
	for _, c := range m.creations {
		switch {
		case c.response == "":
			earliest(c.sent.Add(m.limits.Created))
		case m.active[c.response] == nil:
			earliest(c.heard.Add(m.limits.Generating))
		}
	}
	if len(m.waiting) > 0 && !m.backoff.IsZero() {
		earliest(m.backoff)
	}
	return next
}

// states returns why a request would wait.
func (m *machine) states() (states []State) {
	for _, s := range []struct {
		state State
		in    bool
	}{
		{Speaking, !m.speaking.IsZero()}, {Expected, !m.expected.IsZero()}, {Creating, m.creating != nil},
		{Generating, len(m.active) > 0}, {Held, len(m.held) > 0}, {Audible, !m.audible.IsZero()},
	} {
		if s.in {
			states = append(states, s.state)
		}
	}
	return states
}
