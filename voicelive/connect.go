package voicelive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/ws"
)

// ConnectOptions describes the session to open.
type ConnectOptions struct {
	// Model is the model or deployment, such as "gpt-realtime". Query parameter model.
	Model string

	// Agent connects to an agent of a Foundry project instead of a model. It needs
	// a token credential.
	Agent *Agent

	// Profile is the mode of a model of your own, such as "byom-azure-openai-realtime".
	// Model is your deployment then. Query parameter profile.
	Profile string

	// Features are preview features to turn on, such as
	// "client_ec_reference:true". Query parameter features.
	Features []string

	// Previews are preview features of version v1 of the API, such as "WebRTC=V1Preview".
	// Header VoiceLive-Features.
	Previews []string

	// APIVersion replaces that of the client, which is [APIVersion] by default. Query
	// parameter api-version.
	APIVersion string

	// RTC connects to the signalling of a WebRTC call, for
	// [Session.CreateRTCCallSDPAndWait], rather than to a session with audio over the socket.
	RTC bool

	// Header is sent with the handshake. Headers of authentication and of the upgrade are
	// refused, and so are names and values that are not valid in HTTP.
	Header http.Header

	// Query is added to the URL, and replaces parameters of the same name.
	Query url.Values

	// Session is the configuration. If it is not nil, Connect sends it in the first
	// session.update, and returns after session.updated. Connect does not retain it.
	Session *RequestSession

	// Check looks at the options before anything is sent; nil checks nothing. It gets a copy
	// with the Model, Profile, Features and APIVersion that the URL has, be they of these options,
	// of the client or of the endpoint. Its error is that of Connect. Package lint has such functions.
	Check func(*ConnectOptions) error
}

// An Agent names an agent of a Foundry project. Empty fields are not sent.
type Agent struct {
	Name                           string // query parameter agent-name
	ProjectName                    string // agent-project-name
	Version                        string // agent-version; the latest if empty
	ConversationID                 string // conversation-id, to continue one
	AuthenticationIdentityClientID string // agent-authentication-identity-client-id
	FoundryResourceOverride        string // foundry-resource-override
}

// Connect opens a session. It returns once the service announced the session, and
// has accepted o.Session if that is set; a nil o asks for the service's default
// model. The context bounds only the connecting; the session lives until
// [Session.Close] or its end.
//
// The events that Connect waited for are the first that [Session.Recv] returns.
//
// A refused handshake is an *azcore.ResponseError with the status, the code, and
// the whole body. 408, 429, 5xx and errors of the network are tried again first, as Retry
// says; if the context ends meanwhile, the error wraps both. Other errors are those of the network,
// a proxy, TLS or the credential, os.ErrDeadlineExceeded once HandshakeTimeout has passed
// for the last time, a [*ValidationError] of o.Session, a [*ServiceError] if the service
// refuses the session or o.Session, a [*SessionError] if the connection ends meanwhile, and ctx.Err;
// the text tells which of them, and which event did not come.
// [Retryable] tells which of them may go away.
func (c *Client) Connect(ctx context.Context, o *ConnectOptions) (*Session, error) {
	if ctx == nil {
		return nil, fmt.Errorf("voicelive: %w", errNilContext)
	}
	if o == nil {
		o = &ConnectOptions{}
	}
	began := time.Now()
	spanCtx, endSpan := runtime.StartSpan(ctx, "Client.Connect", c.tracer, nil)
	s, err := c.connect(spanCtx, o)
	endSpan(err)
	c.observeConnect(ctx, o, s, err, time.Since(began))
	if err != nil {
		return nil, err
	}
	s.announce()
	return s, nil
}

