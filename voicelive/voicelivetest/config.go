package voicelivetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// config is the effective configuration of a session. It keeps the members of the JSON, so that members which this version
// does not know survive, and the decoded values that the simulator uses.
type config struct {
	members map[string]json.RawMessage
	view    voicelive.ResponseSession
	vad     *turnDetection // nil if it is off
	said    bool           // audio was produced with the voice
}

// object is JSON in Go.
type object map[string]any

// encode is for values that always encode.
func encode(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// vadDefaults are the values that the service fills in if a turn detection leaves them out: first those of every type of
// turn detection, then those of the types that measure loudness, then those of Azure's types.
var (
	vadDefaults      = object{"create_response": true, "interrupt_response": true, "auto_truncate": false}
	loudVADDefaults  = object{"threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500}
	azureVADDefaults = object{"speech_duration_ms": 200}
)

// defaultConfig is the configuration at the beginning of a session.
func defaultConfig(query url.Values, defaultModel, id string) config {
	c := config{members: map[string]json.RawMessage{}}
	for name, value := range map[string]any{
		"id": id, "object": "realtime.session",
		"modalities":                 []string{"text", "audio"},
		"instructions":               "You are a helpful assistant.",
		"voice":                      object{"type": "azure-standard", "name": "en-US-AvaNeural"},
		"input_audio_format":         "pcm16",
		"output_audio_format":        "pcm16",
		"input_audio_sampling_rate":  24000,
		"turn_detection":             object{"type": "server_vad"},
		"input_audio_transcription":  nil,
		"tools":                      []any{},
		"tool_choice":                "auto",
		"temperature":                0.8,
		"max_response_output_tokens": "inf",
	} {
		c.members[name] = encode(value)
	}
	agent := query.Get("agent-name")
	if model := first(query.Get("model"), defaultModel); model != "" && agent == "" {
		c.members["model"] = encode(model)
	}
	if agent != "" {
		thread := first(query.Get("conversation-id"), "thread_"+id)
		c.members["agent"] = encode(object{"type": "agent", "name": agent, "agent_id": "agent_" + agent, "thread_id": thread})
	}
	c.settle()
	return c
}

// settle fills in nested defaults and reads the members again.
func (c *config) settle() {
	var vad map[string]json.RawMessage
	if json.Unmarshal(c.members["turn_detection"], &vad) == nil && vad != nil {
		var name string
		json.Unmarshal(vad["type"], &name) // a value that is not a string is no type
		fillIn(vad, vadDefaults)
		if name != "semantic_vad" {
			fillIn(vad, loudVADDefaults)
		}
		if strings.HasPrefix(name, "azure_") {
			fillIn(vad, azureVADDefaults)
		}
		c.members["turn_detection"] = encode(vad)
	}
	if err := json.Unmarshal(encode(c.members), &c.view); err != nil {
		panic(fmt.Errorf("read the configuration back: %w", err)) // every member was decoded before
	}
	c.vad = c.turnDetection()
}

func fillIn(members map[string]json.RawMessage, defaults object) {
	for name, value := range defaults {
		if _, ok := members[name]; !ok {
			members[name] = encode(value)
		}
	}
}

// session is a copy of the configuration to send.
func (c *config) session() voicelive.ResponseSession {
	var session voicelive.ResponseSession
	if err := json.Unmarshal(encode(c.members), &session); err != nil {
		panic(err) // settle has done the same
	}
	return session
}

// update merges the members that are present into the configuration, or returns the problem with a member that cannot change.
func (c *config) update(update *voicelive.RequestSession) *problem {
	text, err := update.MarshalJSON()
	if err != nil {
		return &problem{code: "invalid_value", message: err.Error(), param: "session"}
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return &problem{code: "invalid_value", message: err.Error(), param: "session"}
	}
	if p := c.refuses(update); p != nil {
		return p
	}
	for name := range members {
		if name == "id" || name == "object" || name == "agent" {
			delete(members, name)
		}
	}
	before := c.view.InputAudioFormat
	maps.Copy(c.members, members)
	if format := update.InputAudioFormat; format != "" && format != before && update.InputAudioSamplingRate == nil {
		c.members["input_audio_sampling_rate"] = encode(defaultRate(format))
	}
	c.settle()
	return nil
}

// defaultRate is the sampling rate of an input format, in Hz.
func defaultRate(format voicelive.InputAudioFormat) int {
	if format == voicelive.InputAudioFormatPCM16 {
		return 24000
	}
	return 8000
}

// refuses returns the problem if the service would refuse the change.
func (c *config) refuses(update *voicelive.RequestSession) *problem {
	if update.Model != nil && c.view.Model != nil && *update.Model != *c.view.Model {
		return &problem{code: "cannot_update_model", param: "session.model", message: "The model of a session cannot be changed"}
	}
	if update.Voice != nil && c.said && string(encode(update.Voice)) != string(encode(c.view.Voice)) {
		return &problem{code: "cannot_update_voice", param: "session.voice", message: "The voice cannot be changed after it has spoken"}
	}
	for i, m := range update.Modalities {
		if !m.Known() {
			return &problem{code: "invalid_value", param: fmt.Sprintf("session.modalities[%d]", i), message: "No such modality: " + string(m)}
		}
	}
	if update.InputAudioFormat != "" && !update.InputAudioFormat.Known() {
		return &problem{code: "invalid_value", param: "session.input_audio_format", message: "No such format: " + string(update.InputAudioFormat)}
	}
	if update.OutputAudioFormat != "" && !update.OutputAudioFormat.Known() {
		return &problem{code: "invalid_value", param: "session.output_audio_format", message: "No such format: " + string(update.OutputAudioFormat)}
	}
	if rate := update.InputAudioSamplingRate; rate != nil && *rate != 8000 && *rate != 16000 && *rate != 24000 {
		return &problem{code: "invalid_value", param: "session.input_audio_sampling_rate", message: "The sampling rate must be 8000, 16000 or 24000"}
	} else if format := first(update.InputAudioFormat, c.view.InputAudioFormat); rate != nil && format != voicelive.InputAudioFormatPCM16 && *rate != 8000 {
		return &problem{code: "invalid_value", param: "session.input_audio_sampling_rate", message: "The sampling rate of " + string(format) + " is 8000"}
	}
	for _, f := range features {
		if f.refuses != nil {
			if p := f.refuses(update); p != nil {
				return p
			}
		}
	}
	return nil
}

// inputFormat is the form of the audio that the client sends.
func (c *config) inputFormat() format {
	f := format{rate: 24000, channels: 1}
	if c.view.InputAudioSamplingRate != nil {
		f.rate = *c.view.InputAudioSamplingRate
	}
	switch c.view.InputAudioFormat {
	case voicelive.InputAudioFormatG711ULaw:
		f = format{law: ulaw, rate: 8000, channels: 1}
	case voicelive.InputAudioFormatG711ALaw:
		f = format{law: alaw, rate: 8000, channels: 1}
	}
	for _, feature := range features {
		if feature.stereo != nil && feature.stereo(&c.view) {
			f.channels = 2
		}
	}
	return f
}

// outputFormat is the form of the audio that the client gets.
func outputFormat(name voicelive.OutputAudioFormat) format {
	switch name {
	case voicelive.OutputAudioFormatPCM16_8000Hz:
		return format{rate: 8000, channels: 1}
	case voicelive.OutputAudioFormatPCM16_16000Hz:
		return format{rate: 16000, channels: 1}
	case voicelive.OutputAudioFormatG711ULaw:
		return format{law: ulaw, rate: 8000, channels: 1}
	case voicelive.OutputAudioFormatG711ALaw:
		return format{law: alaw, rate: 8000, channels: 1}
	}
	return format{rate: 24000, channels: 1}
}

// turnDetection is the configured turn detection, in one shape for all its types; nil if it is off.
func (c *config) turnDetection() *turnDetection {
	if _, off := c.view.TurnDetection.(voicelive.NullTurnDetection); off || c.view.TurnDetection == nil {
		return nil
	}
	t := turnDetection{Threshold: 0.5, PrefixPaddingMS: 300, SilenceDurationMS: 500, SpeechDurationMS: 200, CreateResponse: true, InterruptResponse: true}
	json.Unmarshal(c.members["turn_detection"], &t) // what does not fit keeps its default
	return &t
}

type turnDetection struct {
	Threshold         float64 `json:"threshold"`
	PrefixPaddingMS   int     `json:"prefix_padding_ms"`
	SilenceDurationMS int     `json:"silence_duration_ms"`
	SpeechDurationMS  int     `json:"speech_duration_ms"`
	CreateResponse    bool    `json:"create_response"`
	InterruptResponse bool    `json:"interrupt_response"`
	AutoTruncate      bool    `json:"auto_truncate"`
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }
