package twiliotest

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// TB is the part of *testing.T, *testing.B and *testing.F that [New] uses.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Options say how the network behaves.
type Options struct {
	// AuthToken signs requests. AccountSID is that of the account; empty is AC and 32 zeros.
	AuthToken, AccountSID string

	// KeyName and Key sign requests with HMAC-SHA256 in place of the AuthToken, if Key is not empty.
	KeyName, Key string

	// Webhook is asked for the TwiML of a call. If it is empty, calls connect Stream with Parameters.
	Webhook    string
	Stream     string
	Parameters map[string]string

	// Answer returns the phone of somebody whom the program calls; nil, or a nil leg, is nobody.
	Answer func(to string) leg.Leg

	// Latency is how long messages are on their way, in each direction.
	Latency time.Duration

	// Opening replaces the first messages of a stream, which are connected and start.
	Opening func(connected, start string) []string
}

// A Network is Twilio. Its methods may be called from any goroutine.
type Network struct {
	t       TB
	options Options
	server  *http.Server
	conns   chan net.Conn
	http    *http.Transport
	ended   chan struct{}
	running sync.WaitGroup

	mu       sync.Mutex
	over     bool           // the test ends
	requests sync.WaitGroup // that the program serves
	calls    []*Call
}

// New returns a network whose calls are for a program. The test's cleanup ends them, and waits for
// the program.
// Inside a testing/synctest bubble, call it with the bubble's t.
func New(t TB, program http.Handler, o *Options) *Network {
	n := &Network{
		t:       t,
		options: *o,
		conns:   make(chan net.Conn),
		ended:   make(chan struct{}),
	}
	if n.options.AccountSID == "" {
		n.options.AccountSID = "AC" + strings.Repeat("0", 32)
	}
	n.server = &http.Server{Handler: n.serve(program), ReadHeaderTimeout: 10 * time.Second}
	n.http = &http.Transport{DialContext: n.dial, DialTLSContext: n.dial, DisableKeepAlives: true}
	n.running.Go(func() { _ = n.server.Serve((*listener)(n)) }) // it ends with Close
	t.Cleanup(n.close)
	return n
}

// serve lets the program serve requests.
func (n *Network) serve(program http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		over := n.over
		if !over {
			n.requests.Add(1)
		}
		n.mu.Unlock()
		if !over {
			defer n.requests.Done()
			program.ServeHTTP(w, r)
		}
	})
}

// listener accepts what dial dials.
type listener Network

func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.ended:
		return nil, net.ErrClosed
	}
}
func (l *listener) Close() error   { return nil }
func (l *listener) Addr() net.Addr { return &net.IPAddr{} }

// dial connects to the program, whatever the address.
func (n *Network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	line := wstest.LineOptions{Latency: n.options.Latency, Window: 256 << 10}
	near, far := wstest.NewLine(line, line)
	select {
	case n.conns <- far:
		return near, nil
	case <-n.ended:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *Network) close() {
	close(n.ended)
	n.mu.Lock()
	n.over = true
	n.mu.Unlock()
	for _, c := range n.Calls() {
		c.Abort()
	}
	n.server.Close()
	n.running.Wait()
	n.requests.Wait()
}

// Calls returns all calls so far, in their order.
func (n *Network) Calls() []*Call {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.calls)
}

// Call calls the program from a phone, which must be a [leg.Marker] with µ-law. It returns once the stream
// is open, or an error if the program has refused the call.
func (n *Network) Call(phone leg.Leg) (*Call, error) {
	c := n.newCall(phone)
	return c, n.connect(c, n.options.Webhook, "inbound")
}

