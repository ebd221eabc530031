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
	id, callID := s.id("item"), s.id("call")
	i, index := r.begin(functionCall(id, callID, c.Name, "", voicelive.ResponseItemStatusInProgress))
	arguments := r.stream(c.Arguments, func(delta string) {
		s.emit(&voicelive.ServerEventResponseFunctionCallArgumentsDelta{ResponseID: r.id, ItemID: id, OutputIndex: index, CallID: callID, Delta: delta})
	})
	s.emit(&voicelive.ServerEventResponseFunctionCallArgumentsDone{ResponseID: r.id, ItemID: id, OutputIndex: index, CallID: callID, Arguments: arguments, Name: c.Name})
	r.end(i, index, functionCall(id, callID, c.Name, arguments, r.status()))
}

func functionCall(id, callID, name, arguments string, status voicelive.ResponseItemStatus) *voicelive.ResponseFunctionCallItem {
	return &voicelive.ResponseFunctionCallItem{
		ID: &id, Object: voicelive.ResponseFunctionCallItemObjectRealtimeItem, CallID: callID, Name: name, Arguments: arguments, Status: status,
	}
}

// stream sends a text in pieces, and returns what was sent of it.
func (r *response) stream(text string, send func(delta string)) (sent string) {
	for sent != text {
		n := min(len(sent)+argumentsDelta, len(text))
		for n < len(text) && text[n]&0xC0 == 0x80 { // not within a character
			n++
		}
		send(text[len(sent):n])
		sent = text[:n]
		if !r.wait(perArgumentsDelta) {
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
		return &voicelive.ResponseWebSearchCallItem{ID: &id, Object: voicelive.ResponseWebSearchCallItemObjectRealtimeItem, Status: status}
	}
	i, index := r.begin(item(voicelive.ResponseWebSearchCallItemStatusInProgress))
	s.emit(&voicelive.ServerEventResponseWebSearchCallInProgress{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 0})
	s.emit(&voicelive.ServerEventResponseWebSearchCallSearching{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 1})
	if !r.wait(perSearchState) {
		r.end(i, index, item(voicelive.ResponseWebSearchCallItemStatusFailed))
		return
	}
	s.emit(&voicelive.ServerEventResponseWebSearchCallCompleted{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 2})
	r.end(i, index, item(voicelive.ResponseWebSearchCallItemStatusCompleted))
}

func (r *response) searchFiles(q Search) {
	s, id := r.s, r.s.id("item")
	item := func(status voicelive.ResponseFileSearchCallItemStatus, results []voicelive.FileSearchResult) *voicelive.ResponseFileSearchCallItem {
		return &voicelive.ResponseFileSearchCallItem{
			ID: &id, Object: voicelive.ResponseFileSearchCallItemObjectRealtimeItem, Queries: q.Queries, Status: status, Results: results,
		}
	}
	i, index := r.begin(item(voicelive.ResponseFileSearchCallItemStatusInProgress, nil))
	s.emit(&voicelive.ServerEventResponseFileSearchCallInProgress{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 0})
	s.emit(&voicelive.ServerEventResponseFileSearchCallSearching{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 1})
	if !r.wait(perSearchState) {
		r.end(i, index, item(voicelive.ResponseFileSearchCallItemStatusIncomplete, nil))
		return
	}
	s.emit(&voicelive.ServerEventResponseFileSearchCallCompleted{ResponseID: r.id, ItemID: id, OutputIndex: index, SequenceNumber: 2})
	r.end(i, index, item(voicelive.ResponseFileSearchCallItemStatusCompleted, q.Results))
}
