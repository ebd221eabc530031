package ws

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

func TestNoByteOfTheTunnelIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		var wg sync.WaitGroup
		wg.Go(func() {
			http.ReadRequest(bufio.NewReader(server))
			io.WriteString(server, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\r\nfirst bytes")
			server.Close()
		})
		if err := connectThrough(client, &url.URL{Scheme: "http", Host: "p"}, "h:1"); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(client)
		if string(rest) != "first bytes" || err != nil {
			t.Errorf("got %q, %v", rest, err)
		}
		wg.Wait()
	})
}

func TestADialFunctionThatReturnsNothingIsAnError(t *testing.T) {
	for _, proxy := range []*url.URL{nil, {Scheme: "http", Host: "proxy.test"}} {
		config := testConfig(t, func(context.Context, string, string) (net.Conn, error) { return nil, nil })
		config.Proxy = func(*http.Request) (*url.URL, error) { return proxy, nil }
		if _, _, err := Dial(t.Context(), config); err == nil || !strings.Contains(err.Error(), "neither a connection nor an error") {
			t.Errorf("got %v", err)
		}
	}
}
