package twilio

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// TestSignatures starts from an example of Twilio's documentation.
func TestSignatures(t *testing.T) {
	form := url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"},
	}
	const documented = "https://mycompany.com/myapp.php?foo=1&bar=2"
	for name, test := range map[string]struct {
		address, signature, settings string
		form                         url.Values
		want                         bool
	}{
		"documented":          {documented, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "", form, true},
		"another address":     {"https://mycompany.com/myapp.php", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "", form, false},
		"another form":        {documented, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "", nil, false},
		"none":                {documented, "", "", form, false},
		"not base64":          {documented, "*", "", form, false},
		"an unknown key":      {documented, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "key=other,algorithm=HMAC_SHA256", form, false},
		"an unknown method":   {documented, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "algorithm=NONE", form, false},
		"the method is named": {documented, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "algorithm=HMAC_SHA1", form, true},
		"the token, although another key is named": {documented, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "key=mine,algorithm=HMAC_SHA1", form, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := &Handler{AuthToken: "12345", SharedKeys: map[string]string{"mine": "shared"}}
			header := http.Header{}
			header.Set("X-Twilio-Signature", test.signature)
			header.Set("X-Twilio-Webhooks-Signature-Settings", test.settings)
			if got := h.signed(test.address, header, test.form); got != test.want {
				t.Errorf("valid: %v, want %v", got, test.want)
			}
		})
	}
}

func TestASecretIsNecessary(t *testing.T) {
	empty := &Handler{URL: "wss://example.com/"}
	header := http.Header{}
	header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString([]byte("anything")))
	if empty.signed(empty.URL, header, nil) {
		t.Error("a handler without a token takes signatures")
	}
	serve := func(context.Context, *Call) error { return nil }
	for _, h := range []*Handler{
		{},
		{URL: "wss://example.com/stream", Serve: serve},
		{URL: "wss://example.com/stream", Serve: serve, AllowAnyone: true},
		{URL: "wss://example.com/stream", AuthToken: "secret"},
		{URL: "https://example.com/stream", AuthToken: "secret", Serve: serve},
		{URL: "wss://example.com/stream?a=b", AuthToken: "secret", Serve: serve},
		{URL: "wss://user:password@example.com/stream", AuthToken: "secret", Serve: serve},
	} {
		if h.check() == nil {
			t.Errorf("%+v is taken", h)
		}
	}
}

// signature is the header of a request that was signed for an address.
func signature(secret, address string) http.Header {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(address))
	return http.Header{"X-Twilio-Signature": {base64.StdEncoding.EncodeToString(mac.Sum(nil))}}
}

func TestSpellings(t *testing.T) {
	h := &Handler{AuthToken: "secret"}
	for _, signed := range []string{
		"wss://example.com/stream", "wss://example.com/stream/", "https://example.com/stream", "wss://example.com:443/stream", "https://example.com:443/stream/",
	} {
		if !h.signed("wss://example.com/stream", signature("secret", signed), nil) {
			t.Errorf("a signature of %s is refused", signed)
		}
	}
	for address, signed := range map[string]string{
		"wss://example.com:8443/stream":         "wss://example.com:8443/stream",
		"wss://example.com:8443/stream/":        "https://example.com/stream",
		"wss://[::1]:8443/stream":               "wss://[::1]/stream",
		"https://example.com:8443/answer?a=b":   "https://example.com/answer?a=b",
		"https://example.com":                   "https://example.com/",
		"https://example.com?a=b":               "https://example.com/?a=b",
		"https://user:password@example.com/a":   "https://user:password@example.com:443/a",
		"https://example.com:a@example.com/?/@": "https://example.com:a@example.com/?/@",
	} {
		if !h.signed(address, signature("secret", signed), nil) {
			t.Errorf("a signature of %s is refused for %s", signed, address)
		}
	}
	for _, signed := range []string{"wss://example.org/stream", "wss://example.com/other", "http://example.com/stream", "wss://example.com:8443/stream"} {
		if h.signed("wss://example.com/stream", signature("secret", signed), nil) {
			t.Errorf("a signature of %s is taken", signed)
		}
	}
}

