package ws

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
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
			io.WriteString(server, "HTTP/1.1 200 OK\r\nX: y\r\n\r\nfirst bytes")
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
