package agent_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
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

// One agent talks to many users at once. Each hears the reply to what he has said, and each record of the log has the
// call that it belongs to.
func TestManyLegsAtOnce(t *testing.T) {
	const users = 12
	var log bytes.Buffer
	reports := make([]*agent.Report, users)
	synctest.Test(t, func(t *testing.T) {
		service := &voicelivetest.Options{
			Hear: voicelivetest.Hear("Who am I?"),
			Respond: func(r voicelivetest.Request) voicelivetest.Response {
				return voicelivetest.Response{Text: "You are " + *r.Session.ID}
			},
		}
		srv := voicelivetest.NewServer(t, service)
		client, err := srv.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		a := &agent.Agent{
			Client: client, Connect: voicelive.ConnectOptions{Model: "gpt-realtime"},
			Greeting: agent.Say("Hello."), Logger: slog.New(slog.NewJSONHandler(&log, nil)),
			Begin: func(c *agent.Conversation) { c.Transcript() },
		}
		var all sync.WaitGroup
		for i := range users {
			user := legtest.New(t, leg.MuLaw)
			time.Sleep(100 * time.Millisecond)
			all.Go(func() {
				r, err := a.Serve(t.Context(), user.Leg())
				if err != nil {
					t.Error(err)
				}
				reports[i] = r
			})
			all.Go(func() {
				defer user.HangUp()
				user.Listen()
				user.Say("Who am I?")
				user.Listen()
			})
		}
		all.Wait()
	})
	calls := map[string]bool{}
	for _, r := range reports {
		check(t, r)
		calls[r.CallID] = true
		if text := r.Transcript.Text(); !strings.Contains(text, fmt.Sprintf("User: Who am I?\nAssistant: You are %s\n", r.Sessions[0].ID)) {
			t.Errorf("transcript of session %s:\n%s", r.Sessions[0].ID, text)
		}
	}
	records := 0
	for line := range strings.Lines(log.String()) {
		var record struct {
			Call string `json:"call_id"`
			Msg  string
		}
		if err := json.Unmarshal([]byte(line), &record); err != nil || !calls[record.Call] || record.Msg == "" {
			t.Errorf("record %s", line)
		}
		records++
	}
	if len(calls) != users || records < 4*users {
		t.Errorf("%d calls and %d records of %d users", len(calls), records, users)
	}
}
