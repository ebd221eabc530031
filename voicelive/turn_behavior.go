package voicelive

import "encoding/json"

// TurnBehavior is what the service does by itself when the user speaks.
type TurnBehavior struct {
	DetectsSpeech     bool // turn detection is on: the service tells when the user begins and ends to speak
	CreateResponse    bool // it creates a response when the user has spoken; create_response, on by default
	InterruptResponse bool // speech cancels the active response; interrupt_response, on by default
	AutoTruncate      bool // it truncates an interrupted response as if it was played in real time; auto_truncate, off by default
}

// TurnBehaviorOf returns what turn detection makes of the speech of the user, with the
// defaults of the specification for absent properties. Without turn detection, nil or
// [NullTurnDetection], the service does nothing by itself.
func TurnBehaviorOf(d TurnDetection) TurnBehavior {
	var create, interrupt, truncate *bool
	switch d := d.(type) {
	case nil, NullTurnDetection:
		return TurnBehavior{}
	case *ServerVAD:
		create, interrupt, truncate = d.CreateResponse, d.InterruptResponse, d.AutoTruncate
	case *OpenAISemanticVAD:
		create, interrupt, truncate = d.CreateResponse, d.InterruptResponse, d.AutoTruncate
	case *AzureSemanticVAD:
		create, interrupt, truncate = d.CreateResponse, d.InterruptResponse, d.AutoTruncate
	case *AzureSemanticVADEn:
		create, interrupt, truncate = d.CreateResponse, d.InterruptResponse, d.AutoTruncate
	case *AzureSemanticVADMultilingual:
		create, interrupt, truncate = d.CreateResponse, d.InterruptResponse, d.AutoTruncate
	case *UnknownTurnDetection:
		var members map[string]json.RawMessage
		if json.Unmarshal(d.Raw, &members) == nil {
			create, interrupt, truncate = boolean(members["create_response"]), boolean(members["interrupt_response"]), boolean(members["auto_truncate"])
		}
	}
	return TurnBehavior{
		DetectsSpeech:     true,
		CreateResponse:    create == nil || *create,
		InterruptResponse: interrupt == nil || *interrupt,
		AutoTruncate:      truncate != nil && *truncate,
	}
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
