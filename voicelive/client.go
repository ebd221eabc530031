package voicelive

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/ws"
)

const (
	moduleName    = "voicelive-go"
	moduleVersion = "v0.1.0"
)

// A Client opens sessions with one resource. Make one with [NewClient] or
// [NewClientWithKeyCredential]. Its methods may be called from any goroutine.
type Client struct {
	endpoint *url.URL
	auth     policy.Policy
	tracer   tracing.Tracer
	opts     ClientOptions // with defaults filled in
	connects *connectLimit
}

// ClientOptions adjusts a [Client]. The zero value is a good choice.
type ClientOptions struct {
	// ClientOptions configures the opening handshake, which is an HTTP request:
	// retries, logging, telemetry, and policies of the caller.
	//
	//   - APIVersion replaces [APIVersion]; that of ConnectOptions replaces both.
	//   - Cloud decides the scope of tokens; see Scopes. Its Endpoint for [ServiceName] must
	//     be empty: the endpoint is an argument of NewClient.
	//   - InsecureAllowCredentialWithHTTP permits http and ws endpoints, which send the
	//     credential and the audio in clear text. Without it Connect refuses such an
	//     endpoint unless it dials a loopback address.
	//   - TracingProvider gets a span for each Connect, named Client.Connect, and one
	//     below it for each HTTP request.
	//   - Transport must be nil; see DialContext.
	azcore.ClientOptions

	// Scopes are the scopes that a token is requested for. Nil is the Audience that
	// Cloud.Services has for [ServiceName], and https://ai.azure.com/.default in the
	// public cloud. A key needs none.
	Scopes []string

	// DialContext opens connections to the service or its proxy; nil is a
	// [net.Dialer]. TLS is added on top for https and wss endpoints.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	// TLSConfig is the base of the TLS configuration, and is not modified; nil is
	// the default. The least version is TLS 1.2, also if TLSConfig allows an older one.
	TLSConfig *tls.Config

	// Proxy returns the http or https proxy for a request, or nil for none. A nil
	// Proxy is [http.ProxyFromEnvironment], which reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
	Proxy func(*http.Request) (*url.URL, error)

	// Logger gets one record per event at Debug, with its type and size, and one
	// per connection and its end at Info. Nil logs nothing.
	Logger *slog.Logger

	// LogBodies adds the JSON of events to the records, without credentials and with
	// binary data shortened. It contains what was said and written.
	LogBodies bool

	// Observer gets calls for traces, metrics and recordings; nil for none.
	Observer Observer

	// Limits bounds time and memory of each session.
	Limits Limits
}

// Limits bounds the time and memory of a session. A zero field is the default.
type Limits struct {
	HandshakeTimeout    time.Duration // for one attempt to connect, and for session.created to come; 30 s
	WriteTimeout        time.Duration // for a frame of at most 16 KiB to be taken by the network, or up to an eighth less; 10 s
	CloseTimeout        time.Duration // for [Session.Close] in all; 3 s
	PingInterval        time.Duration // between pings; 20 s, negative for none
	PongTimeout         time.Duration // for anything to arrive after a ping; 10 s
	SlowConsumerTimeout time.Duration // for a full queue to get room; 30 s
	DrainTimeout        time.Duration // for the reason of the peer to arrive after a write did not succeed; 500 ms

	ReceiveBytes int // of one message; 32 MiB
	SendBytes    int // of the raw audio in one event, and of the JSON around it; 15 MiB
	QueueEvents  int // received and not yet taken by Recv; 1,024
	QueueBytes   int // of them, one message excepted; 8 MiB

	// ConnectsPerMinute is how many connections of the client may begin in any minute, attempts included. Further ones
	// wait for their turn, until their context ends: the quota of a resource, 30 unless Azure has raised it, refuses
	// what is beyond it. 0 is no limit.
	ConnectsPerMinute int
}

func (l *Limits) setDefaults() {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&l.HandshakeTimeout, 30 * time.Second},
		{&l.WriteTimeout, 10 * time.Second},
		{&l.CloseTimeout, 3 * time.Second},
		{&l.PingInterval, 20 * time.Second},
		{&l.PongTimeout, 10 * time.Second},
		{&l.SlowConsumerTimeout, 30 * time.Second},
		{&l.DrainTimeout, 500 * time.Millisecond},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	for _, n := range []struct {
		field *int
		value int
	}{
		{&l.ReceiveBytes, 32 << 20},
		{&l.SendBytes, 15 << 20},
		{&l.QueueEvents, 1024},
		{&l.QueueBytes, 8 << 20},
	} {
		if *n.field == 0 {
			*n.field = n.value
		}
	}
}

