package twilio

import (
	"bytes"
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/body"
)

// A Webhook is the [http.Handler] that Twilio asks what to do with a call: that of a telephone
// number, or of a call which [Account.Call] makes. It replies with the TwiML that connects the call to
// a Handler. Requests without a valid signature are refused with status 401.
type Webhook struct {
	// URL is the public address of the webhook, as Twilio is told: https://example.com/answer. It
	// is called by POST. If it has no query, each call may have one of its own, such as ?order=42 for [Account.Call].
	URL string

	// Handler is that of the calls. Its AuthToken, SharedKeys and AllowAnyone count here as well. It
	// is necessary.
	Handler *Handler

	// Parameters makes the parameters of a call from the form of Twilio and the query, which are both signed. Nil
	// takes From and To, the numbers. A parameter has 500 bytes at most, with its name.
	Parameters func(form url.Values) map[string]string
}

// ServeHTTP replies to one request.
func (wh *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := wh.Handler
	if r.Method != http.MethodPost {
		http.Error(w, "the webhook is called by POST", http.StatusMethodNotAllowed)
		return
	}
	if h == nil {
		http.Error(w, "the webhook has no Handler", http.StatusInternalServerError)
		return
	}
	if err := h.check(); err != nil {
		h.refuse(w, r, http.StatusInternalServerError, err)
		return
	}
	address, query := wh.URL, r.URL.RawQuery
	if _, own, ok := strings.Cut(address, "?"); ok {
		query = own // that of the request is not signed
	} else if query != "" {
		address += "?" + query
	}
	text, err := body.Read(w, r, maxMessage)
	if err == nil {
		r = r.WithContext(r.Context()) // a copy
		r.Body, r.URL = io.NopCloser(bytes.NewReader(text)), &url.URL{RawQuery: query}
		r.Form = nil // whoever parsed it in front took any query
		err = r.ParseForm()
	}
	if err != nil {
		h.refuse(w, r, http.StatusBadRequest, err)
		return
	}
	if !h.AllowAnyone && !h.signed(address, r.Header, r.PostForm) {
		h.refuse(w, r, http.StatusUnauthorized, errUnsigned)
		return
	}
	parameters := map[string]string{"From": r.PostForm.Get("From"), "To": r.PostForm.Get("To")}
	if wh.Parameters != nil {
		parameters = wh.Parameters(r.Form)
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, h.TwiML(r.PostForm.Get("CallSid"), parameters)) // Twilio asks again if it gets nothing
}

// TwiML returns the document that connects a call to h and gives it parameters, for webhooks of
// your own. It is valid for a minute.
func (h *Handler) TwiML(callSID string, parameters map[string]string) string {
	var b strings.Builder
	b.WriteString(xml.Header + `<Response><Connect><Stream url="` + escape(h.URL) + `">`)
	parameter := func(name, value string) {
		b.WriteString(`<Parameter name="` + escape(name) + `" value="` + escape(value) + `"/>`)
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		parameter(name, parameters[name])
	}
	parameter(ticketParameter, issueTicket(h.AuthToken, callSID, time.Now()))
	b.WriteString(`</Stream></Connect></Response>`)
	return b.String()
}

// escape escapes a text for XML.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // writing to a Builder does not fail
	return b.String()
}
