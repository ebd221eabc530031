package voicelive

import (
	"encoding/json"
	"time"
)

// TurnBehavior is what the service does by itself when the user speaks.
type TurnBehavior struct {
	DetectsSpeech     bool // turn detection is on: the service tells when the user begins and ends to speak
	CreateResponse    bool // it creates a response when the user has spoken; create_response, on by default
	InterruptResponse bool // speech cancels the active response; interrupt_response, on by default
	AutoTruncate      bool // it truncates an interrupted response as if it was played in real time; auto_truncate, off by default

	// PrefixPadding and Silence are in the speech that the service tells of, and are not speech: audio_start_ms is
	// PrefixPadding before the first sound, and audio_end_ms is Silence after the last one. They are prefix_padding_ms and
	// silence_duration_ms, which have no default in the specification, and 0 if absent, as of semantic_vad.
	PrefixPadding, Silence time.Duration
}

// TurnBehaviorOf returns what turn detection makes of the speech of the user, with the
// defaults of the specification for absent properties. Without turn detection, nil or
// [NullTurnDetection], the service does nothing by itself.
func TurnBehaviorOf(d TurnDetection) TurnBehavior {
	var create, interrupt, truncate *bool
	var padding, silence *int
	switch d := d.(type) {
	case nil, NullTurnDetection:
		return TurnBehavior{}
	case *ServerVAD:
		create, interrupt, truncate = d.CreateResponse, d.InterruptResponse, d.AutoTruncate
		padding, silence = d.PrefixPaddingMS, d.SilenceDurationMS
	case *OpenAISemanticVAD:
		create, interrupt, truncate = d.CreateResponse, d.InterruptResponse, d.AutoTruncate
	case *AzureSemanticVAD:
		create, interrupt, truncate = d.CreateResponse, d.InterruptResponse, d.AutoTruncate
		padding, silence = d.PrefixPaddingMS, d.SilenceDurationMS
	case *AzureSemanticVADEn:
		create, interrupt, truncate = d.CreateResponse, d.InterruptResponse, d.AutoTruncate
		padding, silence = d.PrefixPaddingMS, d.SilenceDurationMS
	case *AzureSemanticVADMultilingual:
		create, interrupt, truncate = d.CreateResponse, d.InterruptResponse, d.AutoTruncate
		padding, silence = d.PrefixPaddingMS, d.SilenceDurationMS
	case *UnknownTurnDetection:
		var members map[string]json.RawMessage
		if json.Unmarshal(d.Raw, &members) == nil {
			create, interrupt, truncate = boolean(members["create_response"]), boolean(members["interrupt_response"]), boolean(members["auto_truncate"])
			padding, silence = integer(members["prefix_padding_ms"]), integer(members["silence_duration_ms"])
		}
	}
	return TurnBehavior{
		DetectsSpeech:     true,
		CreateResponse:    create == nil || *create,
		InterruptResponse: interrupt == nil || *interrupt,
		AutoTruncate:      truncate != nil && *truncate,
		PrefixPadding:     milliseconds(padding),
		Silence:           milliseconds(silence),
	}
}

// milliseconds returns a time of an hour at most, and 0 for nil and less.
func milliseconds(ms *int) time.Duration {
	if ms == nil {
		return 0
	}
	return time.Duration(min(max(*ms, 0), 3_600_000)) * time.Millisecond
}

// integer returns an integer, and nil for everything else.
func integer(raw json.RawMessage) (i *int) {
	if json.Unmarshal(raw, &i) != nil {
		return nil
	}
	return i
}

// boolean returns a boolean, and nil for everything else.
func boolean(raw json.RawMessage) *bool {
	switch string(raw) {
	case "true":
		return new(true)
	case "false":
		return new(false)
	}
	return nil
}