// ofConnection are the limits that do not concern events.
func (l *Limits) ofConnection() ws.Limits {
	return ws.Limits{
		HandshakeTimeout: l.HandshakeTimeout, WriteTimeout: l.WriteTimeout, CloseTimeout: l.CloseTimeout,
		PingInterval: l.PingInterval, PongTimeout: l.PongTimeout, SlowConsumerTimeout: l.SlowConsumerTimeout, DrainTimeout: l.DrainTimeout,
		ReceiveBytes: int64(l.ReceiveBytes), QueueEvents: l.QueueEvents, QueueBytes: l.QueueBytes,
	}
}

func (l *Limits) check() error {
	for name, negative := range map[string]bool{
		"HandshakeTimeout": l.HandshakeTimeout < 0, "WriteTimeout": l.WriteTimeout < 0, "CloseTimeout": l.CloseTimeout < 0,
		"PongTimeout": l.PongTimeout < 0, "SlowConsumerTimeout": l.SlowConsumerTimeout < 0, "DrainTimeout": l.DrainTimeout < 0,
		"ReceiveBytes": l.ReceiveBytes < 0, "SendBytes": l.SendBytes < 0, "QueueEvents": l.QueueEvents < 0, "QueueBytes": l.QueueBytes < 0,
		"ConnectsPerMinute": l.ConnectsPerMinute < 0,
	} {
		if negative {
			return fmt.Errorf("voicelive: ClientOptions.Limits.%s is negative", name)
		}
	}
	return nil
}

// NewClient returns a client that authenticates with tokens, such as those of the
// credentials of module azidentity. Agents need such a client. The endpoint of the
// resource is an https or wss URL or a host; its path is a prefix, and its query is
// kept. A nil options is the default. NewClient sends nothing.
func NewClient(endpoint string, cred azcore.TokenCredential, options *ClientOptions) (*Client, error) {
	if cred == nil {
		return nil, errors.New("voicelive: the credential is nil")
	}
	return newClient(endpoint, options, func(o *ClientOptions) (policy.Policy, error) {
		scopes, err := tokenScopes(o)
		if err != nil {
			return nil, err
		}
		// Clear text is judged by the address that is dialed; see checkClearText.
		return runtime.NewBearerTokenPolicy(cred, scopes, &policy.BearerTokenOptions{InsecureAllowCredentialWithHTTP: true}), nil
	})
}

// NewClientWithKeyCredential returns a client that authenticates with a key of the
// resource. It is like [NewClient] otherwise.
func NewClientWithKeyCredential(endpoint string, cred *azcore.KeyCredential, options *ClientOptions) (*Client, error) {
	if cred == nil {
		return nil, errors.New("voicelive: the credential is nil")
	}
	return newClient(endpoint, options, func(*ClientOptions) (policy.Policy, error) {
		return runtime.NewKeyCredentialPolicy(cred, "api-key", &runtime.KeyCredentialPolicyOptions{InsecureAllowCredentialWithHTTP: true}), nil
	})
}

func newClient(endpoint string, options *ClientOptions, auth func(*ClientOptions) (policy.Policy, error)) (*Client, error) {
	u, err := parseEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	c := &Client{endpoint: u}
	if options != nil {
		c.opts = *options
	}
	if c.opts.Transport != nil {
		return nil, errors.New("voicelive: ClientOptions.Transport is not used, since a session is more than a request; set DialContext, Proxy or TLSConfig")
	}
	if c.opts.Cloud.Services[ServiceName].Endpoint != "" {
		return nil, errors.New("voicelive: the Endpoint of ClientOptions.Cloud is not used; pass it to NewClient")
	}
	if err := c.opts.Limits.check(); err != nil {
		return nil, err
	}
	c.opts.Limits.setDefaults()
	c.connects = newConnectLimit(c.opts.Limits.ConnectsPerMinute)
	if c.opts.Proxy == nil {
		c.opts.Proxy = http.ProxyFromEnvironment
	}
	if c.opts.DialContext == nil {
		c.opts.DialContext = (&net.Dialer{}).DialContext
	}
	c.tracer = c.opts.TracingProvider.NewTracer(moduleName, moduleVersion)
	c.tracer.SetAttributes(tracing.Attribute{Key: "az.namespace", Value: "Microsoft.CognitiveServices"})
	if c.auth, err = auth(&c.opts); err != nil {
		return nil, err
	}
	return c, nil
}

// Endpoint returns the scheme and host that the client connects to.
func (c *Client) Endpoint() string { return c.endpoint.Scheme + "://" + c.endpoint.Host }

// String is for logs: it names the endpoint and no credential.
func (c *Client) String() string { return "voicelive.Client(" + c.Endpoint() + ")" }

// GoString is String: %#v does not print the credential either.
func (c *Client) GoString() string { return c.String() }
