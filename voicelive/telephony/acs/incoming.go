package acs

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/body"
)

// maxEvents is for the body of a request with events, in bytes.
const maxEvents = 1 << 20

// Types of events of Event Grid.
const (
	validationEvent = "Microsoft.EventGrid.SubscriptionValidationEvent"
	incomingEvent   = "Microsoft.Communication.IncomingCall"
)

// Incoming is a call that rings.
type Incoming struct {
	// From and To are the telephone numbers of the caller and of the resource, or the raw ids of users who have none.
	From, To string

	// CallerName is what the caller calls himself; often empty.
	CallerName string

	// CorrelationID is Call.CorrelationID of the call that begins when this one is answered.
	CorrelationID string

	// ServerCallID names the call, if several clients take part.
	ServerCallID string

	context string // for Client.Answer
}

// An IncomingCall is an http.Handler for the events of calls that come in: it is the webhook of an Event Grid
// subscription to the type Microsoft.Communication.IncomingCall. It proves to Event Grid that it wants the events, and
// answers calls. It must not change after its first use.
type IncomingCall struct {
	// Client answers. It is necessary.
	Client *Client

	// Stream says where the [Handler] is.
	Stream Stream

	// Callback is the https URL of [Callbacks]. Communication Services needs one.
	Callback string

	// Key must be the value of the query parameter key: the address of the webhook is
	// https://…?key=KEY then. Without it everybody can post events; the calls in them are only answered if Communication
	// Services has issued them.
	Key string

	// Accept decides whether a call is answered; it is rejected if not. Nil accepts all calls. It may remember the call
	// by its CorrelationID for Handler.Serve.
	Accept func(ctx context.Context, call Incoming) bool

	// Logger is told of calls and of errors. Nil is none.
	Logger *slog.Logger
}

// String returns where calls go, and not the key.
func (h *IncomingCall) String() string { return "acs.IncomingCall(" + h.Stream.URL + ")" }

// GoString returns String.
func (h *IncomingCall) GoString() string { return h.String() }

// LogValue returns String.
func (h *IncomingCall) LogValue() slog.Value { return slog.StringValue(h.String()) }

// incomingData is the data of events, as far as it counts.
type incomingData struct {
	ValidationCode      string `json:"validationCode"`
	IncomingCallContext string `json:"incomingCallContext"`
	CorrelationID       string `json:"correlationId"`
	ServerCallID        string `json:"serverCallId"`
	CallerDisplayName   string `json:"callerDisplayName"`
	From                person `json:"from"`
	To                  person `json:"to"`
}

type person struct {
	RawID       string `json:"rawId"`
	PhoneNumber struct {
		Value string `json:"value"`
	} `json:"phoneNumber"`
}

func (p *person) String() string {
	if p.PhoneNumber.Value != "" {
		return p.PhoneNumber.Value
	}
	return p.RawID
}

// ServeHTTP replies with status 200 when all calls are taken care of, with 500 if Event Grid should
// send them again, and with 400 if an event makes no sense. Whatever one event is, it keeps nobody from the others.
func (h *IncomingCall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	log := orDiscard(h.Logger)
	if h.Key != "" && subtle.ConstantTimeCompare([]byte(r.URL.Query().Get("key")), []byte(h.Key)) != 1 {
		refuse(log, w, r, http.StatusUnauthorized, errors.New("acs: the key is wrong"))
		return
	}
	var events []struct {
		Type string          `json:"eventType"`
		Data json.RawMessage `json:"data"`
	}
	if status, err := readEvents(w, r, &events); err != nil {
		refuse(log, w, r, status, err)
		return
	}
	status, validationCode := http.StatusOK, ""
	for _, e := range events {
		if e.Type != validationEvent && e.Type != incomingEvent {
			continue
		}
		var data incomingData
		switch err := json.Unmarshal(e.Data, &data); {
		case err != nil:
			log.WarnContext(r.Context(), "event refused: its data is not what it should be", "type", e.Type)
			status = max(status, http.StatusBadRequest)
		case e.Type == validationEvent:
			validationCode = data.ValidationCode
		case h.take(r.Context(), log, &data) != nil:
			status = http.StatusInternalServerError
		}
	}
	switch {
	case status != http.StatusOK:
		http.Error(w, http.StatusText(status), status)
	case validationCode != "":
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]string{"validationResponse": validationCode})
	}
}

// readEvents reads the body of a request: a list.
func readEvents[E any](w http.ResponseWriter, r *http.Request, events *[]E) (status int, err error) {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, errors.New("acs: events are posted")
	}
	text, err := body.Read(w, r, maxEvents)
	if err != nil {
		return http.StatusBadRequest, err
	}
	if err := json.Unmarshal(text, events); err != nil {
		return http.StatusBadRequest, errors.New("acs: the body is not a list of events")
	}
	return 0, nil
}

// take answers or rejects a call. The error is nil if it makes no sense to try again.
func (h *IncomingCall) take(ctx context.Context, log *slog.Logger, data *incomingData) error {
	call := Incoming{
		From: data.From.String(), To: data.To.String(), CallerName: data.CallerDisplayName,
		CorrelationID: data.CorrelationID, ServerCallID: data.ServerCallID, context: data.IncomingCallContext,
	}
	log = log.With("correlation_id", call.CorrelationID)
	var err error
	switch {
	case h.Client == nil:
		err = errors.New("acs: IncomingCall.Client is nil")
	case h.Accept == nil || h.Accept(ctx, call):
		var id string
		id, err = h.Client.Answer(ctx, call.context, h.Callback, h.Stream)
		log = log.With("connection_id", id)
	default:
		log = log.With("rejected", true)
		err = h.Client.Reject(ctx, call.context)
	}
	if err == nil {
		log.InfoContext(ctx, "call came in")
		return nil
	}
	log.ErrorContext(ctx, "call not taken", "error", err)
	var refusal *azcore.ResponseError
	if errors.As(err, &refusal) && refusal.StatusCode < 500 && refusal.StatusCode != http.StatusTooManyRequests {
		return nil // it has been answered, or the caller has hung up
	}
	return err
}
