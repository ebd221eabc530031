package acs

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
)

// Types of events that [Callbacks] gets. There are more.
const (
	CallConnected         = "Microsoft.Communication.CallConnected"
	CallDisconnected      = "Microsoft.Communication.CallDisconnected"
	CallTransferAccepted  = "Microsoft.Communication.CallTransferAccepted"
	CallTransferFailed    = "Microsoft.Communication.CallTransferFailed"
	MediaStreamingStarted = "Microsoft.Communication.MediaStreamingStarted"
	MediaStreamingStopped = "Microsoft.Communication.MediaStreamingStopped"
	MediaStreamingFailed  = "Microsoft.Communication.MediaStreamingFailed"
)

// An Event tells what happened to a call.
type Event struct {
	Type          string // such as CallDisconnected
	ConnectionID  string // Call.ConnectionID
	CorrelationID string
	ServerCallID  string

	// Code, SubCode and Message are those of resultInformation; 0 and empty if there is none.
	Code, SubCode int
	Message       string

	// Data is all that the event says, JSON.
	Data json.RawMessage
}

// Callbacks is an http.Handler for the events of calls that were answered: CallConnected, MediaStreamingFailed and so
// on. It must not change after its first use.
type Callbacks struct {
	// Tokens checks who sends events. It is necessary, unless AllowAnyone is set.
	Tokens *Tokens

	// AllowAnyone takes events without a token, for tests.
	AllowAnyone bool

	// Event is told of each event; nil is nobody. Communication Services sends an event again if it does not return within
	// a few seconds, and events may come out of order.
	Event func(ctx context.Context, event Event)

	// Logger is told of each event, and of refusals. Nil is none.
	Logger *slog.Logger
}

// ServeHTTP replies with status 200 when Event has been told of all events.
func (h *Callbacks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	log := orDiscard(h.Logger)
	if !h.AllowAnyone {
		if status, err := h.Tokens.status(r); err != nil {
			refuse(log, w, r, status, err)
			return
		}
	}
	var events []struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if status, err := readEvents(w, r, &events); err != nil {
		refuse(log, w, r, status, err)
		return
	}
	for _, e := range events {
		event := newEvent(e.Type, e.Data)
		log.InfoContext(r.Context(), "call event", "type", event.Type, "connection_id", event.ConnectionID,
			"code", event.Code, "sub_code", event.SubCode, "message", event.Message)
		if h.Event != nil {
			h.Event(r.Context(), event)
		}
	}
}

// newEvent reads as much of the data as it can.
func newEvent(kind string, data json.RawMessage) Event {
	var d struct {
		ConnectionID  string `json:"callConnectionId"`
		CorrelationID string `json:"correlationId"`
		ServerCallID  string `json:"serverCallId"`
		Result        struct {
			Code    int    `json:"code"`
			SubCode int    `json:"subCode"`
			Message string `json:"message"`
		} `json:"resultInformation"`
	}
	_ = json.Unmarshal(data, &d) // what does not fit stays zero
	return Event{
		Type: kind, ConnectionID: d.ConnectionID, CorrelationID: d.CorrelationID, ServerCallID: d.ServerCallID,
		Code: d.Result.Code, SubCode: d.Result.SubCode, Message: d.Result.Message, Data: data,
	}
}
