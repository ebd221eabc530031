package lint

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A rule is one constraint. It finds the values at a path that match, if its condition holds.
type rule struct {
	id                  string
	severity            Severity
	at                  string    // path of the values; empty for a rule about the target
	is                  matcher   // nil for any value
	when                condition // nil for always
	reason, source, fix string
}

// A matcher tells whether a rule is about a value of the JSON tree.
type matcher func(any) bool

// A condition tells whether a rule holds for a configuration.
type condition func(*config) bool

func (c *config) apply(rules []rule) (found []Finding) {
	for _, r := range rules {
		if r.when != nil && !r.when(c) {
			continue
		}
		places := []place{{}}
		if r.at != "" {
			places = find(c.session, r.at)
		}
		for _, p := range places {
			if r.is == nil || r.is(p.value) {
				found = append(found, r.finding(p.path))
			}
		}
	}
	return found
}

func (r *rule) finding(path string) Finding {
	return Finding{Rule: r.id, Severity: r.severity, Path: path, Reason: r.reason, Source: r.source, Fix: r.fix}
}

// Matchers.

func oneOf(values ...any) matcher {
	return func(v any) bool { return slices.Contains(values, v) }
}

func not(is matcher) matcher { return func(v any) bool { return !is(v) } }

func isNull(v any) bool { return v == nil }

func isObject(v any) bool { _, ok := v.(map[string]any); return ok }

// with matches objects whose properties are all there and not null.
func with(names ...string) matcher {
	return func(v any) bool {
		object, ok := v.(map[string]any)
		return ok && !slices.ContainsFunc(names, func(name string) bool { return object[name] == nil })
	}
}

// where matches objects that have a property that matches.
func where(name string, is matcher) matcher {
	return func(v any) bool {
		object, _ := v.(map[string]any)
		value, ok := object[name]
		return ok && is(value)
	}
}

func both(a, b matcher) matcher { return func(v any) bool { return a(v) && b(v) } }

// openAIVoice matches voices of OpenAI: an object of that type, or one of the names.
func openAIVoice(v any) bool {
	if name, ok := v.(string); ok {
		_, known := apiShapes["OAIVoice"].members[name]
		return known
	}
	return where("type", oneOf("openai"))(v)
}

func nativeVoice(v any) bool { return where("type", oneOf("azure-realtime-native"))(v) }

// rateOutside matches numbers, also as strings, that are not in a range.
func rateOutside(low, high float64) matcher {
	return func(v any) bool {
		n, ok := v.(float64)
		if s, text := v.(string); text {
			var err error
			n, err = strconv.ParseFloat(s, 64)
			ok = err == nil
		}
		return ok && (n < low || n > high)
	}
}

func g711(v any) bool { return v == "g711_ulaw" || v == "g711_alaw" }

func onlyAudio(v any) bool {
	list, _ := v.([]any)
	return len(list) == 1 && list[0] == "audio"
}

// channelsWithoutReference matches echo cancellation whose channels and reference source
// do not belong together; the defaults are 1 and server.
func channelsWithoutReference(v any) bool {
	object, _ := v.(map[string]any)
	channels, ok := object["channels"].(float64)
	if !ok {
		channels = 1
	}
	client := object["reference_source"] == "client"
	return client != (channels == 2)
}

func azureTranscription(v any) bool {
	return oneOf("azure-speech", "mai-transcribe", "mai-transcribe-1")(v)
}

func openAITranscription(v any) bool {
	name, _ := v.(string)
	return name == "whisper-1" || strings.HasPrefix(name, "gpt-4o-transcribe") || name == "gpt-4o-mini-transcribe"
}

// otherTranscription matches transcriptions by another model than azure-speech.
func otherTranscription(v any) bool { return where("model", not(oneOf("azure-speech")))(v) }

// Conditions.

func models(families ...family) condition {
	return func(c *config) bool { return slices.Contains(families, c.family) }
}

// otherModels holds for models that are known and of none of the families.
func otherModels(families ...family) condition {
	return func(c *config) bool { return c.family != unknownModel && !slices.Contains(families, c.family) }
}

// model holds for models whose names begin with one of some prefixes, and no profile.
func model(prefixes ...string) condition {
	return func(c *config) bool {
		return c.family == text && c.target.Profile == "" &&
			slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(c.model, prefix) })
	}
}

// otherModel holds if the session names another model than the URL.
func otherModel(c *config) bool {
	return c.target.Model != "" && c.target.Profile == "" && !c.has("model", oneOf(c.target.Model))
}

// before holds for versions of the API that are older than a date.
func before(date string) condition {
	return func(c *config) bool { return c.version < date }
}

func version(name string) condition { return func(c *config) bool { return c.version == name } }

func all(conditions ...condition) condition {
	return func(c *config) bool {
		return !slices.ContainsFunc(conditions, func(holds condition) bool { return !holds(c) })
	}
}

func target(is func(*voicelive.ConnectOptions) bool) condition {
	return func(c *config) bool { return is(c.target) }
}

func has(path string, is matcher) condition { return func(c *config) bool { return c.has(path, is) } }

func hasNot(path string, is matcher) condition {
	return func(c *config) bool { return !c.has(path, is) }
}

func anything(any) bool { return true }

func agent(o *voicelive.ConnectOptions) bool { return o.Agent != nil }

func rtc(o *voicelive.ConnectOptions) bool { return o.RTC }

func feature(name string) condition {
	return func(c *config) bool { return slices.Contains(c.target.Features, name) }
}

func without(holds condition) condition { return func(c *config) bool { return !holds(c) } }
