package voicelivetest

import (
	"github.com/go-voicelive/voicelive-go/voicelive"
)

func init() { features = append(features, feature{begin: (*response).invoke}) }

// invoke sends the events of a hosted agent.
func (r *response) invoke() {
	for _, event := range r.content.Invocations {
		r.s.emit(&voicelive.ServerEventResponseInvocationDelta{Delta: voicelive.InvocationEvent(event)})
	}
}
