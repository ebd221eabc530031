package voicelivetest_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// connect is a connection to a server, without a handshake.
func connect(t *testing.T, srv *voicelivetest.Server) net.Conn {
	t.Helper()
	conn, err := srv.DialContext(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestRequestsAreBounded(t *testing.T) {
	bubble(t, nil, func(t *testing.T, srv *voicelivetest.Server) {
		conn := connect(t, srv)
		written := make(chan int64)
		go func() {
			n, _ := io.Copy(conn, io.MultiReader(strings.NewReader("GET / HTTP/1.1\r\nHost: x\r\n"), endless{}))
			written <- n
		}()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("got %v, %v; want status 431", resp, err)
		}
		if n := <-written; n > 128<<10 {
			t.Errorf("the server has read %d bytes of a request", n)
		}
	})
}

// endless is header lines for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, "X: "+strings.Repeat("y", 97)+"\r\n"), nil }

func TestRequestsHaveATimeLimit(t *testing.T) {
	bubble(t, nil, func(t *testing.T, srv *voicelivetest.Server) {
		conn := connect(t, srv)
		began := time.Now()
		fmt.Fprint(conn, "GET / HTTP/1.1\r\n")
		if _, err := io.Copy(io.Discard, conn); err != nil {
			t.Error(err)
		}
		if d := time.Since(began); d != 10*time.Second {
			t.Errorf("the server hung up after %v, want 10s", d)
		}
	})
}

// Who sends and does not read is not read any more, and what waits for it is bounded.
func TestAClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Forget: true})
		d := websocket.Dialer{NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return srv.DialContext(ctx, network, address)
		}}
		conn, _, err := d.DialContext(t.Context(), "ws://x/voice-live/realtime?api-version=2026-06-01-preview&model=m", http.Header{"Api-Key": {"k"}})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetWriteDeadline(time.Now().Add(time.Minute))
		n := 0
		for ; n < 1_000_000; n++ {
			if err := conn.WriteMessage(websocket.PingMessage, bytes.Repeat([]byte("x"), 120)); err != nil {
				break
			}
		}
		if n > 40_000 {
			t.Errorf("%d pings were read from a client that takes no pong", n)
		}
	})
}

func TestLongIdentifiersAreRefused(t *testing.T) {
	bubble(t, nil, func(t *testing.T, srv *voicelivetest.Server) {
		s := srv.Connect(t, nil)
		long := strings.Repeat("x", 2000)
		for _, item := range []voicelive.ConversationRequestItem{
			&voicelive.FunctionCallItem{CallID: long, Name: "f", Arguments: "{}"},
			&voicelive.FunctionCallItem{ID: &long, CallID: "c", Name: "f", Arguments: "{}"},
			&voicelive.FunctionCallItem{CallID: "c", Name: long, Arguments: "{}"},
		} {
			results, err := s.CreateItemsAndWait(t.Context(), []voicelive.ConversationRequestItem{item})
			if e, ok := errors.AsType[*voicelive.ServiceError](err); !ok || e.Code != "string_above_max_length" {
				t.Errorf("got %v, %v", results, err)
			}
		}
	})
}

// What a session that forgets still keeps for the test does not grow with the texts of the client.
func TestLongTextsAreForgotten(t *testing.T) {
	bubble(t, &voicelivetest.Options{Forget: true}, func(t *testing.T, srv *voicelivetest.Server) {
		s := srv.Connect(t, nil)
		long := strings.Repeat("é", 100_000)
		for _, e := range []voicelive.ClientEvent{
			&voicelive.UnknownClientEvent{Tag: long, Raw: fmt.Appendf(nil, `{"type":%q}`, long)},
			&voicelive.ClientEventConversationItemDelete{ItemID: long},
		} {
			if err := s.Send(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		kept := srv.Session(0).Check().Error()
		for _, r := range srv.Session(0).Received() {
			kept += "\n" + string(r.Type)
		}
		if n := strings.Count(kept, "refused"); n != 2 || len(kept) > 5000 || !utf8.ValidString(kept) {
			t.Errorf("%d mistakes, in %d bytes of what a client has sent", n, len(kept))
		}
	})
}
