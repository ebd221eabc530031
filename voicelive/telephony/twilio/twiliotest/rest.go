package twiliotest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Client returns a client for the Account of the program. Its requests reach the network, and nothing
// else. They must be authenticated by the auth token, or by any API key.
func (n *Network) Client() *http.Client { return &http.Client{Transport: roundTripper{n}} }

type roundTripper struct{ network *Network }

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	body := ""
	if req.Body != nil {
		defer req.Body.Close()
		b, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	status, reply := r.network.rest(req, body)
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(strings.NewReader(reply)), ContentLength: int64(len(reply)),
	}, nil
}

// rest carries out a request to the REST API.
func (n *Network) rest(req *http.Request, body string) (status int, reply string) {
	fail := func(status, code int, message string) (int, string) {
		return status, marshal(map[string]any{"status": status, "code": code, "message": message})
	}
	user, secret, _ := req.BasicAuth()
	if user == n.options.AccountSID && secret != n.options.AuthToken || user == "" || secret == "" {
		return fail(http.StatusUnauthorized, 20003, "Authenticate")
	}
	form, err := url.ParseQuery(body)
	rest, ok := strings.CutPrefix(req.URL.Path, "/2010-04-01/Accounts/"+n.options.AccountSID+"/Calls")
	callSID := strings.TrimPrefix(strings.TrimSuffix(rest, ".json"), "/")
	switch {
	case err != nil || !ok || !strings.HasSuffix(rest, ".json") || req.Method != http.MethodPost:
		return fail(http.StatusNotFound, 20404, "The requested resource was not found")
	case callSID == "":
		return n.create(form, fail)
	}
	for _, c := range n.Calls() {
		if c.SID == callSID && c.change(form) {
			return http.StatusOK, marshal(map[string]any{"sid": c.SID})
		}
	}
	return fail(http.StatusNotFound, 20404, "The requested resource was not found")
}

// create calls somebody for the program.
func (n *Network) create(form url.Values, fail func(status, code int, message string) (int, string)) (int, string) {
	if form.Get("To") == "" || form.Get("From") == "" || form.Get("Url") == "" {
		return fail(http.StatusBadRequest, 21201, "No 'To', 'From' or 'Url' number is specified")
	}
	if n.options.Answer == nil {
		return http.StatusCreated, marshal(map[string]any{"sid": "CA" + strings.Repeat("f", 32)})
	}
	phone := n.options.Answer(form.Get("To"))
	if phone == nil {
		return http.StatusCreated, marshal(map[string]any{"sid": "CA" + strings.Repeat("f", 32)})
	}
	c := n.newCall(phone)
	n.running.Go(func() {
		if err := n.connect(c, form.Get("Url"), "outbound-api"); err != nil {
			n.t.Errorf("%v", err)
		}
	})
	return http.StatusCreated, marshal(map[string]any{"sid": c.SID})
}

// change ends or redirects a call, and reports whether there was something to change.
func (c *Call) change(form url.Values) bool {
	select {
	case <-c.done:
		return false
	default:
	}
	c.mu.Lock()
	c.status, c.twiml = form.Get("Status"), form.Get("Twiml")
	c.mu.Unlock()
	c.cancel()
	return true
}
