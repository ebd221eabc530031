package voicelivetest

import (
	"net/http"
	"net/url"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// ClientOptions are what a client needs to reach the server: its dial function, trust in its certificate, and leave to
// send a credential in clear text if the server has no TLS. Environment variables for proxies do not matter. The caller
// owns the result and may add to it.
func (srv *Server) ClientOptions() *voicelive.ClientOptions {
	return &voicelive.ClientOptions{
		ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: !srv.options.TLS},
		DialContext:   srv.DialContext,
		TLSConfig:     srv.TLSConfig(),
		Proxy:         func(*http.Request) (*url.URL, error) { return nil, nil },
	}
}

// NewClient returns a client of the server with a key that the server accepts.
func (srv *Server) NewClient() (*voicelive.Client, error) {
	key := "simulated-key"
	if len(srv.options.Keys) > 0 {
		key = srv.options.Keys[0]
	}
	return voicelive.NewClientWithKeyCredential(srv.URL(), azcore.NewKeyCredential(key), srv.ClientOptions())
}

// Client opens a session with the server, and closes it at the end of the test. The session is with the model
// gpt-realtime, or as options say; see [voicelive.Client.Connect]. The test fails if it cannot be opened, or if closing
// it fails although it was still open.
func (srv *Server) Client(t TB, options ...*voicelive.ConnectOptions) *voicelive.Session {
	t.Helper()
	client, err := srv.NewClient()
	if err != nil {
		t.Fatalf("voicelivetest: %v", err)
	}
	o := &voicelive.ConnectOptions{Model: "gpt-realtime"}
	for _, given := range options {
		o = given
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
