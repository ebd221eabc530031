package otelvoicelive

import (
	"encoding/json"
	"os"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
)

// The environment variables of the official SDKs.
const (
	envContent       = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
	envContentLegacy = "AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED"
	envTracing       = "AZURE_EXPERIMENTAL_ENABLE_GENAI_TRACING"
)

// Content says whether what was said and written is recorded.
type Content int

// The choices.
const (
	ContentFromEnvironment Content = iota // off, unless the environment says otherwise
	ContentOff
	ContentOn
)

// on decides with the environment.
func (c Content) on() bool {
	if c != ContentFromEnvironment {
		return c == ContentOn
	}
	current, isSet := os.LookupEnv(envContent)
	legacy, isSetToo := os.LookupEnv(envContentLegacy)
	if isSet && isSetToo && captures(current) != captures(legacy) {
		return false
	}
	return captures(current) || captures(legacy)
}

// captures reads a value of either variable. The conventions have words for where content goes.
func captures(value string) bool {
	return slices.Contains([]string{"true", "1", "span_only", "event_only", "span_and_event"}, strings.ToLower(value))
}

// A message is one of gen_ai.input.messages or gen_ai.output.messages.
type message struct {
	Role         string `json:"role"`
	Parts        []part `json:"parts"`
	FinishReason string `json:"finish_reason,omitempty"`
}

type part struct {
	Type      string `json:"type"`
	Content   string `json:"content,omitempty"`
	ID        string `json:"id,omitempty"`
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments,omitempty"`
	Response  string `json:"response,omitempty"`
}

// exchange is what a response replies to, and what it said and called.
func exchange(entries []transcript.Entry, responseID, finish string) (input, output string) {
	first := slices.IndexFunc(entries, func(e transcript.Entry) bool { return e.ResponseID == responseID })
	if first < 0 {
		return "", ""
	}
	began := first
	for began > 0 && (entries[began-1].ResponseID == "" || entries[began-1].Call != nil) {
		began--
	}
	var in, out []message
	for _, e := range entries[began:first] {
		in = append(in, messageOf(e, true))
	}
	for _, e := range entries[first:] {
		if e.ResponseID == responseID {
			m := messageOf(e, false)
			m.FinishReason = finish
			out = append(out, m)
		}
	}
	return text(in), text(out)
}

// messageOf is an entry as a message. A call of a function is its output for the response that
// follows, and the call for the response that made it.
func messageOf(e transcript.Entry, input bool) message {
	switch {
	case e.Call != nil && input:
		response := part{Type: "tool_call_response", ID: e.Call.ID}
		if e.Call.Output != nil {
			response.Response = *e.Call.Output
		}
		return message{Role: "tool", Parts: []part{response}}
	case e.Call != nil:
		return message{Role: "assistant", Parts: []part{{Type: "tool_call", ID: e.Call.ID, Name: e.Call.Name, Arguments: e.Call.Arguments}}}
	}
	return message{Role: e.Role, Parts: []part{{Type: "text", Content: e.Said()}}}
}

func text(messages []message) string {
	if len(messages) == 0 {
		return ""
	}
	data, err := json.Marshal(messages)
	if err != nil {
		return "" // it has only strings
	}
	return string(data)
}
