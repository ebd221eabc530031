package floor

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// metadataKey is the key in the metadata of a response by which the floor recognizes its own.
const metadataKey = "voicelive_floor"

// A machine is the state of a floor. It is fed events and times, and appends what is to be
// done to out. After each step the driver calls pump.
type machine struct {
	limits Limits
	closed bool

	// What the session is configured to do, and what was learned about the service.
	behavior   voicelive.TurnBehavior
	echoes     bool // it has echoed metadata: a response without it is not ours
	noPrevious bool // it does not know cancel_previous

	// Who has the floor.
	speaking   time.Time // since when; zero if the user does not speak
	speechItem string    // that the speech will become
	expected   time.Time // since when
	active     map[string]*response
	held       []*hold
	audible    time.Time // since when

	// Requests.
	waiting   []*Handle            // in their order
	creations map[string]*creation // sent and not ended, by their key
	creating  *creation            // of the conversation, sent and not created
	backoff   time.Time            // before which nothing is sent
	keys      int

	confirmed history // ids of items
	ended     history // ids of responses
	aside     history // ids of responses out of band

	out []action
}

// An action is one thing for the driver to do. One of event, alarm and dropped is set.
type action struct {
	event    voicelive.ClientEvent
	creation *creation // that event sends
	alarm    *Alarm
	dropped  string // the id of a response
}

// A response is one of the conversation that is active.
type response struct {
	id       string
	creation *creation // nil if it is not ours
	heard    time.Time // when something was last heard of it
}

// A creation is one response.create that was sent.
type creation struct {
	key      string // its event_id, and in its metadata
	handles  []*Handle
	sent     time.Time
	heard    time.Time // when something was last heard of its response
	tries    int       // how often these handles were sent before
	crossed  bool      // the user began to speak before the response was created
	response string
	byOrder  bool
}

type hold struct {
	reason string
	since  time.Time
}

func (m *machine) init(limits Limits) {
	m.limits = limits
	// Until session.created tells better: waiting for a response that does not come
	// costs a limit, not waiting for one that comes costs a sentence.
	m.behavior = voicelive.TurnBehavior{DetectsSpeech: true, CreateResponse: true, InterruptResponse: true}
	m.active = map[string]*response{}
	m.creations = map[string]*creation{}
}

func (m *machine) handle(now time.Time, event voicelive.ServerEvent) {
	if m.closed {
		return
	}
	switch e := event.(type) {
	case *voicelive.ServerEventResponseAudioDelta:
		m.signOfLife(now, e.ResponseID)
	case *voicelive.ServerEventResponseAudioTranscriptDelta:
		m.signOfLife(now, e.ResponseID)
	case *voicelive.ServerEventResponseTextDelta:
		m.signOfLife(now, e.ResponseID)
	case *voicelive.ServerEventResponseFunctionCallArgumentsDelta:
		m.signOfLife(now, e.ResponseID)
	case *voicelive.ServerEventResponseOutputItemAdded:
		m.signOfLife(now, e.ResponseID)
	case *voicelive.ServerEventSessionCreated:
		m.behavior = voicelive.TurnBehaviorOf(e.Session.TurnDetection)
	case *voicelive.ServerEventSessionUpdated:
		m.behavior = voicelive.TurnBehaviorOf(e.Session.TurnDetection)
		if !m.behavior.DetectsSpeech { // nobody will tell that the speech has stopped
			m.speaking, m.speechItem = time.Time{}, ""
		}
	case *voicelive.ServerEventInputAudioBufferSpeechStarted:
		m.speechStarted(now, e.ItemID)
	case *voicelive.ServerEventInputAudioBufferSpeechStopped:
		m.speechStopped(now)
	case *voicelive.ServerEventInputAudioBufferCleared:
		m.speaking, m.speechItem = time.Time{}, "" // what the user said is forgotten
	case *voicelive.ServerEventInputAudioBufferCommitted:
		if !m.speaking.IsZero() { // speech_stopped was lost
			m.speechStopped(now)
		}
	case *voicelive.ServerEventConversationItemCreated:
		m.itemCreated(now, e.Item)
	case *voicelive.ServerEventResponseCreated:
		m.responseCreated(now, &e.Response)
	case *voicelive.ServerEventResponseDone:
		m.responseDone(now, &e.Response)
	case *voicelive.ServerEventError:
		m.refused(now, e)
	}
}

func (m *machine) speechStarted(now time.Time, item string) {
	m.speaking, m.speechItem, m.expected = now, item, time.Time{}
	if m.creating != nil {
		m.creating.crossed = true
	}
}

func (m *machine) speechStopped(now time.Time) {
	m.speaking, m.speechItem = time.Time{}, ""
	if m.behavior.CreateResponse {
		m.expected = now
	}
}

func (m *machine) itemCreated(now time.Time, item voicelive.ResponseItem) {
	if item == nil {
		return
	}
	id := item.GetID()
	m.confirmed.add(id)
	if !m.speaking.IsZero() && id != "" && id == m.speechItem { // speech_stopped was lost
		m.speechStopped(now)
	}
}

