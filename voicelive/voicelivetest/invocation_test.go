package voicelivetest_test

import (
	"encoding/json"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func init() {
	invocation := voicelivetest.Response{Text: "Done.", Invocations: []json.RawMessage{json.RawMessage(`{"event":"thinking"}`)}}
	scenarios = append(scenarios, scenario{
		name:    "a hosted agent",
		options: voicelivetest.Options{Respond: voicelivetest.Always(invocation)},
		act: func(p *peer) {
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.invocation.delta")
			p.until("response.done")
		},
	})
}
