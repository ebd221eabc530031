package ws

import (
	"bufio"
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// openingCases are about the request of the client and the answer to it.
func openingCases() (list []conformanceCase) {
	const line, upgrade, connection, accepted = "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: %s"
	first := string(text(message("first")))
	lines := func(l ...string) string { return strings.Join(l, "\r\n") + "\r\n\r\n" }
	good := lines(line, upgrade, connection, accepted)
	for _, tt := range []struct {
		name, answer string // %s is the key's answer
		chop         int    // bytes a write; 0 for all
		ok           bool
	}{
		{"an answer", good, 0, true},
		{"an answer byte by byte", good, 1, true},
		{"header names in lower case", strings.NewReplacer("Upgrade:", "upgrade:", "Connection:", "connection:", "Sec-WebSocket-Accept:", "sec-websocket-accept:").Replace(good), 0, true},
		{"values in another case", lines(line, "Upgrade: WebSocket", "Connection: upgrade", accepted), 0, true},
		{"Connection with other options", lines(line, upgrade, "Connection: keep-alive, Upgrade", accepted), 0, true},
		{"white space around the key", lines(line, upgrade, connection, "Sec-WebSocket-Accept:  %s  "), 0, true},
		{"another reason phrase", lines("HTTP/1.1 101 Yes", upgrade, connection, accepted), 0, true},
		{"other headers", lines(line, upgrade, connection, accepted, "Set-Cookie: a=b", "Date: x"), 0, true},
		{"HTTP/1.0", lines("HTTP/1.0 101 Switching Protocols", upgrade, connection, accepted), 0, false},
		{"status 200", lines("HTTP/1.1 200 OK", upgrade, connection, accepted, "Content-Length: 0"), 0, false},
		{"status 426", lines("HTTP/1.1 426 Upgrade Required", "Content-Length: 0"), 0, false},
		{"a redirect", lines("HTTP/1.1 302 Found", "Location: http://elsewhere.test/", "Content-Length: 0"), 0, false},
		{"no Upgrade", lines(line, connection, accepted), 0, false},
		{"another Upgrade", lines(line, "Upgrade: h2c", connection, accepted), 0, false},
		{"no Connection", lines(line, upgrade, accepted), 0, false},
		{"another Connection", lines(line, upgrade, "Connection: close", accepted), 0, false},
		{"no key", lines(line, upgrade, connection), 0, false},
		{"an empty key", lines(line, upgrade, connection, "Sec-WebSocket-Accept:"), 0, false},
		{"another key", lines(line, upgrade, connection, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), 0, false},
		{"a key with more behind it", lines(line, upgrade, connection, accepted+"A"), 0, false},
		{"two keys", lines(line, upgrade, connection, accepted, accepted), 0, false},
		{"an extension", lines(line, upgrade, connection, accepted, "Sec-WebSocket-Extensions: permessage-deflate"), 0, false},
		{"a subprotocol", lines(line, upgrade, connection, accepted, "Sec-WebSocket-Protocol: realtime"), 0, false},
		{"a header without a colon", lines(line, upgrade, connection, accepted, "nonsense"), 0, false},
		{"an answer that ends in a frame's header", good, len(good) - len("%s") + 28 + 1, true},
		{"an event in front of the session", good + string(text(message("a"))), 0, true},
		{"informational replies in front of it", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + good, 0, true},
		{"informational replies byte by byte", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + good, 1, true},
		{"lines that end without CR", strings.ReplaceAll(good, "\r\n", "\n"), 0, true},
		{"nothing", "", 0, false},
	} {
		list = append(list, conformanceCase{name: tt.name, run: func(t *testing.T) {
			connected := openWith(t, func(p *wstest.Peer) {
				if tt.answer == "" {
					return
				}
				whole := []byte(strings.ReplaceAll(tt.answer, "%s", wstest.AcceptKey(p.Request)) + first)
				for piece := range slices.Chunk(whole, cmp.Or(tt.chop, len(whole))) {
					if _, err := p.Conn.Write(piece); err != nil {
						return
					}
				}
				if tt.ok {
					p.Drain()
				}
			})
			if connected != tt.ok {
				t.Errorf("connected %v, want %v", connected, tt.ok)
			}
		}})
	}
	for _, tt := range []struct {
		name string
		ok   func(*http.Request) bool
	}{
		{"the request is a GET of HTTP/1.1", func(r *http.Request) bool { return r.Method == "GET" && r.Proto == "HTTP/1.1" }},
		{"the request names the host", func(r *http.Request) bool { return r.Host == "service.test" }},
		{"the request upgrades", func(r *http.Request) bool {
			return slices.Equal(r.Header["Upgrade"], []string{"websocket"}) && slices.Equal(r.Header["Connection"], []string{"Upgrade"})
		}},
		{"the request is of version 13", func(r *http.Request) bool {
			return slices.Equal(r.Header["Sec-Websocket-Version"], []string{"13"})
		}},
		{"the request has a key of 16 bytes", func(r *http.Request) bool {
			key := r.Header["Sec-Websocket-Key"]
			return len(key) == 1 && len(key[0]) == 24 && strings.HasSuffix(key[0], "==")
		}},
		{"the request offers nothing", func(r *http.Request) bool {
			return r.Header["Sec-Websocket-Extensions"] == nil && r.Header["Sec-Websocket-Protocol"] == nil
		}},
	} {
		list = append(list, conformanceCase{name: tt.name, run: func(t *testing.T) {
			openWith(t, func(p *wstest.Peer) {
				if !tt.ok(p.Request) {
					t.Errorf("got %v %v", p.Request.Host, p.Request.Header)
				}
			})
		}})
	}
	return append(list, conformanceCase{name: "each request has a key of its own", run: func(t *testing.T) {
		keys := map[string]bool{}
		const n = 100
		for range n {
			openWith(t, func(p *wstest.Peer) { keys[p.Request.Header.Get("Sec-WebSocket-Key")] = true })
		}
		if len(keys) != n {
			t.Errorf("%d keys for %d requests", len(keys), n)
		}
	}})
}

// openWith connects to a script that answers the request, and reports whether it did.
func openWith(t *testing.T, script func(*wstest.Peer)) bool {
	dial, accepted := wstest.Pipes()
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		p := &wstest.Peer{Conn: <-accepted}
		defer p.Conn.Close()
		p.R = bufio.NewReader(p.Conn)
		var err error
		if p.Request, err = http.ReadRequest(p.R); err != nil {
			t.Error(err)
			return
		}
		script(p)
	})
	config := testConfig(t, dial)
	config.Limits.HandshakeTimeout = time.Second
	c, _, err := Dial(t.Context(), config)
	if c == nil || err != nil {
		return false
	}
	c.Start(func([]byte) {}, func() {})
	c.Close(1000, "")
	return true
}
