package lint

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// CheckEvent returns what does not work of an event that is sent in an open session, the worst
// first. session is the configuration in force, nil if it is unknown. For a session.update,
// the findings are those that the session gets by the update, and the properties that an open
// session cannot change; for a response.create, those of its own parameters. A nil event has none.
func CheckEvent(target *voicelive.ConnectOptions, session *voicelive.RequestSession, e voicelive.ClientEvent) []Finding {
	if v := reflect.ValueOf(e); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil
	}
	if target == nil {
		target = &voicelive.ConnectOptions{}
	}
	c, bad := newConfig(target, session)
	if bad == nil {
		if err := e.Validate(); err != nil {
			bad = invalid("", err)
		}
	}
	if bad != nil {
		return []Finding{*bad}
	}
	if audio, ok := e.(*voicelive.ClientEventInputAudioBufferAppend); ok {
		return c.checkAudio(audio.Audio)
	}
	event := tree(e)
	found := c.walk("ClientEvent", event, "")
	switch e.(type) {
	case *voicelive.ClientEventSessionUpdate:
		found = append(found, c.checkChange(event, "session", fixedRules)...)
	case *voicelive.ClientEventResponseCreate:
		found = append(found, c.checkChange(event, "response", responseRules)...)
	}
	return sorted(found)
}

// checkAudio looks at the audio of an event.
func (c *config) checkAudio(audio []byte) []Finding {
	if !c.has("input_audio_echo_cancellation.reference_source", oneOf("client")) || len(audio)%4 == 0 {
		return nil
	}
	return []Finding{{Rule: "echo-chunk", Severity: Error, Path: "audio",
		Reason: fmt.Sprintf("%d bytes are no whole number of samples of the two channels", len(audio)),
		Source: reference, Fix: "send a multiple of 4 bytes: a sample of the microphone, a sample of the reference"}}
}

// checkChange applies rules to the properties in a member of an event, which change those of the
// session for good or for one response. The rules get the event's properties at their own path.
func (c *config) checkChange(event any, member string, rules []rule) (found []Finding) {
	before, _ := c.session.(map[string]any)
	change, _ := event.(map[string]any)[member].(map[string]any)
	merged := maps.Clone(before)
	if merged == nil {
		merged = map[string]any{}
	}
	maps.Copy(merged, change)
	after := *c
	after.session = merged
	old := c.apply(sessionRules)
	for _, f := range after.apply(sessionRules) {
		same := func(o Finding) bool { return o.Rule == f.Rule && o.Path == f.Path }
		if slices.ContainsFunc(old, same) {
			continue
		}
		if _, changed := change[root(f.Path)]; !changed { // something else does not work any more
			f.Path = ""
		}
		found = append(found, f)
	}
	changing := *c
	changing.session = map[string]any{"before": before, "change": change}
	for _, f := range changing.apply(rules) {
		f.Path = strings.TrimPrefix(f.Path, "change.")
		found = append(found, f)
	}
	for i := range found {
		found[i].Path = strings.TrimSuffix(member+"."+found[i].Path, ".")
	}
	return found
}

// root is the first property of a path.
func root(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}

// fixedRules are about properties that an open session does not change. They see the session
// as before, and the update as change.
var fixedRules = []rule{
	fixed("fixed-voice", Warning, "voice", nil,
		"a voice stays as it is once the session has produced audio", reference, "choose it when the session is opened"),
	fixed("fixed-model", Error, "model", nil,
		"a session keeps its model", "specification: ClientEventSessionUpdate", "open another session"),
	fixed("fixed-input-format", Error, "input_audio_format", clientReference,
		"the input format stays as it is with the echo reference of the client", reference, "choose it when the session is opened"),
	fixed("fixed-input-rate", Error, "input_audio_sampling_rate", clientReference,
		"the sampling rate stays as it is with the echo reference of the client", reference, "choose it when the session is opened"),
	fixed("fixed-echo-channels", Error, "input_audio_echo_cancellation.channels", clientReference,
		"the channels stay as they are with the echo reference of the client", reference, "choose them when the session is opened"),
	fixed("fixed-echo-reference", Error, "input_audio_echo_cancellation.reference_source", clientReference,
		"the reference source stays as it is once it is the client", reference, "choose it when the session is opened"),
}

func clientReference(c *config) bool {
	return c.has("before.input_audio_echo_cancellation.reference_source", oneOf("client"))
}

// fixed is a rule for a property that has a value and gets another one.
func fixed(id string, severity Severity, path string, when condition, reason, source, fix string) rule {
	changes := func(c *config) bool {
		before, change := find(c.session, "before."+path), find(c.session, "change."+path)
		return len(before) == 1 && len(change) == 1 && !equal(before[0].value, change[0].value)
	}
	if when != nil {
		changes = all(when, changes)
	}
	return rule{id: id, severity: severity, at: "change." + path, when: changes, reason: reason, source: source, fix: fix}
}

// equal compares JSON.
func equal(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

// responseRules are about what response.create has and a session has not.
var responseRules = []rule{
	{id: "pre-generated-parts", severity: Error, at: "change.pre_generated_assistant_message.content", is: not(oneText),
		reason: "a message that is written in advance has one part, which is text",
		source: reference, fix: "send one part of type text"},
	{id: "pre-generated-voice", severity: Warning, at: "change.pre_generated_assistant_message", when: openAISpeaks,
		reason: "voices of OpenAI were seen not to speak messages that are written in advance",
		source: seen, fix: "use a voice of type azure-standard"},
}

func oneText(v any) bool {
	list, _ := v.([]any)
	return len(list) == 1 && where("type", oneOf("text"))(list[0])
}

// openAISpeaks holds if the voice of a response is one of OpenAI.
func openAISpeaks(c *config) bool {
	if c.has("change.voice", anything) {
		return c.has("change.voice", openAIVoice)
	}
	return c.has("before.voice", openAIVoice)
}
