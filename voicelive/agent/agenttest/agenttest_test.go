package agenttest_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/agent/agenttest"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// New is the agent of the program under test.
func New(client *voicelive.Client) *agent.Agent {
	weather := tools.New("get_weather", "Tells the weather in a city.", func(_ context.Context, in struct {
		City string `json:"city"`
	}) (string, error) {
		return "cold in " + in.City, nil
	})
	goodbye := tools.New("hang_up", "Ends the call.", func(context.Context, struct{}) (tools.EndCall, error) { return tools.EndCall{}, nil })
	return &agent.Agent{Client: client, Tools: []tools.Tool{weather, goodbye}, Greeting: agent.Say("How can I help?")}
}

// model is what the model of the simulator does.
func model() *voicelivetest.Options {
	return &voicelivetest.Options{Latency: time.Second, Respond: voicelivetest.Sequence(
		voicelivetest.Reply("Hello! How can I help?"),
		voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "get_weather", Arguments: `{"city": "Oslo"}`}}}),
		voicelivetest.Reply("It is cold in Oslo."),
		voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "hang_up", Arguments: `{}`}}}),
		voicelivetest.Reply("Goodbye."),
	)}
}

func TestWeather(t *testing.T) {
	report := agenttest.Run(t, New, model(), func(c *agenttest.Call) {
		c.ExpectSay("How can I help?")
		c.Say("What is the weather in Oslo?")
		if call := c.Within(3*time.Second).ExpectTool("get_weather", `{"city":"Oslo"}`); call.Output != "cold in Oslo" {
			t.Errorf("the output is %q", call.Output)
		}
		c.Within(2 * time.Second).ExpectSay("cold")
		c.Say("Thank you, goodbye.")
		c.ExpectSay("Goodbye.")
		c.Wait(time.Second)
	})
	if report.Reason != agent.EndedByTool {
		t.Errorf("the call ended as %s", report.Reason)
	}
}

var failing = flag.String("failing", "", "an expectation that is not met")

// expectations are those that must fail, and how.
var expectations = map[string]struct {
	expect func(*agenttest.Call)
	text   string
}{
	"say":        {func(c *agenttest.Call) { c.ExpectSay("Good morning") }, `the user did not hear "Good morning", but ["How can I help?"]`},
	"say late":   {func(c *agenttest.Call) { c.Within(time.Second / 2).ExpectSay("help?") }, `the user heard "help?" after 1s, not within 500ms`},
	"tool":       {func(c *agenttest.Call) { c.Say("Hm."); c.ExpectTool("get_weather", `{"city":"Rome"}`) }, `the model did not call get_weather({"city":"Rome"}), but ["get_weather({\"city\": \"Oslo\"})"]`},
	"tool late":  {func(c *agenttest.Call) { c.Say("Hm."); c.Within(time.Millisecond).ExpectTool("get_weather", "") }, `the model called get_weather after `},
	"end":        {func(c *agenttest.Call) { c.Wait(time.Minute) }, `the call did not end within 1m0s`},
	"connection": {func(c *agenttest.Call) { c.Server.Session(0).CloseWith(1008, "no"); c.ExpectSay("x") }, `the call ended with an error`},
}

// TestFailing fails as an expectation says.
func TestFailing(t *testing.T) {
	if *failing == "" {
		return
	}
	agenttest.Run(t, New, model(), expectations[*failing].expect)
}

func TestExpectationsFail(t *testing.T) {
	for name, test := range expectations {
		out, err := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFailing$", "-failing="+name).CombinedOutput()
		if err == nil || !strings.Contains(string(out), test.text) {
			t.Errorf("%s: error %v, want one with %q:\n%s", name, err, test.text, out)
		}
	}
}
