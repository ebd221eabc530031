package main

import (
	"encoding/json"
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A union holds one of several types, chosen by the value of a property. It
// speaks encoding/json (and so sonic) and go-json-experiment/json, each through
// the methods that are its fastest.
type union[K kind] struct{ Value any }

// A kind of union knows which property tells its variants apart.
type kind interface {
	// tag reads the property that chooses.
	tag(data []byte, unmarshal func([]byte, any) error) (string, error)
	// variant is a pointer to decode an object with that tag into, or nil.
	variant(tag string) any
	// scalar is a pointer to decode anything but an object into, or nil.
	scalar(first byte) any
}

type (
	voice          = union[voiceKind]
	turnDetection  = union[turnKind]
	endOfUtterance = union[utteranceKind]
	tool           = union[toolKind]
	toolChoice     = union[choiceKind]
	maxTokens      = union[tokensKind]
	approval       = union[approvalKind]
	interim        = union[interimKind]
	item           = union[itemKind]
	contentPart    = union[partKind]
	statusDetails  = union[statusKind]
)

func (u *union[K]) UnmarshalJSON(data []byte) error {
	return u.decode(data, json.Unmarshal)
}

func (u *union[K]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	data, err := dec.ReadValue()
	if err != nil {
		return err
	}
	return u.decode(data, unmarshalV2)
}

func unmarshalV2(data []byte, v any) error { return jsonv2.Unmarshal(data, v) }

func (u *union[K]) decode(data []byte, unmarshal func([]byte, any) error) error {
	var k K
	if data[0] == 'n' {
		u.Value = nil
		return nil
	}
	if data[0] != '{' {
		if u.Value = k.scalar(data[0]); u.Value == nil {
			return fmt.Errorf("unexpected %s", data)
		}
		return unmarshal(data, u.Value)
	}
	tag, err := k.tag(data, unmarshal)
	if err != nil {
		return err
	}
	if u.Value = k.variant(tag); u.Value == nil {
		return fmt.Errorf("unknown variant %q", tag)
	}
	return unmarshal(data, u.Value)
}

func (u union[K]) MarshalJSON() ([]byte, error) { return json.Marshal(u.Value) }

func (u union[K]) MarshalJSONTo(enc *jsontext.Encoder) error {
	return jsonv2.MarshalEncode(enc, u.Value)
}

// byType is what most unions are.
type byType struct{}

func (byType) tag(data []byte, unmarshal func([]byte, any) error) (string, error) {
	var head struct {
		Type string `json:"type"`
	}
	err := unmarshal(data, &head)
	return head.Type, err
}

func (byType) scalar(byte) any { return nil }

type voiceKind struct{ byType }

func (voiceKind) scalar(first byte) any { return stringAt(first) }

func (voiceKind) variant(tag string) any {
	switch tag {
	case "openai":
		return new(openAIVoice)
	case "azure-standard", "azure-custom", "azure-personal":
		return new(azureVoice)
	}
	return nil
}

type turnKind struct{ byType }

func (turnKind) variant(tag string) any {
	switch tag {
	case "server_vad":
		return new(serverVAD)
	case "azure_semantic_vad", "azure_semantic_vad_en", "azure_semantic_vad_multilingual":
		return new(semanticVAD)
	}
	return nil
}

type utteranceKind struct{ byType }

func (utteranceKind) tag(data []byte, unmarshal func([]byte, any) error) (string, error) {
	var head struct {
		Model string `json:"model"`
	}
	err := unmarshal(data, &head)
	return head.Model, err
}

func (utteranceKind) variant(tag string) any {
	switch tag {
	case "semantic_detection_v1", "semantic_detection_v1_en", "semantic_detection_v1_multilingual":
		return new(semanticDetection)
	}
	return nil
}

type toolKind struct{ byType }

func (toolKind) variant(tag string) any {
	switch tag {
	case "function":
		return new(functionTool)
	case "mcp":
		return new(mcpServer)
	}
	return nil
}

type choiceKind struct{ byType }

func (choiceKind) scalar(first byte) any { return stringAt(first) }

func (choiceKind) variant(tag string) any {
	if tag == "function" {
		return new(functionChoice)
	}
	return nil
}

type tokensKind struct{ byType }

func (tokensKind) variant(string) any { return nil }

func (tokensKind) scalar(first byte) any {
	if first == '"' {
		return new(string)
	}
	return new(int)
}

type approvalKind struct{ byType }

func (approvalKind) tag([]byte, func([]byte, any) error) (string, error) { return "", nil }
func (approvalKind) variant(string) any                                  { return new(map[string][]string) }
func (approvalKind) scalar(first byte) any                               { return stringAt(first) }

type interimKind struct{ byType }

func (interimKind) variant(tag string) any {
	switch tag {
	case "static_interim_response":
		return new(staticInterim)
	case "llm_interim_response":
		return new(llmInterim)
	}
	return nil
}

type itemKind struct{ byType }

func (itemKind) variant(tag string) any {
	switch tag {
	case "message":
		return new(messageItem)
	case "function_call":
		return new(functionCallItem)
	}
	return nil
}

type partKind struct{ byType }

func (partKind) variant(tag string) any {
	switch tag {
	case "text", "input_text":
		return new(textPart)
	case "audio":
		return new(audioPart)
	case "input_audio":
		return new(inputAudioPart)
	}
	return nil
}

type statusKind struct{ byType }

func (statusKind) variant(tag string) any {
	switch tag {
	case "cancelled", "incomplete":
		return new(cancelledDetails)
	case "failed":
		return new(failedDetails)
	}
	return nil
}

func stringAt(first byte) any {
	if first == '"' {
		return new(string)
	}
	return nil
}

// newEvent is the type of an event, by its tag.
func newEvent(tag string) (any, error) {
	switch tag {
	case "response.audio.delta":
		return new(audioDelta), nil
	case "response.audio_transcript.delta":
		return new(transcriptDelta), nil
	case "session.updated":
		return new(sessionUpdated), nil
	case "response.done":
		return new(responseDone), nil
	case "conversation.item.created":
		return new(itemCreated), nil
	case "input_audio_buffer.append":
		return new(audioAppend), nil
	case "session.update":
		return new(sessionUpdate), nil
	}
	return nil, fmt.Errorf("unknown event %q", tag)
}
