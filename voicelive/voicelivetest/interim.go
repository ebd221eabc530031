package voicelivetest

import (
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

const (
	interimText      = "One moment, please." // of a model
	interimThreshold = 2 * time.Second
)

func init() { features = append(features, feature{delay: (*response).interim}) }

// interim says one sentence in a message of its own, if the response or the session wants one for a delay: from the
// threshold on for the trigger latency, at once if a tool is called and that is a trigger.
func (r *response) interim(delay time.Duration) {
	config := r.params.InterimResponse
	if config == nil {
		config = r.s.config.view.InterimResponse
	}
	if config == nil {
		return
	}
	triggers := config.GetTriggers()
	from := interimThreshold
	switch c := config.(type) {
	case *voicelive.StaticInterimResponseConfig:
		from = thresholdOf(c.LatencyThresholdMS)
	case *voicelive.LLMInterimResponseConfig:
		from = thresholdOf(c.LatencyThresholdMS)
	}
	tool := len(r.content.Calls)+len(r.content.MCPCalls) > 0
	switch {
	case tool && slices.Contains(triggers, voicelive.InterimResponseTriggerTool):
	case len(triggers) > 0 && !slices.Contains(triggers, voicelive.InterimResponseTriggerLatency), delay <= from, !r.pause(from):
		return
	}
	r.speak(r.s.interimText(config), nil)
}

func thresholdOf(ms *int) time.Duration {
	if ms == nil {
		return interimThreshold
	}
	return milliseconds(*ms)
}

// interimText is the next of the texts, or a fixed text in place of a model's.
func (s *Session) interimText(config voicelive.InterimResponseConfig) string {
	if c, ok := config.(*voicelive.StaticInterimResponseConfig); ok && len(c.Texts) > 0 {
		return c.Texts[s.responded%len(c.Texts)]
	}
	return interimText
}