func TestASharedKeySignsByAnyMethod(t *testing.T) {
	h := &Handler{AuthToken: "secret", SharedKeys: map[string]string{"mine": "shared"}}
	header := signature("shared", "wss://example.com/stream")
	for settings, want := range map[string]bool{"": false, "key=mine,algorithm=HMAC_SHA1": true, "key=mine": true, "key=other,algorithm=HMAC_SHA1": false, "key=mine,algorithm=HMAC_SHA256": false} {
		header.Set("X-Twilio-Webhooks-Signature-Settings", settings)
		if got := h.signed("wss://example.com/stream", header, nil); got != want {
			t.Errorf("%q: valid: %v, want %v", settings, got, want)
		}
	}
}

// The query of a request is not signed if the address has one of its own.
func TestOnlyASignedQueryIsGivenOn(t *testing.T) {
	h := &Handler{URL: "wss://example.com/stream", AuthToken: "secret", Serve: func(context.Context, *Call) error { return nil }}
	for _, test := range []struct{ url, signed, query, want string }{
		{"https://example.com/answer", "https://example.com/answer?order=42", "order=42", "42"},
		{"https://example.com/answer?order=42", "https://example.com/answer?order=42", "order=42", "42"},
		{"https://example.com/answer?order=42", "https://example.com/answer?order=42", "order=43", "42"}, // forged
		{"https://example.com/answer?order=42", "https://example.com/answer?order=42", "", "42"},         // a proxy dropped it
	} {
		for _, parsed := range []bool{false, true} { // by a handler in front
			got := "nobody asked"
			wh := &Webhook{URL: test.url, Handler: h, Parameters: func(form url.Values) map[string]string {
				got = form.Get("order")
				return nil
			}}
			r := httptest.NewRequest(http.MethodPost, "/answer?"+test.query, nil)
			r.Header = signature("secret", test.signed)
			if parsed {
				if err := r.ParseForm(); err != nil {
					t.Fatal(err)
				}
			}
			wh.ServeHTTP(httptest.NewRecorder(), r)
			if got != test.want {
				t.Errorf("%s is asked with %q, parsed %v: Parameters gets %q, want %q", test.url, test.query, parsed, got, test.want)
			}
		}
	}
}

func TestTickets(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	ticket := issueTicket("secret", "CA1", now)
	for name, test := range map[string]struct {
		secret, call, ticket string
		after                time.Duration
		want                 bool
	}{
		"valid":          {"secret", "CA1", ticket, ticketLife, true},
		"late":           {"secret", "CA1", ticket, ticketLife + time.Second, false},
		"another call":   {"secret", "CA2", ticket, 0, false},
		"another secret": {"other", "CA1", ticket, 0, false},
		"none":           {"secret", "CA1", "", 0, false},
		"prolonged":      {"secret", "CA1", "9" + ticket, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			var used tickets
			if got := used.use(test.secret, test.call, test.ticket, now.Add(test.after)); got != test.want {
				t.Errorf("valid: %v, want %v", got, test.want)
			}
			if used.use(test.secret, test.call, test.ticket, now.Add(test.after)) {
				t.Error("it is valid again")
			}
		})
	}
	t.Run("two of a second", func(t *testing.T) { // of a call that goes on with other TwiML at once
		var used tickets
		if !used.use("secret", "CA1", ticket, now) || !used.use("secret", "CA1", issueTicket("secret", "CA1", now), now) {
			t.Error("the one makes the other invalid")
		}
	})
	t.Run("used ones are forgotten when they are late", func(t *testing.T) {
		var used tickets
		for i := range 100 {
			at := now.Add(time.Duration(i) * ticketLife)
			if !used.use("secret", "CA1", issueTicket("secret", "CA1", at), at) {
				t.Fatal("a ticket is not valid")
			}
		}
		if len(used.used) > 3 {
			t.Errorf("%d tickets are kept", len(used.used))
		}
	})
}
