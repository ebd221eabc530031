package voicelivetest_test

import (
	"encoding/binary"
	"math"
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
	p, _, err := tryDial(t, srv, "/voice-live/realtime?api-version="+voicelive.APIVersion+"&model=gpt-realtime", http.Header{"Api-Key": {"k"}})
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

const longText = "This is an answer that goes on for so long that there is time enough to say something else in the middle of it."

// of returns the last event of a type.
func of[E voicelive.ServerEvent](t *testing.T, events []voicelive.ServerEvent) (last E) {
	t.Helper()
	found := false
	for _, e := range events {
		if e, ok := e.(E); ok {
			last, found = e, true
		}
	}
	if !found {
		t.Fatalf("there is no %T in %q", last, types(events))
	}
	return last
}

// code is the code of the error among events, and the event_id that it carries.
func code(t *testing.T, events []voicelive.ServerEvent) (code, eventID string) {
	t.Helper()
	e := of[*voicelive.ServerEventError](t, events).Error
	if e.Code != nil {
		code = *e.Code
	}
	if e.EventID != nil {
		eventID = *e.EventID
	}
	return code, eventID
}

// tone is speech, as far as energy goes: PCM16 of a rate.
func tone(rate int, d time.Duration) []byte {
	var audio []byte
	for i := range int(d * time.Duration(rate) / time.Second) {
		audio = binary.LittleEndian.AppendUint16(audio, uint16(int16(8000*math.Sin(2*math.Pi*300*float64(i)/float64(rate)))))
	}
	return audio
}

func silence(rate int, d time.Duration) []byte {
	return make([]byte, 2*int(d*time.Duration(rate)/time.Second))
}

// say sends audio in pieces of 20 ms, as fast as it plays.
func (p *peer) say(rate int, audio ...[]byte) {
	p.t.Helper()
	for _, a := range audio {
		for size := rate / 50 * 2; len(a) > 0; {
			piece := a[:min(size, len(a))]
			a = a[len(piece):]
			p.send(&voicelive.ClientEventInputAudioBufferAppend{Audio: piece})
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// count is how many events of a type the session has sent.
func count(s *voicelivetest.Session, eventType voicelive.ServerEventType) (n int) {
	for _, sent := range s.Sent() {
		if sent.Type == eventType {
			n++
		}
	}
	return n
}
