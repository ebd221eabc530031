package acs

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
)

const (
	moduleName    = "voicelive-go/acs"
	moduleVersion = "v0.1.0"

	apiVersion = "2025-05-15"
	scope      = "https://communication.azure.com//.default"
)

// A Client asks Communication Services to answer, hang up and transfer calls. There is no SDK for Go that does. Its
// methods may be called from any goroutine. A refusal is an *azcore.ResponseError.
type Client struct {
	endpoint *url.URL
	version  string
	pipeline runtime.Pipeline
}

// NewClient returns a client that authenticates with tokens, such as those of the credentials of module azidentity. The
// endpoint of the resource is an https URL. Nil options are the defaults.
func NewClient(endpoint string, cred azcore.TokenCredential, options *azcore.ClientOptions) (*Client, error) {
	if cred == nil {
		return nil, errors.New("acs: the credential is nil")
	}
	return newClient(endpoint, runtime.NewBearerTokenPolicy(cred, []string{scope}, nil), options)
}

// NewClientFromConnectionString returns a client that authenticates with a key of the resource. The portal shows the
// connection string: endpoint=https://…;accesskey=…. Nil options are the defaults.
func NewClientFromConnectionString(connection string, options *azcore.ClientOptions) (*Client, error) {
	var endpoint, key string
	for part := range strings.SplitSeq(connection, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "endpoint":
			endpoint = strings.TrimSpace(value)
		case "accesskey":
			key = strings.TrimSpace(value)
		}
	}
	secret, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(secret) == 0 {
		return nil, errors.New("acs: the connection string has no accesskey in base64")
	}
	return newClient(endpoint, &signer{secret}, options)
}

func newClient(endpoint string, auth policy.Policy, options *azcore.ClientOptions) (*Client, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("acs: the endpoint is not an https URL of a resource") // it may hold secrets
	}
	c := &Client{endpoint: u, version: apiVersion}
	if options != nil {
		c.version = cmp.Or(options.APIVersion, apiVersion)
		o := *options
		o.APIVersion = ""
		options = &o
	}
	c.pipeline = runtime.NewPipeline(moduleName, moduleVersion, runtime.PipelineOptions{PerRetry: []policy.Policy{auth}}, options)
	return c, nil
}

// A signer signs requests with a key of the resource: HMAC-SHA256 over method, path, time, host and a hash of the body.
type signer struct{ key []byte }

func (s *signer) Do(req *policy.Request) (*http.Response, error) {
	var body []byte
	if req.Body() != nil {
		var err error
		if body, err = io.ReadAll(req.Body()); err != nil {
			return nil, err
		}
		if err := req.RewindBody(); err != nil {
			return nil, err
		}
	}
	s.sign(req.Raw(), body, time.Now())
	return req.Next()
}

