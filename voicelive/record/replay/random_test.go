package replay_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/record/replay"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var (
	conversations = flag.Uint64("conversations", 6, "how many random conversations to record and replay")
	first         = flag.Uint64("first", 0, "the seed of the first one")
	log           = flag.Bool("log", false, "print the cassettes")
)

var key = azcore.NewKeyCredential("simulated-key")

func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// TestRandomConversations records conversations with a service in which things go wrong, and replays them with the same
// client, which must pass, and with a client that does something else, which must not.
func TestRandomConversations(t *testing.T) {
	events, mutants := 0, 0
	for i := range *conversations {
		seed := *first + i
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			cassette := recorded(t, seed)
			if *log {
				t.Logf("%s", cassette)
			}
			c, err := record.Read(bytes.NewReader(cassette))
			if err != nil {
				t.Fatal(err)
			}
			if c.Sessions() == 0 {
				return // a fault of the handshake
			}
			events += len(c.Entries)
			if err := replayed(t, c, seed, nil, voicelivetest.RealTime); err != nil {
				t.Fatalf("a replay of its own recording: %v\nreplay with -run '^TestRandomConversations$' -conversations 1 -first %d -log", err, seed)
			}
			sent := sentAndCompared(c)
			if len(sent) == 0 || !orderly(c) {
				return
			}
			r := rand.New(rand.NewPCG(seed, 4))
			m := &mutation{kind: pick(r, "omit", "change", "add"), n: r.IntN(len(sent))}
			mutants++
			err = replayed(t, c, seed, m, voicelivetest.RealTime)
			var d *replay.Difference
			if !errors.As(err, &d) {
				t.Fatalf("the client does something else (%s its event %d, %s), and the replay passes: %v", m.kind, m.n, sent[m.n].Type, err)
			}
			if text := d.Error(); !strings.Contains(text, "the client") || d.Line == 0 && m.kind != "add" && m.kind != "omit" {
				t.Errorf("%s its event %d, %s: %s", m.kind, m.n, sent[m.n].Type, text)
			}
		})
	}
	t.Logf("%d conversations with %d entries, %d mutants", *conversations, events, mutants)
	if n := int(*conversations); n >= 6 && (events < 20*n || mutants < n/4) {
		t.Error("too little happens for the test to tell anything")
	}
}

// sentAndCompared are the events of the client other than audio and session.update, with which it opens the session.
func sentAndCompared(c *record.Cassette) (sent []record.Entry) {
	for _, e := range c.Session(1) {
		if e.From == record.Client && e.Type != "input_audio_buffer.append" && e.Type != "session.update" {
			sent = append(sent, e)
		}
	}
	return sent
}

// orderly reports whether the client has ended the session.
func orderly(c *record.Cassette) bool {
	entries := c.Session(1)
	last := entries[len(entries)-1].Closed
	return last != nil && last.By == record.Client
}

// recorded is the cassette of a random conversation.
func recorded(t *testing.T, seed uint64) (cassette []byte) {
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(seed, 1))
		srv := voicelivetest.NewServer(t, randomService(r, seed))
		var b bytes.Buffer
		recorder := record.New(&b, nil)
		go says(r.Uint64(), srv)
		converse(t, srv, recorder, seed, nil)
		if err := recorder.Close(); err != nil {
			t.Fatal(err)
		}
		cassette = b.Bytes()
	})
	return cassette
}

// replayed has the same conversation with a replay, and returns the differences.
func replayed(t *testing.T, c *record.Cassette, seed uint64, m *mutation, pace voicelivetest.Pace) (err error) {
	synctest.Test(t, func(t *testing.T) {
		service, start := replay.Start(c, &replay.Options{Pace: pace, Server: voicelivetest.Options{Lenient: true}})
		if start != nil {
			t.Fatal(start)
		}
		converse(t, service.Server, nil, seed, m)
		err = service.Close()
	})
	return err
}

// says lets the user of the recording speak.
func says(seed uint64, srv *voicelivetest.Server) {
	r := rand.New(rand.NewPCG(seed, 5))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := srv.WaitSession(ctx, 0)
	if err != nil {
		return
	}
	for range r.IntN(4) {
		select {
		case <-time.After(time.Duration(r.IntN(8000)) * time.Millisecond):
		case <-s.Done():
			return
		}
		if len(s.Sent()) > 0 {
			s.UserSays("Tell me more.", time.Second)
		}
		select {
		case <-time.After(2 * time.Second):
		case <-s.Done():
			return
		}
	}
}

