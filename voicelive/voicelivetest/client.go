package voicelivetest

import (
	"net/http"
	"net/url"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// ClientOptions returns the options with which a client reaches the server: the dial function and the certificate of the
// server, and permission to send a credential in clear text if the server has no TLS. The client ignores environment
// variables for proxies. The caller owns the result and may add to it; see also [Options.Client].
func (srv *Server) ClientOptions() *voicelive.ClientOptions {
	o := &voicelive.ClientOptions{
		ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: !srv.options.TLS},
		DialContext:   srv.DialContext,
		TLSConfig:     srv.TLSConfig(),
		Proxy:         func(*http.Request) (*url.URL, error) { return nil, nil },
	}
	if srv.options.Client != nil {
		srv.options.Client(o)
	}
	return o
}

// NewClient returns a client of the server with a key that the server accepts.
func (srv *Server) NewClient() (*voicelive.Client, error) {
	key := "simulated-key"
	if len(srv.options.Keys) > 0 {
		key = srv.options.Keys[0]
	}
	return voicelive.NewClientWithKeyCredential(srv.URL(), azcore.NewKeyCredential(key), srv.ClientOptions())
}

// Connect opens a session with the server, and closes it at the end of the test. Nil options are the model gpt-realtime;
// see [voicelive.Client.Connect]. The test fails if the session cannot be opened, or if it is still open at the end of the
// test and cannot be closed.
func (srv *Server) Connect(t TB, o *voicelive.ConnectOptions) *voicelive.Session {
	t.Helper()
	client, err := srv.NewClient()
	if err != nil {
		t.Fatalf("voicelivetest: %v", err)
	}
	if o == nil {
		o = &voicelive.ConnectOptions{Model: "gpt-realtime"}
	}
	session, err := client.Connect(t.Context(), o)
	if err != nil {
		t.Fatalf("voicelivetest: %v", err)
	}
	t.Cleanup(func() {
		t.Helper()
		select {
		case <-session.Done():
			return // the test knows why
		default:
		}
		if err := session.Close(); err != nil {
			t.Errorf("voicelivetest: close the session: %v", err)
		}
	})
	return session
}