func (c *Client) connect(ctx context.Context, o *ConnectOptions) (*Session, error) {
	u, err := realtimeURL(c.endpoint, c.opts.APIVersion, o)
	if err != nil {
		return nil, err
	}
	header, err := o.header()
	if err != nil {
		return nil, err
	}
	if o.Check != nil {
		if err := o.Check(o.resolved(u)); err != nil {
			return nil, err
		}
	}
	var configure *ClientEventSessionUpdate
	if o.Session != nil {
		configure = &ClientEventSessionUpdate{Session: *o.Session}
		if err := configure.Validate(); err != nil {
			return nil, notSent(err)
		}
	}
	began := time.Now()
	conn, requestID, err := c.open(ctx, u, header)
	if err != nil {
		return nil, err
	}
	s := newSession(c, conn, requestID)
	s.stats.connected(time.Since(began))
	if err := s.begin(ctx, configure, o.RTC); err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

// A handshake is the transport of one Connect: the end of its HTTP pipeline. After
// a 101 it holds the connection, which no longer depends on the request's context.
type handshake struct {
	client  *Client
	conn    *ws.Conn
	refused *http.Response // the refusal of the latest try; nil if it was none
	failed  error          // the error of the latest try, unless its context ended; nil if it was none
	ended   error          // the error of a try whose context ended, which tells where that was
}

// Do sends one opening handshake. A refusal is a response, as of any other request.
func (h *handshake) Do(req *http.Request) (*http.Response, error) {
	o := &h.client.opts
	if err := h.client.connects.wait(req.Context()); err != nil {
		h.ended = fmt.Errorf("voicelive: connect: waiting, since Limits.ConnectsPerMinute is %d: %w", o.Limits.ConnectsPerMinute, err)
		return nil, h.ended
	}
	conn, resp, err := ws.Dial(req.Context(), ws.Config{
		Request:        req,
		DialContext:    o.DialContext,
		Proxy:          o.Proxy,
		TLSConfig:      o.TLSConfig,
		AllowClearText: o.InsecureAllowCredentialWithHTTP,
		Limits:         o.Limits.ofConnection(),
	})
	h.conn = conn
	if conn == nil && resp != nil {
		resp.Body = newRefusalBody(resp.Body)
		h.refused, h.failed = resp, nil
	}
	switch {
	case err == nil:
		return resp, nil
	case req.Context().Err() != nil:
		h.ended = err
	default:
		h.refused, h.failed = nil, err
	}
	return nil, err
}

// lastError is the error of the latest try that its context did not end; nil if there was none.
func (h *handshake) lastError() error {
	if h.refused == nil {
		return h.failed
	}
	resp := *h.refused
	if body, ok := resp.Body.(*refusalBody); ok {
		resp.Body = newRefusalBody(bytes.NewReader(body.all))
	}
	return runtime.NewResponseError(&resp)
}

// A refusalBody can be read again: a retry may have read it before somebody asks.
type refusalBody struct {
	*bytes.Reader
	all []byte
}

func newRefusalBody(body io.Reader) *refusalBody {
	all, _ := io.ReadAll(body) // from memory
	return &refusalBody{bytes.NewReader(all), all}
}

func (*refusalBody) Close() error { return nil }

// open performs the handshake through an HTTP pipeline: authorization, retries and
// logging are those of every client of the SDK.
func (c *Client) open(ctx context.Context, u *url.URL, header http.Header) (*ws.Conn, string, error) {
	h := &handshake{client: c}
	opts := c.opts.ClientOptions
	opts.Transport = h
	opts.APIVersion = "" // it is in the URL
	pipeline := runtime.NewPipeline(moduleName, moduleVersion, runtime.PipelineOptions{
		PerCall:  []policy.Policy{runtime.NewRequestIDPolicy()},
		PerRetry: []policy.Policy{c.auth},
	}, &opts)
	req, err := runtime.NewRequest(ctx, http.MethodGet, (&url.URL{Scheme: u.Scheme, Host: u.Host}).String())
	if err != nil {
		return nil, "", errors.New("voicelive: the endpoint makes no valid request")
	}
	req.Raw().URL = u
	for name, values := range header {
		req.Raw().Header[name] = values
	}
	resp, err := pipeline.Do(req)
	if h.conn != nil && (err != nil || resp.StatusCode != http.StatusSwitchingProtocols) { // a policy has given it up
		h.conn.Abort()
	}
	switch {
	case err != nil:
		err = notCallers(ctx, ws.ContextError(ctx, err))
		if ctx.Err() != nil && errors.Is(h.ended, ctx.Err()) {
			err = h.ended // of which the retry policy keeps ctx.Err
		}
		if last := h.lastError(); last != nil && ctx.Err() != nil { // which is why it took so long
			err = &triedError{end: err, last: last}
		}
		return nil, "", err
	case resp.StatusCode != http.StatusSwitchingProtocols:
		return nil, "", runtime.NewResponseError(resp)
	}
	return h.conn, requestID(resp), nil
}

// A triedError is the end of the caller's context after a try that did not succeed.
type triedError struct{ end, last error }

func (e *triedError) Error() string   { return e.end.Error() + "; before that: " + e.last.Error() }
func (e *triedError) Unwrap() []error { return []error{e.end, e.last} }

// notCallers keeps a deadline of the retry policy, or of a credential, from reading as
// that of the caller's context.
func notCallers(ctx context.Context, err error) error {
	_, final := errors.AsType[nonRetriableMark](err)
	_, network := errors.AsType[*net.OpError](err)
	if final || network || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("voicelive: connect: %w: %v", os.ErrDeadlineExceeded, err)
}

// requestID returns what support asks for.
func requestID(resp *http.Response) string {
	for _, name := range []string{"x-ms-request-id", "apim-request-id", "x-request-id"} {
		if id := resp.Header.Get(name); id != "" {
			return id
		}
	}
	return resp.Request.Header.Get("x-ms-client-request-id")
}
