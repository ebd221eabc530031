package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// connect opens a session that recorder records. Close ends it as its user would.
func connect(t *testing.T, srv *voicelivetest.Server, recorder voicelive.Observer, session *voicelive.RequestSession) *voicelive.Session {
	t.Helper()
	client := newClient(t, srv, recorder)
	s, err := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime", Session: session})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newClient(t *testing.T, srv *voicelivetest.Server, recorder voicelive.Observer) *voicelive.Client {
	t.Helper()
	options := srv.ClientOptions()
	options.Observer = recorder
	client, err := voicelive.NewClientWithKeyCredential(srv.URL(), key, options)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// talk has a short conversation, and closes the session.
func talk(t *testing.T, s *voicelive.Session) {
	t.Helper()
	if err := s.SendText(t.Context(), "How are you?"); err != nil {
		t.Fatal(err)
	}
	for event, err := range s.Events(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if event.EventType() == voicelive.ServerEventTypeResponseDone {
			break
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-s.Done()
}

func read(t *testing.T, cassette []byte) *record.Cassette {
	t.Helper()
	c, err := record.Read(bytes.NewReader(cassette))
	if err != nil {
		t.Fatalf("%v\n%s", err, cassette)
	}
	validate(t, cassette)
	return c
}

func TestACassetteHasAllEventsByteForByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Latency: time.Second})
		var cassette bytes.Buffer
		began := time.Now()
		r := record.New(&cassette, nil)
		time.Sleep(time.Minute)
		talk(t, connect(t, srv, r, &voicelive.RequestSession{Instructions: new("Be brief.\n\u2028")}))
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		c := read(t, cassette.Bytes())
		if c.Version != 1 || !c.Began.Equal(began) || c.Audio != record.All || c.Text != record.All || c.Sessions() != 1 {
			t.Errorf("header %+v with %d sessions", c.Header, c.Sessions())
		}
		var got, want []string
		for _, e := range c.Session(1) {
			if e.From == record.Client {
				got = append(got, string(e.JSON))
			}
		}
		for _, e := range srv.Session(0).Received() {
			want = append(want, string(e.Raw))
		}
		for _, e := range c.Session(1) {
			if e.From == record.Service {
				got = append(got, fmt.Sprint(e.At, " ", e.Type, " ", string(e.JSON)))
			}
		}
		for _, e := range srv.Session(0).Sent() {
			want = append(want, fmt.Sprint(time.Minute+e.At, " ", e.Type, " ", string(e.Raw)))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		all := c.Session(1)
		opening := all[3] // session.created, session.update, session.updated
		wantConnected := &record.Connected{Endpoint: srv.URL(), Model: "gpt-realtime", ID: "sess_1", Request: srv.Handshakes()[0].RequestID}
		if diff := cmp.Diff(wantConnected, opening.Connected); diff != "" {
			t.Error(diff)
		}
		if last := all[len(all)-1]; last.Closed == nil || *last.Closed != (record.Closed{By: record.Client}) {
			t.Errorf("the last entry is %+v, want an orderly end", last)
		}
	})
}

// The observer is told of what the client sent after it was written. A reply may come first.
func TestRepliesComeBehindTheirCauses(t *testing.T) {
	const send, reply = `{"type":"input_audio_buffer.clear"}`, `{"type":"input_audio_buffer.cleared"}`
	var cassette bytes.Buffer
	r := record.New(&cassette, nil)
	s := new(voicelive.Session)
	r.ObserveReceive(voicelive.EventInfo{Session: s, Order: 2, JSON: []byte(reply)})
	r.ObserveClose(voicelive.CloseInfo{Session: s})
	r.ObserveSend(t.Context(), voicelive.EventInfo{Session: s, Order: 1, JSON: []byte(send)})
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	c := read(t, cassette.Bytes())
	if c.Sessions() != 1 || c.Entries[2].Closed == nil || string(c.Entries[0].JSON) != send || string(c.Entries[1].JSON) != reply || c.Entries[0].At > c.Entries[1].At {
		t.Errorf("entries %+v", c.Entries)
	}
}

