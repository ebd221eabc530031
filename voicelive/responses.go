package voicelive

import (
	"bytes"
	"slices"
	"sync"
	"time"
)

// ResponseInfo describes a response from response.created to response.done, whether the
// client asked for it or the service started it.
type ResponseInfo struct {
	Session *Session
	ID      string
	EventID string // the event_id of the response.create, if [Session.Do] sent it; otherwise empty

	// OutOfBand reports whether the response is not part of the conversation: its
	// response.create had conversation "none" or commit false. It may run beside others.
	OutOfBand bool

	Status     ResponseStatus // ResponseStatusInProgress until it is done
	Reason     string         // why it was cancelled or is incomplete (status_details.reason), or failed (the code of its error); empty if the service gave none
	Created    time.Time      // when response.created arrived; zero if it did not
	FirstAudio time.Duration  // from Created to the first audio, or from the end of the user's speech if speech started the response; 0 if there was none
	Duration   time.Duration  // from Created to response.done; 0 until then
	Usage      *TokenUsage    // nil if response.done has none
}

// Active reports whether the response is not done.
func (r *ResponseInfo) Active() bool { return r.Status == ResponseStatusInProgress }

// Responses returns the active responses and the four that were done last, in the order of
// their response.created, 16 at most. It counts all events that the session has received,
// also those that [Session.Recv] has not returned yet. The caller owns the slice.
func (s *Session) Responses() []ResponseInfo {
	t := &s.responses
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]ResponseInfo, len(t.list))
	for i := range t.list {
		list[i] = t.list[i].ResponseInfo
	}
	return list
}

const (
	maxResponses     = 16
	maxDoneResponses = 4
)

// responses tracks the responses of a session. The reader alone changes it.
type responses struct {
	silent        int       // active responses without audio; for the reader alone
	speechStopped time.Time // the user's last speech, which no response has followed yet

	mu   sync.Mutex
	list []tracked
}

type tracked struct {
	ResponseInfo
	since    time.Time // when the wait for the first audio began
	bySpeech bool      // with the end of the user's speech
}

func (r *tracked) isSilent() bool { return r.Active() && r.FirstAudio == 0 }

// find returns the active response with an id.
func (t *responses) find(id []byte) *tracked {
	for i := range t.list {
		if r := &t.list[i]; r.Active() && r.ID == string(id) {
			return r
		}
	}
	return nil
}

// created adds a response. If the user's speech started it, its wait began with the end of the speech.
func (t *responses) created(info ResponseInfo) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.find([]byte(info.ID)) != nil {
		return
	}
	r := tracked{ResponseInfo: info, since: info.Created}
	if r.bySpeech = !t.speechStopped.IsZero() && !info.OutOfBand; r.bySpeech {
		r.since, t.speechStopped = t.speechStopped, time.Time{}
	}
	t.list = append(t.list, r)
	if len(t.list) > maxResponses {
		t.list = slices.Delete(t.list, 0, 1)
	}
	t.count()
}

// audio notes the first audio of a response, and returns the time until it; 0 for later audio.
func (t *responses) audio(data []byte) time.Duration {
	if t.silent == 0 {
		return 0
	}
	id := peekString(data, "response_id")
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.find([]byte(id))
	if r == nil || !r.isSilent() {
		return 0
	}
	r.FirstAudio = max(time.Since(r.since), 1)
	t.count()
	return r.FirstAudio
}

// done ends a response, and returns its description. If it was silent because it called
// functions, the user still waits for a reply to the same speech.
func (t *responses) done(end ResponseInfo, called bool) ResponseInfo {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.find([]byte(end.ID))
	if r == nil {
		return end
	}
	if called && r.isSilent() && r.bySpeech && t.speechStopped.IsZero() {
		t.speechStopped = r.since
	}
	r.Status, r.Reason, r.Usage = end.Status, end.Reason, end.Usage
	r.Duration = time.Since(r.Created)
	end = r.ResponseInfo
	done := 0
	for i := len(t.list) - 1; i >= 0; i-- {
		if t.list[i].Active() {
			continue
		}
		if done++; done > maxDoneResponses {
			t.list = slices.Delete(t.list, i, i+1)
		}
	}
	t.count()
	return end
}

func (t *responses) count() {
	t.silent = 0
	for i := range t.list {
		if t.list[i].isSilent() {
			t.silent++
		}
	}
}

// active reports whether a response of the conversation is active.
func (t *responses) active() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.list, func(r tracked) bool { return r.Active() && !r.OutOfBand })
}

// The watchers that concern responses.

func (s *Session) speechStarted([]byte) {
	if s.responses.active() {
		s.stats.interruptions.Add(1)
	}
}

func (s *Session) speechStopped([]byte) { s.responses.speechStopped = time.Now() }

func (s *Session) responseCreated(data []byte) {
	response := peekObject(data, "response")
	eventID, outOfBand := markOf(peekObject(response, "metadata"))
	s.responses.created(ResponseInfo{
		Session: s, ID: peekString(response, "id"), EventID: eventID, OutOfBand: outOfBand || string(membersOf(response)["conversation_id"]) == "null",
		Status: ResponseStatusInProgress, Created: time.Now(),
	})
	s.waiters.created(eventID, data)
}

func (s *Session) responseAudio(data []byte) {
	if latency := s.responses.audio(data); latency > 0 {
		s.stats.firstAudio.Store(int64(latency))
	}
}

func (s *Session) responseDone(data []byte) {
	s.stats.responses.Add(1)
	response := peekObject(data, "response")
	details := peekObject(response, "status_details")
	end := ResponseInfo{
		Session: s, ID: peekString(response, "id"), Status: ResponseStatus(peekString(response, "status")),
		Reason: peekString(details, "reason"),
	}
	end.EventID, end.OutOfBand = markOf(peekObject(response, "metadata"))
	if end.Reason == "" {
		end.Reason = peekString(peekObject(details, "error"), "code")
	}
	if end.Active() { // a service that forgot to say so
		end.Status = ""
	}
	if usage := peekObject(response, "usage"); usage != nil {
		if end.Usage = new(TokenUsage); end.Usage.UnmarshalJSON(usage) != nil {
			end.Usage = nil
		}
	}
	end = s.responses.done(end, bytes.Contains(peekObject(response, "output"), []byte(`"function_call"`)))
	if o := s.client.opts.Observer; o != nil {
		o.ObserveResponse(end)
	}
}
