package agent

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

// configure checks the agent, and returns the session to ask for beside a leg.
func (a *Agent) configure(l leg.Leg) (*voicelive.RequestSession, error) {
	switch {
	case l == nil:
		return nil, errors.New("agent: the leg is nil")
	case a.Client == nil:
		return nil, errors.New("agent: Agent.Client is nil")
	case a.Connect.RTC:
		return nil, errors.New("agent: Connect.RTC has no audio over the socket: use Attach")
	}
	s, err := a.session()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(checkFormats(s, l), leg.Configure(s, l.Format())); err != nil {
		return nil, err
	}
	fill(s, a.Connect.Model)
	return s, nil
}

// session checks the agent, and returns a copy of its session with its tools.
func (a *Agent) session() (*voicelive.RequestSession, error) {
	switch {
	case len(a.Tools) > 0 && a.Connect.Agent != nil:
		return nil, errors.New("agent: a Foundry agent has tools of its own: set either Agent.Tools or Connect.Agent")
	case a.Packet < 0:
		return nil, fmt.Errorf("agent: Agent.Packet of %v is negative", a.Packet)
	case a.Floor.Dropped != nil, a.Playback.Audible != nil, a.Playback.Hold != nil, a.Runner.Directive != nil:
		return nil, errors.New("agent: Floor.Dropped, Playback.Audible, Playback.Hold and Runner.Directive are set by the agent")
	}
	s := voicelive.RequestSession{}
	if a.Connect.Session != nil {
		s = *a.Connect.Session
	}
	definitions, err := tools.Definitions(a.Tools...)
	if err != nil {
		return nil, err
	}
	s.Tools = slices.Concat(s.Tools, definitions)
	return &s, nil
}

// checkFormats refuses audio formats other than those of the leg.
func checkFormats(s *voicelive.RequestSession, l leg.Leg) error {
	var want voicelive.RequestSession
	if err := leg.Configure(&want, l.Format()); err != nil {
		return err
	}
	switch {
	case s.InputAudioFormat != "" && s.InputAudioFormat != want.InputAudioFormat,
		s.OutputAudioFormat != "" && s.OutputAudioFormat != want.OutputAudioFormat,
		s.InputAudioSamplingRate != nil && *s.InputAudioSamplingRate != *want.InputAudioSamplingRate:
		return fmt.Errorf("agent: the session has other audio formats than the leg, which is %v: leave them unset", l.Format())
	}
	return nil
}

// fill sets what the application has left unset. The table in the package documentation tells what.
func fill(s *voicelive.RequestSession, model string) {
	if s.TurnDetection == nil {
		s.TurnDetection = &voicelive.ServerVAD{}
	}
	fillTranscription(s, model)
	if s.OutputAudioTimestampTypes == nil && ofAzure(s.Voice) {
		s.OutputAudioTimestampTypes = []voicelive.AudioTimestampType{voicelive.AudioTimestampTypeWord}
	}
}

func fillTranscription(s *voicelive.RequestSession, model string) {
	if s.InputAudioTranscription.IsZero() {
		s.InputAudioTranscription = voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: transcriber(model)})
	}
}

// ofAzure reports whether the service makes the voice itself, and can say a given text.
func ofAzure(v voicelive.Voice) bool {
	_, azure := v.(voicelive.AzureVoice)
	return azure
}

// merge sets in s what update sets.
func merge(s, update *voicelive.RequestSession) {
	to, from := reflect.ValueOf(s).Elem(), reflect.ValueOf(update).Elem()
	for i := range from.NumField() {
		if !from.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
}

// transcriber returns the model that transcribes the user: one of OpenAI's for its realtime models,
// and Azure's for all others, which take no other.
func transcriber(model string) voicelive.AudioInputTranscriptionOptionsModel {
	if strings.HasPrefix(model, "gpt-realtime") || strings.HasPrefix(model, "gpt-4o-realtime") {
		return voicelive.AudioInputTranscriptionOptionsModelWhisper1
	}
	return voicelive.AudioInputTranscriptionOptionsModelAzureSpeech
}