func TestNoCredentialIsInACassette(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, nil)
		var cassette bytes.Buffer
		r := record.New(&cassette, nil)
		s := connect(t, srv, r, &voicelive.RequestSession{Tools: []voicelive.Tool{
			&voicelive.MCPServer{ServerLabel: "crm", ServerURL: "https://user:CANARY@host/mcp?key=CANARY", Authorization: new("Bearer CANARY"), Headers: map[string]string{"X-Key": "CANARY"}},
		}})
		srv.Session(0).InjectJSON([]byte(`{"type":"future","nested":{"apiKey":"CANARY"}}`))
		srv.Session(0).InjectJSON([]byte(`{"type":"future","nested":` + "\n" + `{"apiKey":"CANARY"}}`))
		talk(t, s)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		for _, e := range read(t, cassette.Bytes()).Entries {
			if bytes.Contains(e.JSON, []byte("CANARY")) {
				t.Errorf("entry %s", e.JSON)
			}
		}
		if text := cassette.String(); strings.Contains(text, "CANARY") || strings.Contains(text, "simulated-key") {
			t.Errorf("cassette %s", text)
		}
	})
}

func TestAFailedConnectIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Keys: []string{"another"}})
		var cassette bytes.Buffer
		r := record.New(&cassette, nil)
		if _, err := newClient(t, srv, r).Connect(t.Context(), &voicelive.ConnectOptions{Model: "m"}); err == nil {
			t.Fatal("connected")
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		c := read(t, cassette.Bytes())
		if len(c.Entries) != 1 || c.Entries[0].Connected == nil || !strings.Contains(c.Entries[0].Connected.Error, "401") || c.Sessions() != 0 {
			t.Errorf("entries %+v", c.Entries)
		}
	})
}

// observe gives a recorder n events of size bytes.
func observe(r *record.Recorder, s *voicelive.Session, n, size int) {
	event := []byte(`{"type":"response.text.delta","delta":"` + strings.Repeat("a", size) + `"}`)
	for i := range n {
		r.ObserveReceive(voicelive.EventInfo{Session: s, Type: "response.text.delta", Order: uint64(i + 1), JSON: event})
	}
}

// A gate is a writer that waits.
type gate struct {
	open chan struct{}
	bytes.Buffer
}

func (g *gate) Write(p []byte) (int, error) {
	<-g.open
	return g.Buffer.Write(p)
}

func TestASlowWriterDoesNotSlowTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan struct{})}
		r := record.New(g, &record.Options{Buffer: 100_000})
		s := new(voicelive.Session)
		observe(r, s, 1000, 1000)
		close(g.open)
		synctest.Wait()
		observe(r, s, 2, 10)
		var lost *record.LostError
		if err := r.Close(); !errors.As(err, &lost) {
			t.Fatalf("error %v, want a LostError", err)
		}
		if again := r.Close(); !errors.As(again, &lost) {
			t.Errorf("closing again returns %v", again)
		}
		c := read(t, g.Bytes())
		kept, missing, losses := 0, record.Lost{}, 0
		for _, e := range c.Entries {
			if e.Lost != nil {
				losses++
				missing = *e.Lost
			} else {
				kept++
			}
		}
		if kept < 50 || kept > 110 || losses != 1 || kept+missing.Events != 1002 || missing != lost.Lost {
			t.Errorf("%d events kept, %d losses, %+v lost, %+v told", kept, losses, missing, lost.Lost)
		}
		if last := c.Entries[len(c.Entries)-1]; last.From != record.Service {
			t.Errorf("the last entry is %+v, want an event", last)
		}
	})
}

func TestALossAtTheEndIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan struct{})}
		r := record.New(g, &record.Options{Buffer: 1})
		s := new(voicelive.Session)
		observe(r, s, 3, 10)
		time.AfterFunc(time.Second, func() { close(g.open) })
		var lost *record.LostError
		if err := r.Close(); !errors.As(err, &lost) || lost.Lost.Events != 2 {
			t.Fatalf("error %v, want 2 events lost", err)
		}
		c := read(t, g.Bytes())
		if len(c.Entries) != 2 || c.Entries[1].Lost == nil || c.Entries[1].Lost.Events != 2 {
			t.Errorf("entries %+v", c.Entries)
		}
	})
}

// A disk takes room bytes, and then as many as fit.
type disk struct {
	bytes.Buffer
	room int
}

var errFull = errors.New("no space left on device")

