package voicelive

import (
	"container/list"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A reply identifies an event that a waiter waits for, by its type and its subject. The subject
// distinguishes events of one type, and may be empty; see subjects.
type reply struct {
	typ     ServerEventType
	subject string
}

// A waiter is a request that waits for one of its replies.
type waiter struct {
	request ClientEventType
	replies []reply
	found   chan delivery // one

	places  []*list.Element // in waiters.queues, one for each of replies; nil once the waiter is found or removed
	number  uint64          // counts the waiters, from 1
	unnamed uint64          // waiters.unnamed when the waiter was added
}

// A delivery is the reply to a request.
type delivery struct {
	data    []byte
	unnamed bool // an error that names no event, and counts as the reply to the only request
}

// waiters finds a waiter by its replies, in constant time.
type waiters struct {
	n       atomic.Int32         // how many wait; the reader takes no lock if it is 0
	network func() time.Duration // what a reply takes by the network alone

	mu       sync.Mutex
	queues   map[reply]*list.List // of *waiter, in order
	added    uint64
	echoes   bool      // the service repeats the metadata of a response.create
	keepsIDs bool      // the service keeps the id of an item that is created with one
	unnamed  uint64    // how many errors named no event
	latest   []byte    // the latest such error; nil if no waiter was left since
	delayed  []func()  // see later
	due      time.Time // of the last of them
}

func (ws *waiters) add(request ClientEventType, replies ...reply) *waiter {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.added++
	w := &waiter{request: request, replies: replies, found: make(chan delivery, 1), number: ws.added, unnamed: ws.unnamed}
	if ws.queues == nil {
		ws.queues = map[reply]*list.List{}
	}
	for _, r := range replies {
		if ws.queues[r] == nil {
			ws.queues[r] = list.New()
		}
		w.places = append(w.places, ws.queues[r].PushBack(w))
	}
	ws.n.Add(1)
	return w
}

// remove may be called for a waiter that was found.
func (ws *waiters) remove(w *waiter) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.leave(w)
}

func (ws *waiters) leave(w *waiter) {
	if w.places == nil {
		return
	}
	for i, r := range w.replies {
		queue := ws.queues[r]
		queue.Remove(w.places[i])
		if queue.Len() == 0 {
			delete(ws.queues, r)
		}
	}
	w.places = nil
	if ws.n.Add(-1) == 0 {
		ws.queues, ws.latest = nil, nil
	}
}

// first returns the waiter that has waited longest for r, or nil.
func (ws *waiters) first(r reply) *waiter {
	if queue := ws.queues[r]; queue != nil {
		return queue.Front().Value.(*waiter)
	}
	return nil
}

// tell gives a copy of data to w, which waits no longer.
func (ws *waiters) tell(w *waiter, data []byte, unnamed bool) {
	ws.leave(w)
	w.found <- delivery{slices.Clone(data), unnamed}
}

// received gives an event to the first waiter that waits for it, if any. The reader calls it.
func (ws *waiters) received(typ ServerEventType, data []byte) {
	if ws.n.Load() == 0 {
		return
	}
	subjectsOf, ok := subjects[typ]
	if !ok {
		return
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, subject := range subjectsOf(data) {
		if w := ws.first(reply{typ, subject}); w != nil {
			ws.tell(w, data, false)
			return
		}
	}
}

// failed gives an error to the request that it names. An error that names none goes to the
// only request that waits, unless its code excludes that request. If several wait, the error is
// kept, and added to the Go error of each waiter that gets no reply. The reader calls failed.
func (ws *waiters) failed(data []byte) {
	if ws.n.Load() == 0 {
		return
	}
	details := peekObject(data, "error")
	id, code := peekString(details, "event_id"), peekString(details, "code")
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if id != "" {
		if w := ws.first(reply{ServerEventTypeError, id}); w != nil {
			ws.tell(w, data, false)
		}
		return
	}
	ws.unnamed++
	ws.latest = slices.Clone(data)
	if w := ws.only(); w != nil && mayCause(w.request, code) {
		ws.tell(w, data, true)
	}
}

// only returns the waiter if there is one, and nil if there are several.
func (ws *waiters) only() *waiter {
	if ws.n.Load() != 1 {
		return nil
	}
	for r := range ws.queues {
		return ws.first(r)
	}
	return nil
}

// mayCause reports whether an error with a code can be the reply to a request.
func mayCause(request ClientEventType, code string) bool {
	switch code {
	case codeActiveResponse:
		return request == ClientEventTypeResponseCreate
	case codeCancelNotActive:
		return request == ClientEventTypeResponseCancel
	case codeSessionExpired:
		return false
	}
	return true
}

// unnamedSince returns the latest error that arrived while w waited and named no event; nil if there was none.
func (ws *waiters) unnamedSince(w *waiter) []byte {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.unnamed == w.unnamed {
		return nil
	}
	return ws.latest
}

// created gives response.created to the request whose mark is in the metadata. Without a mark,
// either the service started the response by itself, or it repeats no metadata. The reader calls
// created.
func (ws *waiters) created(mark string, data []byte) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if mark == "" {
		ws.later(reply{ServerEventTypeResponseCreated, ""}, data, &ws.echoes)
		return
	}
	ws.echoes = true
	if w := ws.first(reply{ServerEventTypeResponseCreated, mark}); w != nil {
		ws.tell(w, data, false)
	}
}

// itemCreated does the same for conversation.item.created. The mark is the id of the item, which a
// service may replace.
func (ws *waiters) itemCreated(data []byte) {
	if ws.n.Load() == 0 {
		return
	}
	item := peekObject(data, "item")
	id, shape := idSubject(peekString(item, "id")), shapeSubject(item)
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if w := ws.first(reply{ServerEventTypeConversationItemCreated, id}); w != nil {
		ws.keepsIDs = true
		ws.tell(w, data, false)
		return
	}
	if w := ws.first(reply{ServerEventTypeConversationItemCreated, shape}); w != nil {
		ws.tell(w, data, false)
		return
	}
	ws.later(reply{ServerEventTypeConversationItemCreated, replacedID(shape)}, data, &ws.keepsIDs)
}

// A reply without a mark may belong to another request. Within patience, and the time of the network, the
// service can still send the reply that has the mark.
const (
	patience   = time.Second // for a service that is busy
	maxDelayed = 1024        // bounds the events that a hostile service can make a session keep
)

// later gives data to the first request that still waits for r after that time, if it waited already when
// data arrived. If the service turns out to repeat marks, later drops data.
func (ws *waiters) later(r reply, data []byte, repeats *bool) {
	if *repeats || ws.first(r) == nil || len(ws.delayed) == maxDelayed {
		return
	}
	data, before := slices.Clone(data), ws.added
	ws.delayed = append(ws.delayed, func() {
		if w := ws.first(r); w != nil && w.number <= before && !*repeats {
			ws.tell(w, data, false)
		}
	})
	now := time.Now()
	if due := now.Add(patience + ws.network()); due.After(ws.due) { // none before those that came before
		ws.due = due
	}
	time.AfterFunc(ws.due.Sub(now), func() { // several may come in any order
		ws.mu.Lock()
		defer ws.mu.Unlock()
		next := ws.delayed[0]
		ws.delayed = slices.Delete(ws.delayed, 0, 1)
		next()
	})
}
