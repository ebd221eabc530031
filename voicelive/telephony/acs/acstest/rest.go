package acstest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// RoundTrip replies to a request to the service: for its keys, or about a call. It makes the Service an
// http.RoundTripper.
func (s *Service) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	status, reply := s.reply(r, body)
	text := mustJSON(reply)
	if reply == nil {
		text = nil
	}
	return &http.Response{
		Status: fmt.Sprint(status, " ", http.StatusText(status)), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(text)), ContentLength: int64(len(text)), Request: r,
	}, nil
}

// Do is RoundTrip; it makes the Service a policy.Transporter of azcore.
func (s *Service) Do(r *http.Request) (*http.Response, error) { return s.RoundTrip(r) }

func (s *Service) reply(r *http.Request, body []byte) (status int, reply any) {
	switch r.URL.Scheme + "://" + r.URL.Host {
	case Issuer:
		if r.URL.Path == "/calling/keys" {
			return s.keySet()
		}
	case Endpoint:
		if err := authorized(r, body); err != nil {
			return http.StatusUnauthorized, refusal("Unauthorized", err.Error())
		}
		id, action, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/calling/callConnections"), ":")
		if r.Method == http.MethodPost && r.URL.Query().Get("api-version") != "" && r.Header.Get("Repeatability-Request-ID") != "" {
			return s.act(strings.TrimPrefix(id, "/"), action, body)
		}
	}
	return http.StatusNotFound, refusal("NotFound", "there is nothing at "+r.URL.Path)
}

func refusal(code, message string) any {
	return map[string]any{"error": map[string]any{"code": code, "message": message}}
}

// authorized checks the signature of a request, or its token.
func authorized(r *http.Request, body []byte) error {
	given := r.Header.Get("Authorization")
	if given == "Bearer "+BearerToken {
		return nil
	}
	sum := sha256.Sum256(body)
	hash := base64.StdEncoding.EncodeToString(sum[:])
	date := r.Header.Get("x-ms-date")
	at, err := http.ParseTime(date)
	switch {
	case err != nil || time.Since(at).Abs() > 5*time.Minute:
		return fmt.Errorf("x-ms-date is %q", date)
	case r.Header.Get("x-ms-content-sha256") != hash:
		return fmt.Errorf("x-ms-content-sha256 is not that of the body")
	}
	path := r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	mac := hmac.New(sha256.New, []byte(accessKey))
	io.WriteString(mac, strings.Join([]string{r.Method, path, date + ";" + r.URL.Host + ";" + hash}, "\n"))
	want := "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if given != want {
		return fmt.Errorf("the signature is wrong")
	}
	return nil
}

// act does what a request asks for.
func (s *Service) act(id, action string, text []byte) (status int, reply any) {
	var body map[string]any
	if len(text) > 0 && json.Unmarshal(text, &body) != nil {
		return http.StatusBadRequest, refusal("BadRequest", "the body is not JSON")
	}
	s.mu.Lock()
	status = s.refusals[action]
	if status == 0 {
		s.requests = append(s.requests, Request{action, id, body})
	}
	s.mu.Unlock()
	if status != 0 {
		return status, refusal("Refused", "the test refuses "+action)
	}
	if action == "answer" || action == "reject" {
		return s.decide(action, body)
	}
	call := s.call(id)
	switch {
	case call == nil || call.over():
		return http.StatusNotFound, refusal("CallNotFound", "there is no call "+id)
	case action == "terminate":
		call.end("terminated")
		return http.StatusNoContent, nil
	case action == "stopMediaStreaming":
		call.stopStreaming()
		return http.StatusAccepted, nil
	case action == "transferToParticipant":
		call.transfer(body)
		return http.StatusAccepted, map[string]any{}
	}
	return http.StatusNotFound, refusal("NotFound", "there is no action "+action)
}

func (s *Service) call(id string) *Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// A ring is a call that nobody has answered yet.
type ring struct {
	user          leg.Leg
	correlationID string
	answered      chan *Call // nil if it was rejected
}

