package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
)

// An Account makes, ends and redirects calls by the REST API. Each method is one request.
type Account struct {
	// SID is that of the account, AC….
	SID string

	// Key and Secret are an API key; or Key is empty, and Secret the auth token.
	Key, Secret string

	// BaseURL is that of the API; empty is https://api.twilio.com. Regions have others.
	BaseURL string

	// Client sends the requests; nil is http.DefaultClient.
	Client *http.Client
}

// An APIError is a request that Twilio has refused.
type APIError struct {
	Status  int    // of HTTP
	Code    int    // of Twilio; 0 if it gave none
	Message string // of Twilio
}

func (e *APIError) Error() string {
	return fmt.Sprintf("twilio: status %d, code %d: %s", e.Status, e.Code, e.Message)
}

// notFound is the code for a call that has ended.
const notFound = 20404

// Outgoing says whom [Account.Call] calls. All fields are necessary.
type Outgoing struct {
	To   string // a telephone number, +4930…
	From string // one of the account's numbers

	// Webhook is the public address of a [Webhook], https://…, which may have a query: when somebody answers, Twilio asks it what to do.
	Webhook string
}

// Call calls somebody. It returns the identifier of the call at once.
func (a *Account) Call(ctx context.Context, o Outgoing) (callSID string, err error) {
	if o.To == "" || o.From == "" || !strings.HasPrefix(o.Webhook, "https://") {
		return "", errors.New("twilio: a call needs two numbers, and a webhook like https://example.com/answer")
	}
	var created struct{ SID string }
	err = a.post(ctx, "", url.Values{"To": {o.To}, "From": {o.From}, "Url": {o.Webhook}}, &created)
	if err == nil && !isSID(created.SID) {
		err = errors.New("twilio: the new call has no identifier")
	}
	return created.SID, err
}

// HangUp ends a call. Ending one that has ended does nothing.
func (a *Account) HangUp(ctx context.Context, callSID string) error {
	err := a.post(ctx, callSID, url.Values{"Status": {"completed"}}, nil)
	if refused, ok := errors.AsType[*APIError](err); ok && refused.Code == notFound {
		return nil
	}
	return err
}

// Redirect lets a call go on with other TwiML.
func (a *Account) Redirect(ctx context.Context, callSID, twiml string) error {
	if twiml == "" {
		return errors.New("twilio: there is no TwiML")
	}
	return a.post(ctx, callSID, url.Values{"Twiml": {twiml}}, nil)
}

// post changes a call, or makes one if callSID is empty.
func (a *Account) post(ctx context.Context, callSID string, form url.Values, into any) error {
	if !isSID(a.SID) || a.Secret == "" || callSID != "" && !isSID(callSID) {
		return errors.New("twilio: the account or the call has no identifier, or there is no secret")
	}
	address := a.BaseURL
	if address == "" {
		address = "https://api.twilio.com"
	}
	address = strings.TrimSuffix(address, "/") + "/2010-04-01/Accounts/" + a.SID + "/Calls"
	if callSID != "" {
		address += "/" + callSID
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address+".json", strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("twilio: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	user := a.Key
	if user == "" {
		user = a.SID
	}
	req.SetBasicAuth(user, a.Secret)
	client := a.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("twilio: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("twilio: reading the reply: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		refused := &APIError{Status: resp.StatusCode}
		_ = json.Unmarshal(body, refused) // a reply of somebody else has no code
		refused.Status = resp.StatusCode  // Twilio repeats it, others may say anything
		return refused
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("twilio: reading the reply: %w", err)
	}
	return nil
}

// String returns the account without its secret.
func (a Account) String() string { return "twilio.Account(" + a.SID + ")" }

// GoString returns String.
func (a Account) GoString() string { return a.String() }

// LogValue returns String.
func (a Account) LogValue() slog.Value { return slog.StringValue(a.String()) }

// dial is the TwiML that connects a call to a target.
func dial(target string) (string, error) {
	var noun string
	switch {
	case isNumber(target):
		noun = "<Number>" + target + "</Number>"
	case strings.HasPrefix(target, "sip:") && len(target) > len("sip:"):
		noun = "<Sip>" + escape(target) + "</Sip>"
	case strings.HasPrefix(target, "client:") && len(target) > len("client:"):
		noun = "<Client>" + escape(strings.TrimPrefix(target, "client:")) + "</Client>"
	default:
		return "", errors.New("twilio: the target is neither a number like +493012345 nor sip:… nor client:…")
	}
	return "<Response><Dial>" + noun + "</Dial></Response>", nil
}

// isNumber reports whether s is a number of E.164.
func isNumber(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	if !ok || len(digits) < 2 || len(digits) > 15 {
		return false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