func randomService(r *rand.Rand, seed uint64) *voicelivetest.Options {
	latency := func(r *rand.Rand) time.Duration { return pick(r, 0, 0, 40*time.Millisecond, 400*time.Millisecond) }
	serving := rand.New(rand.NewPCG(r.Uint64(), 2)) // of the goroutine that serves the session
	o := &voicelivetest.Options{
		Pace: pick(r, voicelivetest.RealTime, 4, voicelivetest.Instant), Latency: latency(r), ResponseLatency: latency(r), InterruptLatency: latency(r),
		CancelPrevious: r.IntN(2) == 0, RefuseCancelledOutputs: r.IntN(2) == 0, Lenient: true,
		Link: voicelivetest.Link{Latency: latency(r)}, Uplink: voicelivetest.Link{Latency: latency(r)},
		Respond: func(request voicelivetest.Request) voicelivetest.Response {
			response := voicelivetest.Response{Delay: pick(serving, 0, 0, 3*time.Second)}
			if serving.IntN(3) > 0 {
				response.Text = pick(serving, "Yes.", strings.Repeat("This goes on. ", 10))
			}
			for range serving.IntN(3) {
				response.Calls = append(response.Calls, voicelivetest.Call{Name: "f", Arguments: `{"city":"Oslo"}`})
			}
			return response
		},
	}
	if r.IntN(2) == 0 {
		o.Faults.Seed = seed + 1
	}
	return o
}

// A mutation is something that the client does differently with the n-th event that is compared.
type mutation struct {
	kind string
	n    int
	seen int
}

// client is a program that talks to a service.
type client struct {
	ctx     context.Context
	session *voicelive.Session
	m       *mutation
}

// send sends an event, or what the mutation makes of it.
func (c *client) send(e voicelive.ClientEvent) {
	if m := c.m; m != nil {
		n := m.seen
		m.seen++
		if n == m.n {
			switch m.kind {
			case "omit":
				return
			case "add":
				_ = c.session.Send(c.ctx, &voicelive.ClientEventConversationItemDelete{ItemID: "mutant"}) // the session may have ended
			case "change":
				e = &voicelive.ClientEventConversationItemRetrieve{ItemID: "mutant"}
			}
		}
	}
	_ = c.session.Send(c.ctx, e) // the session may have ended
}

// converse has the conversation of a seed. What the client does depends on that, on time and on the events only.
func converse(t *testing.T, srv *voicelivetest.Server, recorder voicelive.Observer, seed uint64, m *mutation) {
	options := srv.ClientOptions()
	options.Observer = recorder
	vl, err := voicelive.NewClientWithKeyCredential(srv.URL(), key, options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	r := rand.New(rand.NewPCG(seed, 6))
	session, err := vl.Connect(ctx, &voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{Instructions: new("Be brief.")}})
	if err != nil {
		return
	}
	c := &client{ctx: ctx, session: session, m: m}
	inbox := make(chan voicelive.ServerEvent)
	go func() { // what is sent comes from one goroutine
		defer close(inbox)
		for {
			e, err := session.Recv(ctx)
			if err != nil {
				var decode *voicelive.DecodeError
				if errors.As(err, &decode) {
					continue
				}
				return
			}
			inbox <- e
		}
	}()
	for range 1 + r.IntN(25) {
		wait := time.After(time.Duration(r.ExpFloat64()*float64(time.Second)) + time.Duration(r.IntN(1000))) // at a time of its own
		for waiting := true; waiting; {
			select {
			case <-wait:
				waiting = false
			case e, ok := <-inbox:
				if !ok {
					return
				}
				c.react(e)
			}
		}
		c.act(r)
	}
	go func() {
		for range inbox {
		}
	}()
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	<-session.Done()
}

// react does what an event asks for.
func (c *client) react(e voicelive.ServerEvent) {
	done, ok := e.(*voicelive.ServerEventResponseDone)
	if !ok {
		return
	}
	for _, item := range done.Response.Output {
		if call, ok := item.(*voicelive.ResponseFunctionCallItem); ok {
			c.send(&voicelive.ClientEventConversationItemCreate{Item: &voicelive.FunctionCallOutputItem{CallID: call.CallID, Output: "cold"}})
		}
	}
}

// act does something.
func (c *client) act(r *rand.Rand) {
	text := &voicelive.UserMessageItem{Content: []voicelive.MessageContentPart{&voicelive.InputTextContentPart{Text: fmt.Sprint("text ", r.IntN(1000))}}}
	if r.IntN(2) == 0 {
		text.ID = new(fmt.Sprint("item_of_mine_", rand.Uint64())) // another one each time
	}
	switch r.IntN(9) {
	case 0, 1:
		c.send(&voicelive.ClientEventConversationItemCreate{Item: text})
		c.send(&voicelive.ClientEventResponseCreate{})
	case 2, 3:
		for range 5 {
			_ = c.session.AppendInputAudioBuffer(c.ctx, make([]byte, 960)) // the session may have ended
		}
	case 4:
		c.send(&voicelive.ClientEventInputAudioBufferCommit{EventID: new(fmt.Sprint("event_of_mine_", rand.Uint64()))})
	case 5:
		c.send(&voicelive.ClientEventResponseCancel{})
	case 6:
		c.send(&voicelive.ClientEventInputAudioBufferClear{})
	case 7:
		c.send(&voicelive.ClientEventConversationItemCreate{Item: text})
		if text.ID != nil {
			c.send(&voicelive.ClientEventConversationItemDelete{ItemID: *text.ID})
		}
	case 8:
		c.send(&voicelive.ClientEventSessionUpdate{Session: voicelive.RequestSession{Instructions: new(fmt.Sprint("Be brief ", r.IntN(100)))}})
	}
}