func (s *signer) sign(r *http.Request, body []byte, now time.Time) {
	sum := sha256.Sum256(body)
	hash := base64.StdEncoding.EncodeToString(sum[:])
	date := now.UTC().Format(http.TimeFormat)
	mac := hmac.New(sha256.New, s.key)
	fmt.Fprintf(mac, "%s\n%s\n%s;%s;%s", r.Method, r.URL.RequestURI(), date, r.URL.Host, hash)
	r.Header.Set("x-ms-date", date)
	r.Header.Set("x-ms-content-sha256", hash)
	r.Header.Set("Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// Stream says how the audio of a call is streamed.
type Stream struct {
	// URL is the address of the [Handler], wss://….
	URL string

	// Rate is the sampling rate, 16000 or 24000 Hz. 0 is 24000, the rate of the service.
	Rate int
}

// options returns mediaStreamingOptions: one stream of all participants, both ways, with keys of the telephone.
func (s *Stream) options() (map[string]any, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "wss" || u.Host == "" {
		return nil, errors.New("acs: the URL of the stream is not a wss URL")
	}
	format, ok := map[int]string{0: "pcm24KMono", 24000: "pcm24KMono", 16000: "pcm16KMono"}[s.Rate]
	if !ok {
		return nil, fmt.Errorf("acs: calls have 16000 or 24000 Hz, not %d", s.Rate)
	}
	return map[string]any{
		"transportUrl": s.URL, "transportType": "websocket", "contentType": "audio", "audioChannelType": "mixed", "audioFormat": format,
		"startMediaStreaming": true, "enableBidirectional": true, "enableDtmfTones": true,
	}, nil
}

// Answer takes an incoming call and connects it to a stream. The context is incomingCallContext of the event; events of
// the call go to callback, an https URL. It returns the ConnectionID of the call.
func (c *Client) Answer(ctx context.Context, incomingCallContext, callback string, s Stream) (connectionID string, err error) {
	streaming, err := s.options()
	if err != nil {
		return "", err
	}
	if u, err := url.Parse(callback); err != nil || u.Scheme != "https" || u.Host == "" {
		return "", errors.New("acs: the callback is not an https URL")
	}
	var reply struct {
		CallConnectionID string `json:"callConnectionId"`
	}
	err = c.do(ctx, http.MethodPost, "/calling/callConnections:answer", map[string]any{
		"incomingCallContext": incomingCallContext, "callbackUri": callback, "mediaStreamingOptions": streaming,
	}, &reply)
	return reply.CallConnectionID, err
}

// Reject rejects an incoming call.
func (c *Client) Reject(ctx context.Context, incomingCallContext string) error {
	return c.do(ctx, http.MethodPost, "/calling/callConnections:reject", map[string]any{
		"incomingCallContext": incomingCallContext, "callRejectReason": "forbidden",
	}, nil)
}

// HangUp ends a call for everybody. A call that has ended is no error.
func (c *Client) HangUp(ctx context.Context, connectionID string) error {
	err := c.act(ctx, connectionID, "terminate", nil)
	if refusal := (*azcore.ResponseError)(nil); errors.As(err, &refusal) && refusal.StatusCode == http.StatusNotFound {
		return nil
	}
	return err
}

// StopMediaStreaming ends the stream of audio of a call.
func (c *Client) StopMediaStreaming(ctx context.Context, connectionID string) error {
	return c.act(ctx, connectionID, "stopMediaStreaming", map[string]any{})
}

// Transfer connects the user of a call to target; see [Call.Transfer].
func (c *Client) Transfer(ctx context.Context, connectionID, target string) error {
	to, err := identifier(target)
	if err != nil {
		return err
	}
	return c.act(ctx, connectionID, "transferToParticipant", map[string]any{"targetParticipant": to})
}

// identifier is how the service writes who somebody is.
func identifier(target string) (map[string]any, error) {
	teams, isTeams := strings.CutPrefix(target, "8:orgid:")
	switch {
	case len(target) > 1 && target[0] == '+' && strings.Trim(target[1:], "0123456789") == "":
		return map[string]any{"kind": "phoneNumber", "phoneNumber": map[string]any{"value": target}}, nil
	case isTeams && teams != "":
		return map[string]any{"kind": "microsoftTeamsUser", "rawId": target, "microsoftTeamsUser": map[string]any{"userId": teams}}, nil
	case strings.HasPrefix(target, "8:") && len(target) > 2:
		return map[string]any{"kind": "communicationUser", "communicationUser": map[string]any{"id": target}}, nil
	}
	return nil, errors.New("acs: a target is a telephone number such as +15551234567, or an id such as 8:acs:one")
}

// act does something with a call.
func (c *Client) act(ctx context.Context, connectionID, action string, body map[string]any) error {
	if connectionID == "" {
		return errors.New("acs: the call has no ConnectionID")
	}
	return c.do(ctx, http.MethodPost, "/calling/callConnections/"+url.PathEscape(connectionID)+":"+action, body, nil)
}

// do sends a request, and decodes the body of the reply if reply is not nil.
func (c *Client) do(ctx context.Context, method, path string, body map[string]any, reply any) error {
	req, err := runtime.NewRequest(ctx, method, c.endpoint.String())
	if err != nil {
		return err
	}
	raw := req.Raw()
	raw.URL.RawPath = strings.TrimSuffix(raw.URL.EscapedPath(), "/") + path
	if raw.URL.Path, err = url.PathUnescape(raw.URL.RawPath); err != nil {
		return err
	}
	raw.URL.RawQuery = "api-version=" + url.QueryEscape(c.version)
	// A request that is sent again is done once.
	raw.Header.Set("Repeatability-Request-ID", newID())
	raw.Header.Set("Repeatability-First-Sent", time.Now().UTC().Format(http.TimeFormat))
	raw.Header.Set("Accept", "application/json")
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		if err := req.SetBody(streaming.NopCloser(bytes.NewReader(text)), "application/json"); err != nil {
			return err
		}
	}
	resp, err := c.pipeline.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if !runtime.HasStatusCode(resp, http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent) {
		return runtime.NewResponseError(resp)
	}
	if reply == nil {
		return nil
	}
	return runtime.UnmarshalAsJSON(resp, reply)
}

// newID returns a random UUID.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0xf|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