func (d *disk) Write(p []byte) (int, error) {
	if n := d.room - d.Len(); n < len(p) {
		d.Buffer.Write(p[:n])
		return n, errFull
	}
	return d.Buffer.Write(p)
}

func TestACassetteOnAFullDiskCanBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // so that all have the same times
		var whole bytes.Buffer
		r := record.New(&whole, nil)
		s := new(voicelive.Session)
		observe(r, s, 3, 10)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		for room := range whole.Len() {
			d := &disk{room: room}
			r := record.New(d, nil)
			observe(r, s, 3, 10)
			if err := r.Close(); !errors.Is(err, errFull) || !errors.Is(r.Err(), errFull) {
				t.Fatalf("with room for %d bytes: %v", room, err)
			}
			lines := strings.Count(d.String(), "\n")
			c, err := record.Read(&d.Buffer)
			if lines == 0 {
				if err == nil {
					t.Fatalf("a header of %d bytes is one", room)
				}
				continue
			}
			if torn := errors.Is(err, record.ErrTorn); err != nil && !torn || len(c.Entries) != lines-1 {
				t.Fatalf("with room for %d bytes: %d of %d entries, %v", room, len(c.Entries), lines-1, err)
			}
		}
	})
}

// faulty is a writer that does something else.
type faulty func()

func (f faulty) Write(p []byte) (int, error) { f(); return len(p) - 1, nil }

func TestABrokenWriterDoesNotBreakTheCall(t *testing.T) {
	for name, tt := range map[string]struct {
		do   func()
		want string
	}{
		"panics":             {func() { panic("by the writer") }, "record: panic: by the writer"},
		"ends the goroutine": {runtime.Goexit, "record: the goroutine was ended"},
		"writes less":        {func() {}, "record: " + io.ErrShortWrite.Error()},
	} {
		r, s := record.New(faulty(tt.do), nil), new(voicelive.Session)
		observe(r, s, 100, 10)
		if err := r.Close(); err == nil || err.Error() != tt.want {
			t.Errorf("a writer that %s: %v, want %s", name, err, tt.want)
		}
		observe(r, s, 1, 10)
	}
}

func TestHugeEvents(t *testing.T) {
	var cassette bytes.Buffer
	r := record.New(&cassette, &record.Options{Buffer: 1000})
	observe(r, new(voicelive.Session), 1, 2<<20)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if c := read(t, cassette.Bytes()); len(c.Entries) != 1 || len(c.Entries[0].JSON) < 2<<20 {
		t.Errorf("%d entries", len(c.Entries))
	}
}

func TestEventsThatAreNotALine(t *testing.T) {
	for _, tt := range []struct {
		event, want string
		was         int
	}{
		{"{\"type\":\n\"x\"}\r\n", "{\"type\":\n\"x\"}\r\n", 0},
		{"{\"type\":\n\"x\",\"key\":\"secret\"}", "{\"type\":\n\"x\",\"key\":\"REDACTED\"}", 28},
		{"not JSON", "", 8},
		{"", "", 0},
		{"{\"type\":\"\xff\"}", "", 12},
	} {
		var cassette bytes.Buffer
		r := record.New(&cassette, nil)
		r.ObserveReceive(voicelive.EventInfo{Session: new(voicelive.Session), Order: 1, JSON: []byte(tt.event)})
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		c := read(t, cassette.Bytes())
		if e := c.Entries[0]; string(e.JSON) != tt.want || e.Was != tt.was {
			t.Errorf("%q is recorded as %q, was %d; want %q, %d", tt.event, e.JSON, e.Was, tt.want, tt.was)
		}
	}
}

func TestSessionsAtOnceInOneCassette(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, nil)
		var cassette bytes.Buffer
		r := record.New(&cassette, nil)
		const n = 6
		var calls sync.WaitGroup
		for range n {
			s := connect(t, srv, r, nil)
			calls.Go(func() { talk(t, s) })
		}
		calls.Wait()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		c := read(t, cassette.Bytes())
		if c.Sessions() != n {
			t.Fatalf("%d sessions, want %d", c.Sessions(), n)
		}
		for i := range n {
			var got, want int
			for _, e := range c.Session(i + 1) {
				if e.From != "" {
					got++
				}
			}
			s := srv.Session(i)
			if want = len(s.Sent()) + len(s.Received()); got != want {
				t.Errorf("session %d has %d events, want %d", i+1, got, want)
			}
		}
	})
}