// decide takes the reply of the application to a ring.
func (s *Service) decide(action string, body map[string]any) (status int, reply any) {
	name, _ := body["incomingCallContext"].(string)
	s.mu.Lock()
	r := s.rings[name]
	delete(s.rings, name)
	s.mu.Unlock()
	switch {
	case r == nil:
		return http.StatusBadRequest, refusal("BadRequest", "the context is of no call that rings")
	case action == "reject":
		r.answered <- nil
		return http.StatusNoContent, nil
	}
	streaming, _ := body["mediaStreamingOptions"].(map[string]any)
	callback, _ := body["callbackUri"].(string)
	target, err := url.Parse(fmt.Sprint(streaming["transportUrl"]))
	rate := map[any]int{"pcm16KMono": 16000, "pcm24KMono": 24000}[streaming["audioFormat"]]
	want := map[string]any{
		"transportUrl": streaming["transportUrl"], "transportType": "websocket", "contentType": "audio", "audioChannelType": "mixed",
		"audioFormat": streaming["audioFormat"], "startMediaStreaming": true, "enableBidirectional": true, "enableDtmfTones": true,
	}
	if err != nil || target.Scheme != "wss" || rate == 0 || callback == "" || string(mustJSON(streaming)) != string(mustJSON(want)) {
		return http.StatusBadRequest, refusal("BadRequest", "callbackUri or mediaStreamingOptions are wrong")
	}
	if format := r.user.Format(); format.Rate != rate {
		s.t.Errorf("acstest: the application asks for %d Hz, the user is a leg of %v", rate, format)
		return http.StatusBadRequest, refusal("BadRequest", "audioFormat is wrong")
	}
	call := s.newCall(r.user)
	call.correlationID, call.callback = r.correlationID, callback
	s.serving.Go(func() {
		call.post("CallConnected")
		if err := call.open(target.RequestURI(), nil); err != nil {
			call.post("MediaStreamingFailed")
			s.t.Errorf("acstest: opening the stream: %v", err)
		} else {
			call.post("MediaStreamingStarted")
		}
		r.answered <- call
	})
	return http.StatusOK, map[string]any{"callConnectionId": call.ID, "callConnectionState": "connecting"}
}

// Ring lets a call ring at the webhook with a path of the application, such as /incoming?key=…, and waits until it is
// answered and its stream is open; nil if the application rejects it. The test fails if it does neither.
func (s *Service) Ring(path, from, to string, user leg.Leg) *Call {
	s.t.Helper()
	s.mu.Lock()
	s.number++
	name, correlation := fmt.Sprint("context", s.number), fmt.Sprint("correlation", s.number)
	r := &ring{user, correlation, make(chan *Call, 1)}
	s.rings[name] = r
	s.mu.Unlock()
	person := func(number string) any {
		return map[string]any{"kind": "phoneNumber", "rawId": "4:" + number, "phoneNumber": map[string]any{"value": number}}
	}
	status, body := s.Post(path, nil, []any{map[string]any{
		"id": "event", "topic": "/subscriptions/test", "subject": "/caller/" + from, "eventType": "Microsoft.Communication.IncomingCall",
		"data": map[string]any{
			"to": person(to), "from": person(from), "serverCallId": "server" + name, "callerDisplayName": "",
			"incomingCallContext": name, "correlationId": correlation,
		},
		"eventTime": time.Now().UTC(), "dataVersion": "1.0", "metadataVersion": "1",
	}})
	if status != http.StatusOK {
		s.t.Fatalf("acstest: the webhook replies with status %d: %s", status, body)
	}
	timer := time.NewTimer(time.Minute)
	defer timer.Stop()
	select {
	case call := <-r.answered:
		return call
	case <-timer.C:
		s.t.Fatalf("acstest: the application has not answered the call")
	}
	return nil
}

// Post posts JSON to a path of the application.
func (s *Service) Post(path string, header http.Header, v any) (status int, body string) {
	s.t.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: s.dial, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://app"+path, bytes.NewReader(mustJSON(v)))
	if err != nil {
		s.t.Fatalf("acstest: %v", err)
	}
	req.Header.Set("Content-Type", "application/json")
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := client.Do(req)
	if err != nil {
		if !s.isClosed() {
			s.t.Errorf("acstest: %v", err)
		}
		return 0, ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Errorf("acstest: %v", err)
	}
	return resp.StatusCode, string(text)
}
