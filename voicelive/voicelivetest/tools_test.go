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
	options := &voicelivetest.Options{Respond: func(turn voicelivetest.Request) voicelivetest.Response {
		if len(turn.Outputs) == 0 {
			return voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "weather", Arguments: `{"city":"Oslo"}`}, {Name: "weather", Arguments: `{"city":"Bergen"}`}}}
		}
		var said []string
		for _, o := range turn.Outputs {
			said = append(said, o.Output)
		}
		return voicelivetest.Response{Text: strings.Join(said, " and ")}
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

func TestOutputsOfCancelledCalls(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		options := &voicelivetest.Options{
			Respond:                voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "f", Arguments: `{"a":"long enough for two deltas"}`}}}),
			RefuseCancelledOutputs: refuse,
		}
		bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
			p := dial(t, srv)
			p.send(&voicelive.ClientEventResponseCreate{})
			call := of[*voicelive.ServerEventResponseFunctionCallArgumentsDelta](t, p.until("response.function_call_arguments.delta")).CallID
			p.send(&voicelive.ClientEventResponseCancel{})
			p.until("response.done")
			p.send(&voicelive.ClientEventConversationItemCreate{Item: &voicelive.FunctionCallOutputItem{CallID: call, Output: "1"}})
			e := p.next()
			if _, refused := e.(*voicelive.ServerEventError); refused != refuse {
				t.Errorf("with RefuseCancelledOutputs %v comes %s", refuse, e.EventType())
			}
		})
	}
}