// Whoever forgets Close leaves no goroutine behind; synctest fails otherwise.
func TestARecorderThatIsNotClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observe(record.New(io.Discard, nil), new(voicelive.Session), 3, 10)
	})
}

// A recorder for a long time does not hold the sessions that have ended.
func TestSessionsThatHaveEndedAreForgotten(t *testing.T) {
	r := record.New(io.Discard, nil)
	const n = 100
	for range n {
		observe(r, new(voicelive.Session), 1, 10)
	}
	for range 100 {
		if runtime.GC(); record.Following(r) < n/2 {
			return
		}
	}
	t.Errorf("the recorder follows %d sessions", record.Following(r))
}

// An entry of each kind, and a torn line.
func ExampleRead() {
	c, err := record.Read(strings.NewReader(`{"cassette":1,"began":"2026-11-26T12:00:00Z","audio":"all","text":"all"}
{"at_ns":1000000,"session":1,"from":"service","order":1,"event":{"type":"session.created","session":{"id":"sess_1"}}}
{"at_ns":2000000,"session":1,"connected":{"endpoint":"https://host","model":"gpt-realtime","duration_ns":1000000}}
{"at_ns":3000000,"session":1,"from":"client","order":2,"event":{"type":"response.create"}}
{"at_ns":4000000,"session":1,"closed":{"by":"service","error":"voicelive: session ended: going_away (close code 1001)","code":1001}}
{"at_ns":5000000,"ses`))
	for _, e := range c.Entries {
		fmt.Printf("%v %d %q\n", e.At, e.Session, e.Type)
	}
	fmt.Println(err)
	// Output:
	// 1ms 1 "session.created"
	// 2ms 1 ""
	// 3ms 1 "response.create"
	// 4ms 1 ""
	// record: the last line is not complete: line 6 ends after 21 bytes
}

func TestCassettesThatAreWrong(t *testing.T) {
	const header = `{"cassette":1,"began":"2026-11-26T12:00:00Z","audio":"all","text":"all"}` + "\n"
	for text, want := range map[string]string{
		"":                      "record: the cassette is empty",
		"{}\n":                  "record: line 1 is not the header of a cassette",
		"x\n":                   "record: line 1 is not the header of a cassette",
		`{"cassette":2}` + "\n": "record: the cassette has version 2 of the format, this package knows 1",
		`{"cassette":1`:         "record: the last line is not complete: line 1 ends after 13 bytes",
		header + "x\n":          "record: line 2: invalid character 'x' looking for beginning of value",
		header + "{}\n":         "record: line 2: an entry is one of an event, connected, closed and lost",
		header + `{"lost":{},"closed":{}}` + "\n":                           "record: line 2: an entry is one of an event, connected, closed and lost",
		header + `{"from":"client","event":{}}` + "\n":                      "record: line 2: there is no session 0",
		header + `{"session":2147483647,"from":"client","event":{}}` + "\n": "record: line 2: session 2147483647 is beyond the limit of 16777216",
		header + `{"session":1,"from":"x","event":{}}` + "\n":               `record: line 2: an event is from "x"`,
		header + `{"session":1,"from":"client","event":1}` + "\n":           "record: line 2: the event is not a JSON object",
		header + `{"lost":{},"event":{}}` + "\n":                            "record: line 2: the event has no side",
	} {
		if _, err := record.Read(strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	var cassette bytes.Buffer
	r := record.New(&cassette, nil)
	observe(r, new(voicelive.Session), 2, 1)
	if err := r.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(cassette.Bytes())
	f.Add([]byte(`{"cassette":1}` + "\n" + `{"session":1,"from":"client","base64":"e30=","was":3}` + "\n" + `{"connected":{},"at_ns":1}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := record.Read(bytes.NewReader(text))
		if c == nil {
			if err == nil {
				t.Fatal("no cassette and no error")
			}
			return
		}
		for _, e := range c.Entries {
			if e.JSON != nil && !json.Valid(e.JSON) || e.Line < 2 {
				t.Fatalf("entry %+v", e)
			}
		}
		if err == nil && bytes.Count(text, []byte("\n")) != len(c.Entries)+1 {
			t.Fatalf("%d entries of %q", len(c.Entries), text)
		}
	})
}
