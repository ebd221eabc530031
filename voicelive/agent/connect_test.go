package agent_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// refusals returns the faults of n connections that are refused by the network.
func refusals(n int) (f voicelivetest.Faults) {
	for range n {
		f.Scripts = append(f.Scripts, voicelivetest.Script{{Kind: voicelivetest.HandshakeDrop}})
	}
	return f
}

// The user speaks while the agent connects, and is heard: that takes less than the ten seconds of audio that are kept.
func TestTheFirstConnectionIsTriedAgain(t *testing.T) {
	service := said()
	service.Faults = refusals(2)
	a := &agent.Agent{Greeting: agent.Ask("Hello.")}
	var spoke sync.WaitGroup
	c := playAll(t, func(u *legtest.User) leg.Leg {
		spoke.Go(func() { u.Say("Is anybody there?") })
		return u.Leg()
	}, nil, a, service, func(c *call) {
		spoke.Wait()
		c.user.Silence(10 * time.Second) // to a greeting, if there is time for it, and to the reply
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if n := len(c.srv.Handshakes()); n != 3 {
		t.Errorf("%d handshakes, want one after two that were dropped", n)
	}
	if text := c.report.Transcript.Text(); !strings.Contains(text, "User: Is anybody there?\nAssistant: I have heard: Is anybody there?") {
		t.Errorf("transcript:\n%s", text)
	}
	if len(c.report.Gaps) > 0 || len(c.report.Sessions) != 1 {
		t.Errorf("gaps %+v, sessions %+v, want one session", c.report.Gaps, c.report.Sessions)
	}
}

func TestTheFirstConnectionFails(t *testing.T) {
	for name, test := range map[string]struct {
		retry    time.Duration
		least    time.Duration
		attempts int
	}{
		"for a time": {30 * time.Second, 20 * time.Second, 8},
		"once":       {-1, 0, 1},
	} {
		service := said()
		service.Faults = refusals(1000)
		c := play(t, &agent.Agent{Rollover: agent.Rollover{Retry: test.retry}}, service, func(c *call) { c.Error("the conversation began") })
		if c.report.Reason != agent.Unavailable || c.err == nil || c.user.Ended() != "unavailable" {
			t.Errorf("%s: the conversation ended as %s, error %v", name, c.report.Reason, c.err)
		}
		if d := c.report.Duration; d < test.least || d > 30*time.Second+time.Millisecond || len(c.srv.Handshakes()) < test.attempts {
			t.Errorf("%s: gave up after %v and %d handshakes", name, d, len(c.srv.Handshakes()))
		}
	}
}

func TestTheUserHangsUpWhileTheAgentConnects(t *testing.T) {
	service := said()
	service.Faults.Scripts = []voicelivetest.Script{{{Kind: voicelivetest.HandshakeStall}}}
	c := playAll(t, func(u *legtest.User) leg.Leg {
		time.AfterFunc(time.Second, u.HangUp)
		return u.Leg()
	}, nil, &agent.Agent{}, service, func(c *call) { c.Error("the conversation began") })
	c.want(agent.UserHungUp)
	if d := c.report.Duration; d > 2*time.Second {
		t.Errorf("the conversation ended after %v", d)
	}
}

// The resource allows 30 connections in a minute. 40 calls begin, lose their session at one moment, and are due for another
// one at one moment.
func TestManyConversationsShareTheLimitOfTheirClient(t *testing.T) {
	const calls, limit = 40, 30
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Forget: true, ConnectionsPerMinute: limit})
		o := srv.ClientOptions()
		o.Limits.ConnectsPerMinute = limit
		client, err := voicelive.NewClient(srv.URL(), token{}, o)
		if err != nil {
			t.Fatal(err)
		}
		agents := make([]*agent.Agent, 4)
		for i := range agents {
			agents[i] = &agent.Agent{Client: client, Connect: voicelive.ConnectOptions{Model: "gpt-realtime"},
				Rollover: agent.Rollover{After: 30 * time.Minute, Retry: 2 * time.Minute}}
		}
		reports := make(chan *agent.Report, calls)
		serve := func(ctx context.Context, a *agent.Agent) *leg.PipeEnd {
			user, phone := leg.NewPipe(leg.MuLaw)
			go func() {
				report, err := a.Serve(ctx, phone)
				if err != nil {
					t.Error(err)
				}
				reports <- report
			}()
			return user
		}
		var users []*leg.PipeEnd
		for i := range calls {
			users = append(users, serve(t.Context(), agents[i%len(agents)]))
		}
		time.Sleep(5 * time.Minute)
		for _, s := range srv.Sessions() {
			s.Abort()
		}
		time.Sleep(30 * time.Minute) // all are due, within a minute and a half
		began := time.Now()
		late := make(chan time.Duration)
		go func() {
			s, err := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime"})
			if err != nil {
				t.Error(err)
			}
			late <- time.Since(began)
			_ = s.Close()
		}()
		if d := <-late; d > time.Minute {
			t.Errorf("a new call waits for %v behind replacements that can wait", d)
		}
		time.Sleep(10 * time.Minute)
		for _, user := range users {
			if err := user.HangUp(t.Context(), ""); err != nil {
				t.Error(err)
			}
		}
		for range calls {
			r := <-reports
			check(t, r)
			if r.Reason != agent.UserHungUp || len(r.Gaps) != 2 || r.Gaps[0].Planned || !r.Gaps[1].Planned {
				t.Errorf("a call ended as %s with gaps %+v", r.Reason, r.Gaps)
			}
		}
		for _, h := range srv.Handshakes() {
			if h.Status != http.StatusSwitchingProtocols {
				t.Errorf("a handshake was refused with status %d", h.Status)
			}
		}
	})
}
