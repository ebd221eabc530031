//go:build peers

package sip

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// Every sample arrives, in both directions and in both laws.
func TestBaresipHearsAndIsHeard(t *testing.T) {
	for _, law := range []struct {
		codec  string
		format audio.Format
		encode func(dst, pcm []byte) []byte
		decode func(dst, codes []byte) []byte
	}{
		{"pcmu", leg.MuLaw, audio.AppendMuLaw, audio.AppendPCMOfMuLaw},
		{"pcma", leg.ALaw, audio.AppendALaw, audio.AppendPCMOfALaw},
	} {
		t.Run(law.codec, func(t *testing.T) {
			t.Parallel()
			said, reply := speech(3*time.Second), law.encode(nil, speech(2*time.Second))
			type result struct {
				format audio.Format
				heard  []byte
				err    error
			}
			results := make(chan result, 1)
			e := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(ctx context.Context, c *Call) error {
				r := result{format: c.Format(), err: c.Play(ctx, reply)}
				var err error
				if r.heard, _, err = until(ctx, c); err != io.EOF {
					r.err = errors.Join(r.err, err)
				}
				results <- r
				return nil
			}})
			p := newSoftphone(t, "audio_codecs="+law.codec, said)
			p.do("/dial sip:agent@" + e.Addr().String() + "\n")
			r := wait(t, results)
			if r.err != nil {
				t.Fatal(r.err)
			}
			if r.format != law.format {
				t.Errorf("the call is in %v, want %v", r.format, law.format)
			}
			if heard := law.decode(nil, r.heard); !sounds(heard, said[:len(said)-leg.PCM8kHz.Bytes(100*time.Millisecond)]) {
				t.Errorf("of %d bytes of PCM that baresip said came %d, which are others", len(said), len(heard))
			}
			if heard, want := p.recorded("dec"), law.decode(nil, reply); !sounds(heard, want) {
				t.Errorf("baresip has heard %d bytes of PCM, but not the %d that were played", len(heard), len(want))
			}
		})
	}
}

// Keys, a hold, and the end by this side.
func TestBaresipPressesKeysAndHolds(t *testing.T) {
	t.Parallel()
	calls := make(chan *Call)
	done := make(chan struct{})
	e := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(ctx context.Context, c *Call) error {
		calls <- c
		<-done
		return nil
	}})
	defer close(done)
	p := newSoftphone(t, "audio_codecs=pcmu", speech(time.Minute))
	p.do("/dial sip:agent@" + e.Addr().String() + "\n")
	c := wait(t, calls)
	var keys string
	for _, key := range "159#" {
		p.do(string(key))
		for !strings.HasSuffix(keys, string(key)) {
			in, err := c.Receive(soon(t))
			if err != nil {
				t.Fatalf("after keys %q: %v", keys, err)
			}
			if in.Digit != 0 {
				keys += string(in.Digit)
			}
		}
	}
	if keys != "159#" {
		t.Errorf("the keys are %q, want 159#", keys)
	}
	holding := func() bool {
		c.media.mu.Lock()
		defer c.media.mu.Unlock()
		return c.media.out.held
	}
	for _, step := range []struct {
		key  string
		held bool
	}{{"x", true}, {"X", false}} {
		p.do(step.key)
		for end := time.Now().Add(limit); holding() != step.held; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("held is %v after key %s", holding(), step.key)
			}
		}
	}
	if err := c.HangUp(soon(t), "the test is over"); err != nil {
		t.Error(err)
	}
	if _, _, err := until(soon(t), c); err != io.EOF {
		t.Errorf("Receive: %v, want EOF", err)
	}
}

func TestBaresipIsCalledAndTransferred(t *testing.T) {
	t.Parallel()
	p := newSoftphone(t, "audio_codecs=pcma;answermode=auto", speech(time.Minute))
	e := listen(t, nil)
	c, err := e.Dial(soon(t), "sip:bob@"+p.address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if in, err := c.Receive(soon(t)); err != nil || in.Audio == nil {
		t.Errorf("Receive: %v, %v", in, err)
	}
	arrived := make(chan struct{})
	other := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(ctx context.Context, c *Call) error {
		close(arrived)
		return listenOn(ctx, c)
	}})
	if err := c.Transfer(soon(t), "sip:colleague@"+other.Addr().String()); err != nil {
		t.Fatal(err)
	}
	wait(t, arrived)
	if _, _, err := until(soon(t), c); err != io.EOF {
		t.Errorf("Receive after Transfer: %v, want EOF", err)
	}
}

// A user speaks into a softphone; the agent replies by the simulator; the user hears every sample of it.
func TestBaresipTalksToAnAgent(t *testing.T) {
	t.Parallel()
	srv, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant, Respond: voicelivetest.Reply("Hello.", "It rains."), Hear: voicelivetest.Hear("How is the weather?")})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	client, err := srv.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	a := &agent.Agent{
		Client: client, Connect: voicelive.ConnectOptions{Model: "gpt-realtime"}, Greeting: agent.Say("Hello."),
	}
	reports := make(chan *agent.Report, 1)
	e := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(ctx context.Context, c *Call) error {
		report, err := a.Serve(ctx, c)
		reports <- report
		return err
	}})
	silence := func(d time.Duration) []byte { return make([]byte, leg.PCM8kHz.Bytes(d)) }
	p := newSoftphone(t, "audio_codecs=pcmu", slices.Concat(silence(2500*time.Millisecond), speech(time.Second), silence(4*time.Second)))
	p.do("/dial sip:agent@" + e.Addr().String() + "\n")
	report := wait(t, reports)
	var said []string
	for _, entry := range report.Transcript.Entries() {
		said = append(said, fmt.Sprint(entry.Role, ": ", entry.Text))
	}
	if want := []string{"assistant: Hello.", "user: How is the weather?", "assistant: It rains."}; !slices.Equal(said, want) || report.Reason != agent.UserHungUp {
		t.Errorf("the conversation was %q, ended by %v; want %q", said, report.Reason, want)
	}
	heard := p.recorded("dec")
	for _, response := range responses(srv.Session(0)) {
		if !sounds(heard, audio.AppendPCMOfMuLaw(nil, response)) {
			t.Errorf("baresip has not heard a response of %d bytes as it is", len(response))
		}
	}
}

// responses returns the audio of each response of a session.
func responses(s *voicelivetest.Session) [][]byte {
	var all [][]byte
	var id string
	for _, sent := range s.Sent() {
		event, err := voicelive.UnmarshalServerEvent(sent.Raw)
		e, ok := event.(*voicelive.ServerEventResponseAudioDelta)
		if err != nil || !ok {
			continue
		}
		if e.ResponseID != id {
			id, all = e.ResponseID, append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], e.Delta...)
	}
	return all
}
