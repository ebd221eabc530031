package main

import (
	"encoding/json"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// simulation is what the simulator hears and says if there is no account. It knows the sentences of the script; in
// another conversation it repeats what it hears.
func simulation(scripted bool) *voicelivetest.Options {
	o := &voicelivetest.Options{
		Latency: 200 * time.Millisecond,
		Pace:    2, // like the service it sends sooner than one can listen
	}
	if scripted {
		o.Hear = voicelivetest.Hear(sentences...)
		o.Respond = voicelivetest.Sequence(
			voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "get_time", Arguments: `{"zone":"Europe/Oslo"}`}}}),
			tellTime,
			voicelivetest.Reply("A weight or a spring drives its wheels, and a pendulum lets them turn only one tooth at a time."),
			voicelivetest.Reply("You are welcome."),
		)
	}
	return o
}

// tellTime reads the result of the function aloud.
func tellTime(t voicelivetest.Request) voicelivetest.Response {
	var result struct{ Time string }
	if len(t.Outputs) > 0 {
		json.Unmarshal([]byte(t.Outputs[0].Output), &result)
	}
	return voicelivetest.Response{Text: "My clock says " + result.Time + "."}
}
