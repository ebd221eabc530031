package voicelive

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// proxyTo serves one CONNECT with a raw answer; "" tunnels to addr, whatever was asked for.
func proxyTo(t *testing.T, addr, answer string, asked *http.Request) *httptest.Server {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = *r
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		if answer != "" {
			io.WriteString(conn, answer)
			return
		}
		up, err := net.Dial("tcp", addr)
		if err != nil {
			t.Error(err)
			return
		}
		defer up.Close()
		io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
		go io.Copy(up, conn)
		io.Copy(conn, up)
	}))
	server.Config.ErrorLog = noLog
	t.Cleanup(server.Close)
	return server
}

func TestSessionsGoThroughProxies(t *testing.T) {
	service := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != "" {
			t.Error("the service got the proxy's credential")
		}
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		conn.Write(wstest.Acceptance(r, ""))
		p := &peer{&wstest.Peer{Conn: conn, R: rw.Reader, Request: r}}
		p.text(createdEvent)
		p.Drain()
	}))
	service.StartTLS()
	defer service.Close()
	for _, secure := range []bool{false, true} {
		var asked http.Request
		proxy := proxyTo(t, service.Listener.Addr().String(), "", &asked)
		if secure {
			proxy.StartTLS()
		} else {
			proxy.Start()
		}
		opts := testOptions(nil)
		opts.TLSConfig = service.Client().Transport.(*http.Transport).TLSClientConfig
		opts.Proxy = func(*http.Request) (*url.URL, error) {
			u, err := url.Parse(proxy.URL)
			u.User = url.UserPassword("user", "pass word")
			return u, err
		}
		s, err := testClientAt(t, "https://example.com", opts).Connect(t.Context(), nil)
		if err != nil {
			t.Fatalf("secure %v: %v", secure, err)
		}
		if s.ID() != "sess_1" {
			t.Errorf("got session %q", s.ID())
		}
		s.Close()
		if asked.Method != http.MethodConnect || asked.Host != "example.com:443" || asked.Header.Get("Proxy-Authorization") != "Basic dXNlcjpwYXNzIHdvcmQ=" {
			t.Errorf("the proxy was asked %s %s %v", asked.Method, asked.Host, asked.Header)
		}
	}
}

func TestRefusingProxiesAreReported(t *testing.T) {
	const canary = "CANARY"
	for _, tt := range []struct{ name, answer, want string }{
		{"authentication", "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 9\r\n\r\nlog in at", "407 Proxy Authentication Required: log in at"},
		{"an echo", "HTTP/1.1 407 Proxy-Authorization: Basic dXNlcjpDQU5BUlk=\r\nContent-Length: 53\r\n\r\nyou sent Basic dXNlcjpDQU5BUlk= for user with CANARY", "you sent Basic REDACTED for user with REDACTED"},
		{"an echo that is no HTTP", "CONNECT Basic dXNlcjpDQU5BUlk=\r\n\r\n", "reply of the proxy"},
		{"lines and colours", "HTTP/1.1 403 \x1b[31mNo\r\nContent-Length: 22\r\n\r\n<p>\nlevel=INFO \x1b[31mok", `403 \x1b[31mNo: <p>\nlevel=INFO \x1b[31mok`},
		{"bad gateway", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "502"},
		{"no HTTP", "\x05\x00", "reply of the proxy"},
		{"flood", "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: "+strings.Repeat("y", 1000)+"\r\n", 100), "reply of the proxy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var asked http.Request
			proxy := proxyTo(t, "", tt.answer, &asked)
			proxy.Start()
			opts := testOptions(nil)
			opts.Proxy = func(*http.Request) (*url.URL, error) {
				u, err := url.Parse(proxy.URL)
				u.User = url.UserPassword("user", canary)
				return u, err
			}
			_, err := testClientAt(t, "https://example.com", opts).Connect(t.Context(), nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "dXNlcjpDQU5BUlk=") {
				t.Errorf("got %v", err)
			}
		})
	}
	for name, proxy := range map[string]func(*http.Request) (*url.URL, error){
		"SOCKS":   func(*http.Request) (*url.URL, error) { return url.Parse("socks5://user:" + canary + "@127.0.0.1:1") },
		"invalid": func(*http.Request) (*url.URL, error) { return nil, errors.New("parse http://user:" + canary + "@h") },
	} {
		opts := testOptions(nil)
		opts.Proxy = proxy
		_, err := testClientAt(t, "https://example.com", opts).Connect(t.Context(), nil)
		if err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDialErrorsCanBeTold(t *testing.T) {
	cause := errors.New("no route")
	opts := testOptions(func(context.Context, string, string) (net.Conn, error) { return nil, cause })
	_, err := testClient(t, opts).Connect(t.Context(), nil)
	if _, refused := errors.AsType[*azcore.ResponseError](err); !errors.Is(err, cause) || refused {
		t.Errorf("got %v", err)
	}
}

// noLog is for servers that complain about clients that refuse them.
var noLog = log.New(io.Discard, "", 0)
