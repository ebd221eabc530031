package voicelivetest

import (
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

const (
	argumentsDelta    = 12 // bytes
	perArgumentsDelta = 20 * time.Millisecond
	perSearchState    = 100 * time.Millisecond
)

// call asks the client to call a function.
func (r *response) call(c Call) {
	s := r.s
	id, callID := s.id("item"), c.ID
	if callID == "" {
		callID = s.id("call")
	}
	s.taken[callID] = true
	i, index := r.begin(functionCall(id, callID, c.Name, "", voicelive.ResponseItemStatusInProgress))
	arguments := r.stream(i, c.Arguments, func(delta string) {
		i.emit(s, &voicelive.ServerEventResponseFunctionCallArgumentsDelta{ResponseID: r.id, ItemID: id, OutputIndex: index, CallID: callID, Delta: delta})
	})
	i.emit(s, &voicelive.ServerEventResponseFunctionCallArgumentsDone{ResponseID: r.id, ItemID: id, OutputIndex: index, CallID: callID, Arguments: arguments, Name: c.Name})
	r.end(i, index, functionCall(id, callID, c.Name, arguments, r.status()))
}

func functionCall(id, callID, name, arguments string, status voicelive.ResponseItemStatus) *voicelive.ResponseFunctionCallItem {
	return &voicelive.ResponseFunctionCallItem{
		ID: &id, Object: voicelive.ResponseItemObjectRealtimeItem, CallID: callID, Name: name, Arguments: arguments, Status: status,
	}
}

// stream sends a text of an item in pieces, and returns the part that was sent.
func (r *response) stream(i *item, text string, send func(delta string)) (sent string) {
	for sent != text {
		n := min(len(sent)+argumentsDelta, len(text))
		for n < len(text) && text[n]&0xC0 == 0x80 { // not within a character
			n++
		}
		send(text[len(sent):n])
		sent = text[:n]
		if !r.wait(perArgumentsDelta) || i.deleted {
			break
		}
	}
	r.text += len(sent)
	return sent
}

// search makes a search of the service's own. Its events are numbered within the search.
func (r *response) search(q Search) {
	if q.Files {
		r.searchFiles(q)
		return
	}
	s, id := r.s, r.s.id("item")
	item := func(status voicelive.ResponseWebSearchCallItemStatus) *voicelive.ResponseWebSearchCallItem {
		return &voicelive.ResponseWebSearchCallItem{ID: &id, Object: voicelive.ResponseItemObjectRealtimeItem, Status: status}
	}
	i, index := r.begin(item(voicelive.ResponseWebSearchCallItemStatusInProgress))
	i.emit(s, &voicelive.ServerEventResponseWebSearchCallInProgress{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 0})
	i.emit(s, &voicelive.ServerEventResponseWebSearchCallSearching{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 1})
	if !r.wait(perSearchState) {
		r.end(i, index, item(voicelive.ResponseWebSearchCallItemStatusFailed))
		return
	}
	i.emit(s, &voicelive.ServerEventResponseWebSearchCallCompleted{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 2})
	r.end(i, index, item(voicelive.ResponseWebSearchCallItemStatusCompleted))
}

func (r *response) searchFiles(q Search) {
	s, id := r.s, r.s.id("item")
	item := func(status voicelive.ResponseFileSearchCallItemStatus, results []voicelive.FileSearchResult) *voicelive.ResponseFileSearchCallItem {
		return &voicelive.ResponseFileSearchCallItem{
			ID: &id, Object: voicelive.ResponseItemObjectRealtimeItem, Queries: q.Queries, Status: status, Results: results,
		}
	}
	i, index := r.begin(item(voicelive.ResponseFileSearchCallItemStatusInProgress, nil))
	i.emit(s, &voicelive.ServerEventResponseFileSearchCallInProgress{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 0})
	i.emit(s, &voicelive.ServerEventResponseFileSearchCallSearching{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 1})
	if !r.wait(perSearchState) {
		r.end(i, index, item(voicelive.ResponseFileSearchCallItemStatusIncomplete, nil))
		return
	}
	i.emit(s, &voicelive.ServerEventResponseFileSearchCallCompleted{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 2})
	r.end(i, index, item(voicelive.ResponseFileSearchCallItemStatusCompleted, q.Results))
}