// signOfLife notes that a response is active. If it is not known, its response.created was
// lost.
func (m *machine) signOfLife(now time.Time, id string) {
	if r := m.active[id]; r != nil {
		r.heard = now
		return
	}
	if id == "" || m.ended.has(id) {
		return
	}
	if m.aside.has(id) {
		for _, c := range m.creations {
			if c.response == id {
				c.heard = now
			}
		}
		return
	}
	m.active[id] = &response{id: id, heard: now}
}

func (m *machine) responseCreated(now time.Time, r *voicelive.Response) {
	id := deref(r.ID)
	c, ours, byOrder := m.creationOf(r)
	switch {
	case c != nil && c.handles[0].request.outOfBand():
		m.aside.add(id)
		c.response, c.heard = id, now
		m.note(c, byOrder)
		return
	case r.OutOfBand() && c == nil:
		m.aside.add(id)
		return
	}
	if c != nil && m.creating == c {
		m.creating = nil
	}
	m.active[id] = &response{id: id, creation: c, heard: now}
	switch {
	case ours && (c == nil && !m.speaking.IsZero() || c != nil && c.crossed):
		m.drop(id, c)
	case ours:
		if c != nil {
			c.response = id
			m.note(c, byOrder)
		}
	default:
		m.satisfy(now, id)
	}
}

// creationOf returns the creation that asked for a response, if it still waits. Ours says that
// the response was asked for by this floor.
func (m *machine) creationOf(r *voicelive.Response) (c *creation, ours, byOrder bool) {
	if key, ok := r.Metadata[metadataKey]; ok {
		m.echoes = true
		return m.creations[key], true, false
	}
	if c := m.creating; c != nil && !m.echoes && m.expected.IsZero() {
		return c, true, true
	}
	return nil, false, false
}

// note writes what is known of a creation into its handles.
func (m *machine) note(c *creation, byOrder bool) {
	c.byOrder = byOrder
	for _, h := range c.handles {
		h.result.ResponseID, h.result.ByOrder = c.response, byOrder
	}
}

// drop cancels a response of ours that crossed the user's speech. Its requests wait again.
func (m *machine) drop(id string, c *creation) {
	m.out = append(m.out,
		action{dropped: id},
		action{event: &voicelive.ClientEventResponseCancel{EventID: new(m.key()), ResponseID: &id}})
	if r := m.active[id]; r != nil {
		r.creation = nil
	}
	if c != nil {
		m.waitAgain(c)
	}
}

// waitAgain puts the requests of a creation in front of those that wait.
func (m *machine) waitAgain(c *creation) {
	m.forget(c)
	for _, h := range c.handles {
		h.result = Result{Outcome: Waiting}
	}
	m.waiting = slices.Insert(m.waiting, 0, c.handles...)
}

// satisfy ends the waiting requests that a response of the service serves. Nothing is
// expected any more.
func (m *machine) satisfy(now time.Time, id string) {
	m.expected = time.Time{}
	m.waiting = slices.DeleteFunc(m.waiting, func(h *Handle) bool {
		if !h.request.plain() || slices.ContainsFunc(h.request.Items, m.confirmed.lacks) {
			return false
		}
		m.settle(h, Result{Outcome: Satisfied, ResponseID: id})
		return true
	})
}

func (m *machine) responseDone(now time.Time, r *voicelive.Response) {
	id := deref(r.ID)
	m.ended.add(id)
	c := m.creations[r.Metadata[metadataKey]]
	if active := m.active[id]; active != nil {
		delete(m.active, id)
		if !m.expected.IsZero() {
			m.expected = now // the service responds when it can
		}
		if c == nil {
			c = active.creation
		}
		m.backoff = time.Time{} // what was in the way has ended
	}
	if c == nil {
		for _, other := range m.creations {
			if other.response == id && id != "" {
				c = other
			}
		}
	}
	if c != nil {
		c.response = id
		m.end(c, Result{Outcome: Done, ResponseID: id, Status: r.Status, ByOrder: c.byOrder})
	}
}

// refused handles an error event.
func (m *machine) refused(now time.Time, e *voicelive.ServerEventError) {
	err := voicelive.NewServiceError(e)
	busy := err.Code == "conversation_already_has_active_response"
	c := m.creations[err.EventID]
	if c == nil && err.EventID == "" && busy {
		c = m.creating
	}
	switch {
	case c == nil || c.response != "":
		return
	case busy && c.tries+1 < m.limits.Tries:
		tries := c.tries + 1
		m.waitAgain(c)
		for _, h := range c.handles {
			h.tries = tries
		}
		m.backoff = now.Add(m.limits.Backoff << c.tries)
	case !m.noPrevious && (err.Param == "response.cancel_previous" || strings.Contains(err.Message, "cancel_previous")) && !c.handles[0].request.cancels():
		m.noPrevious = true
		m.waitAgain(c)
	default:
		m.end(c, Result{Outcome: Refused, Err: err})
	}
}

// request takes a request.
func (m *machine) request(h *Handle) {
	h.result.Outcome = Waiting
	if m.closed {
		m.settle(h, Result{Outcome: Dropped, Err: ErrClosed})
		return
	}
	m.waiting = append(m.waiting, h)
}

