package voicelivetest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// Two calls at once; the answer is made of what the client found out.
func TestFunctionsAreCalledAndTheirOutputsUsed(t *testing.T) {
	options := &voicelivetest.Options{Respond: func(turn voicelivetest.Turn) voicelivetest.Answer {
		if len(turn.Outputs) == 0 {
			return voicelivetest.Answer{Calls: []voicelivetest.Call{{Name: "weather", Arguments: `{"city":"Oslo"}`}, {Name: "weather", Arguments: `{"city":"Bergen"}`}}}
		}
		var said []string
		for _, o := range turn.Outputs {
			said = append(said, o.Output)
		}
		return voicelivetest.Answer{Text: strings.Join(said, " and ")}
	}}
	bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(userText("How is it?"), &voicelive.ClientEventResponseCreate{})
		arguments := map[string]string{}
		var outputs []voicelive.ClientEvent
		for _, e := range p.until("response.done") {
			switch e := e.(type) {
			case *voicelive.ServerEventResponseFunctionCallArgumentsDelta:
				arguments[e.CallID] += e.Delta
			case *voicelive.ServerEventResponseFunctionCallArgumentsDone:
				if arguments[e.CallID] != e.Arguments || e.Name != "weather" {
					t.Errorf("deltas %s, done %s, name %s", arguments[e.CallID], e.Arguments, e.Name)
				}
				outputs = append(outputs, &voicelive.ClientEventConversationItemCreate{Item: &voicelive.FunctionCallOutputItem{CallID: e.CallID, Output: fmt.Sprintf("rain %d", len(outputs))}})
			}
		}
		p.send(append(outputs, &voicelive.ClientEventResponseCreate{})...)
		done := p.until("response.audio_transcript.done")
		if got := done[len(done)-1].(*voicelive.ServerEventResponseAudioTranscriptDone).Transcript; got != "rain 0 and rain 1" {
			t.Errorf("it says %q", got)
		}
		p.send(&voicelive.ClientEventConversationItemCreate{EventID: new("mine"), Item: &voicelive.FunctionCallOutputItem{CallID: "call_of_nobody", Output: "x"}})
		failed := p.until("error")
		if e := failed[len(failed)-1].(*voicelive.ServerEventError); e.Error.EventID == nil || *e.Error.EventID != "mine" {
			t.Errorf("got %+v", e.Error)
		}
	})
}
