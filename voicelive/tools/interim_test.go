package tools_test

import (
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// TestInterimResponses are those of the service, in place of fillers.
func TestInterimResponses(t *testing.T) {
	options := &voicelivetest.Options{Respond: voicelivetest.Sequence(
		voicelivetest.Always(voicelivetest.Response{Delay: 100 * time.Millisecond, Calls: calls("slow")}), voicelivetest.Reply("It is done."), voicelivetest.Reply("Once more."))}
	session := &voicelive.RequestSession{InterimResponse: &voicelive.StaticInterimResponseConfig{
		Triggers: []voicelive.InterimResponseTrigger{voicelive.InterimResponseTriggerTool}, Texts: []string{"I am on it."}}}
	talk(t, options, session, &tools.RunnerOptions{}, []tools.Tool{tools.New("slow", "", sleep(time.Second, "slow"))}, func(c *conversation) {
		c.turns.Request(floor.Request{})
		time.Sleep(20 * time.Second)
		c.want(t, map[string]tools.Outcome{"call_1": tools.Confirmed}, "I am on it.", "It is done.")
	})
}