func (m *machine) withdraw(h *Handle) bool {
	i := slices.Index(m.waiting, h)
	if i < 0 {
		return false
	}
	m.waiting = slices.Delete(m.waiting, i, i+1)
	m.settle(h, Result{Outcome: Withdrawn})
	return true
}

func (m *machine) hold(now time.Time, h *hold) {
	h.since = now
	if !m.closed {
		m.held = append(m.held, h)
	}
}

func (m *machine) release(h *hold) {
	m.held = slices.DeleteFunc(m.held, func(other *hold) bool { return other == h })
}

func (m *machine) setAudible(now time.Time, audible bool) {
	switch {
	case !audible:
		m.audible = time.Time{}
	case m.audible.IsZero() && !m.closed:
		m.audible = now
	}
}

// pump sends the requests that may be sent.
func (m *machine) pump(now time.Time) {
	for i := 0; i < len(m.waiting); {
		h := m.waiting[i]
		if !m.may(now, h) {
			i++
			continue
		}
		handles := []*Handle{h}
		if h.request.plain() {
			for _, other := range m.waiting[i+1:] {
				if other.request.plain() && m.may(now, other) {
					handles = append(handles, other)
				}
			}
		}
		m.create(now, handles)
	}
}

// may reports whether a request may be sent.
func (m *machine) may(now time.Time, h *Handle) bool {
	r := &h.request
	switch {
	case r.outOfBand():
		return true
	case !m.speaking.IsZero(), !m.expected.IsZero(), m.creating != nil, now.Before(m.backoff), r.AfterHeard && !m.audible.IsZero():
		return false
	}
	return r.cancels() || len(m.active) == 0 && len(m.held) == 0
}

// create sends one response.create for some of the waiting requests.
func (m *machine) create(now time.Time, handles []*Handle) {
	m.waiting = slices.DeleteFunc(m.waiting, func(h *Handle) bool { return slices.Contains(handles, h) })
	c := &creation{key: m.key(), handles: handles, sent: now}
	for _, h := range handles {
		h.result = Result{Outcome: Sent}
		c.tries = max(c.tries, h.tries)
	}
	m.creations[c.key] = c
	var params voicelive.ResponseCreateParams
	if p := handles[0].request.Params; p != nil {
		params = *p
	}
	if params.CancelPrevious == nil && !m.noPrevious && !handles[0].request.outOfBand() {
		params.CancelPrevious = new(false)
	}
	params.Metadata = withKey(params.Metadata, c.key)
	if !handles[0].request.outOfBand() {
		m.creating = c
	}
	m.out = append(m.out, action{event: &voicelive.ClientEventResponseCreate{EventID: &c.key, Response: &params}, creation: c})
}

// maxMetadata is the number of pairs that metadata may have.
const maxMetadata = 16

// withKey adds a key to the user's metadata, which stays as it is. If there is no room for it, the
// response will be recognized by order.
func withKey(metadata map[string]string, key string) map[string]string {
	if len(metadata) >= maxMetadata {
		return metadata
	}
	with := make(map[string]string, len(metadata)+1)
	for k, v := range metadata {
		with[k] = v
	}
	with[metadataKey] = key
	return with
}

func (m *machine) key() string {
	m.keys++
	return "floor_" + strconv.Itoa(m.keys)
}

// sendFailed ends a creation that did not get onto the wire.
func (m *machine) sendFailed(c *creation, err error) {
	m.end(c, Result{Outcome: Dropped, Err: err})
}

// end gives all requests of a creation their outcome.
func (m *machine) end(c *creation, result Result) {
	m.forget(c)
	for _, h := range c.handles {
		m.settle(h, result)
	}
}

func (m *machine) forget(c *creation) {
	delete(m.creations, c.key)
	if m.creating == c {
		m.creating = nil
	}
}

func (m *machine) settle(h *Handle, result Result) {
	h.result = result
	close(h.done)
}

func (m *machine) close() {
	if m.closed {
		return
	}
	m.closed = true
	for _, c := range m.creations {
		m.end(c, Result{Outcome: Dropped, ResponseID: c.response, Err: ErrClosed})
	}
	for _, h := range m.waiting {
		m.settle(h, Result{Outcome: Dropped, Err: ErrClosed})
	}
	limits := m.limits
	*m = machine{closed: true}
	m.init(limits)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// A history remembers the latest of some ids.
type history struct {
	ids  map[string]struct{}
	ring []string // in their order; the next one replaces ring[at]
	at   int
}

const historySize = 256

func (h *history) add(id string) {
	if id == "" || h.has(id) {
		return
	}
	if h.ids == nil {
		h.ids = map[string]struct{}{}
	}
	if len(h.ring) < historySize {
		h.ring = append(h.ring, id)
	} else {
		delete(h.ids, h.ring[h.at])
		h.ring[h.at] = id
		h.at = (h.at + 1) % historySize
	}
	h.ids[id] = struct{}{}
}

func (h *history) has(id string) bool {
	_, ok := h.ids[id]
	return ok
}

func (h *history) lacks(id string) bool { return !h.has(id) }