func (n *Network) newCall(phone leg.Leg) *Call {
	marker, ok := leg.As[leg.Marker](phone)
	if !ok || phone.Format() != leg.MuLaw {
		n.t.Fatalf("twiliotest: the phone must be a leg.Marker with µ-law")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	number := len(n.calls) + 1
	c := &Call{
		SID: fmt.Sprintf("CA%032d", number), StreamSID: fmt.Sprintf("MZ%032d", number),
		network: n, phone: phone, marker: marker, done: make(chan struct{}), writing: make(chan struct{}, 1),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	n.calls = append(n.calls, c)
	return c
}

// connect asks a webhook, or nobody, and opens the stream.
func (n *Network) connect(c *Call, webhook, direction string) error {
	stream, parameters := n.options.Stream, n.options.Parameters
	if webhook != "" {
		var err error
		if stream, parameters, err = n.ask(c, webhook, direction); err != nil {
			c.end()
			return err
		}
	}
	header := http.Header{}
	n.sign(header, stream, nil)
	dialer := websocket.Dialer{NetDialContext: n.dial, NetDialTLSContext: n.dial, HandshakeTimeout: 10 * time.Second}
	conn, resp, err := dialer.Dial(stream, header)
	if err != nil {
		c.end()
		if resp != nil {
			return fmt.Errorf("twiliotest: the stream was refused with status %d", resp.StatusCode)
		}
		return fmt.Errorf("twiliotest: opening the stream: %w", err)
	}
	c.begin(conn, parameters)
	return nil
}

// ask asks a webhook what to do with a call.
func (n *Network) ask(c *Call, webhook, direction string) (stream string, parameters map[string]string, err error) {
	form := url.Values{
		"CallSid": {c.SID}, "AccountSid": {n.options.AccountSID}, "From": {"+15550001"}, "To": {"+15550002"},
		"Direction": {direction}, "CallStatus": {"ringing"}, "ApiVersion": {"2010-04-01"},
	}
	req, err := http.NewRequest(http.MethodPost, webhook, strings.NewReader(form.Encode()))
	if err != nil {
		return "", nil, fmt.Errorf("twiliotest: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	n.sign(req.Header, webhook, form)
	resp, err := n.http.RoundTrip(req)
	if err != nil {
		return "", nil, fmt.Errorf("twiliotest: asking the webhook: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", nil, fmt.Errorf("twiliotest: the reply of the webhook: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return "", nil, fmt.Errorf("twiliotest: the webhook replies with status %s: the log of the program has the reason", resp.Status)
	}
	return parseTwiML(body)
}

// parseTwiML returns the stream that a document connects.
func parseTwiML(document []byte) (stream string, parameters map[string]string, err error) {
	var response struct {
		XMLName xml.Name `xml:"Response"`
		Connect struct {
			Stream struct {
				URL        string `xml:"url,attr"`
				Parameters []struct {
					Name  string `xml:"name,attr"`
					Value string `xml:"value,attr"`
				} `xml:"Parameter"`
			}
		}
	}
	if err := xml.Unmarshal(document, &response); err != nil {
		return "", nil, fmt.Errorf("twiliotest: reading TwiML: %w", err)
	}
	stream = response.Connect.Stream.URL
	if address, err := url.Parse(stream); err != nil || address.Scheme != "wss" || address.RawQuery != "" {
		return "", nil, fmt.Errorf("twiliotest: TwiML without a stream to wss://… that has no query: %s", document)
	}
	parameters = map[string]string{}
	for _, p := range response.Connect.Stream.Parameters {
		if len(p.Name)+len(p.Value) > 500 {
			return "", nil, fmt.Errorf("twiliotest: the parameter %s is longer than 500 characters", p.Name)
		}
		parameters[p.Name] = p.Value
	}
	return stream, parameters, nil
}

// sign signs a request.
func (n *Network) sign(header http.Header, address string, form url.Values) {
	text := address
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text += name + form.Get(name)
	}
	mac := hmac.New(sha1.New, []byte(n.options.AuthToken))
	if n.options.Key != "" {
		mac = hmac.New(sha256.New, []byte(n.options.Key))
		header.Set("X-Twilio-Webhooks-Signature-Settings", "key="+n.options.KeyName+",algorithm=HMAC_SHA256")
	}
	io.WriteString(mac, text)
	header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}
