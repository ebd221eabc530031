package voicelivetest_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// peer is a client that hides nothing: it reads all the time, and keeps the order of the wire.
type peer struct {
	t      *testing.T
	conn   *websocket.Conn
	events chan voicelive.ServerEvent // closed at the end
	err    error                      // why, once events is closed
}

// dial opens a session, and closes it at the end of the test.
func dial(t *testing.T, srv *voicelivetest.Server) *peer {
	t.Helper()
	p, _, err := tryDial(t, srv, "/voice-live/realtime?api-version=2026-06-01-preview&model=gpt-realtime", http.Header{"Api-Key": {"k"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tryDial(t *testing.T, srv *voicelivetest.Server, target string, header http.Header) (*peer, *http.Response, error) {
	t.Helper()
	d := websocket.Dialer{NetDialContext: srv.DialContext, TLSClientConfig: srv.TLSConfig()}
	conn, resp, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(srv.URL(), "http")+target, header)
	if err != nil {
		return nil, resp, err
	}
	p := &peer{t: t, conn: conn, events: make(chan voicelive.ServerEvent, 10_000)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.read()
	}()
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	return p, resp, nil
}

func (p *peer) read() {
	defer close(p.events)
	for {
		_, text, err := p.conn.ReadMessage()
		if err != nil {
			p.err = err
			return
		}
		event, err := voicelive.UnmarshalServerEvent(text)
		if err != nil {
			event = &voicelive.UnknownServerEvent{Tag: "undecodable", Raw: text}
		}
		p.events <- event
	}
}

func (p *peer) send(events ...voicelive.ClientEvent) {
	p.t.Helper()
	for _, e := range events {
		text, err := e.MarshalJSON()
		if err != nil {
			p.t.Fatal(err)
		}
		p.sendText(string(text))
	}
}

func (p *peer) sendText(text string) {
	p.t.Helper()
	if err := p.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// next returns the next event.
func (p *peer) next() voicelive.ServerEvent {
	p.t.Helper()
	select {
	case e, ok := <-p.events:
		if !ok {
			p.t.Fatalf("the session ended: %v", p.err)
		}
		return e
	case <-time.After(time.Minute):
		p.t.Fatal("no event came in a minute")
		return nil
	}
}

// until returns the events up to the first of a type.
func (p *peer) until(eventType voicelive.ServerEventType) []voicelive.ServerEvent {
	p.t.Helper()
	var events []voicelive.ServerEvent
	for {
		e := p.next()
		events = append(events, e)
		if e.EventType() == eventType {
			return events
		}
	}
}

// types lists the types of events, each run of equal ones as one.
func types(events []voicelive.ServerEvent) []string {
	var list []string
	for _, e := range events {
		if name := string(e.EventType()); len(list) == 0 || list[len(list)-1] != name {
			list = append(list, name)
		}
	}
	return list
}

// bubble runs a test in virtual time against a server in memory.
func bubble(t *testing.T, options *voicelivetest.Options, test func(t *testing.T, srv *voicelivetest.Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, voicelivetest.NewServer(t, options)) })
}

func userText(text string) *voicelive.ClientEventConversationItemCreate {
	return &voicelive.ClientEventConversationItemCreate{Item: &voicelive.UserMessageItem{
		Content: []voicelive.MessageContentPart{&voicelive.InputTextContentPart{Text: text}},
	}}
}

func update(session voicelive.RequestSession) *voicelive.ClientEventSessionUpdate {
	return &voicelive.ClientEventSessionUpdate{Session: session}
}
