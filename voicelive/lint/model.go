package lint

import "strings"

// A family is a group of models with the same abilities.
type family string

const (
	unknownModel family = ""               // a deployment, or an agent with a model of its own
	openAI       family = "gpt-realtime"   // takes and makes audio
	azure        family = "azure-realtime" // takes audio and has voices of its own
	phiAudio     family = "phi-realtime"   // takes audio; its voice is Azure text to speech
	phiText      family = "phi"            // Azure speech to text before it, and text to speech behind it
	text         family = "text"           // the same
)

// families are the models that the service offers, by how their names begin. The first
// that fits counts.
var families = []struct {
	prefix string
	family family
}{
	{"gpt-realtime", openAI},
	{"gpt-4o-realtime", openAI},
	{"gpt-4o-mini-realtime", openAI},
	{"azure-realtime", azure},
	{"phi4-mm-realtime", phiAudio},
	{"phi4", phiText},
	{"gpt-4o", text},
	{"gpt-4.1", text},
	{"gpt-5", text},
}

// profiles are the modes for models of one's own. The name of the deployment says nothing then.
var profiles = map[string]family{
	"byom-azure-openai-realtime":        openAI,
	"byom-azure-openai-chat-completion": text,
	"byom-foundry-anthropic-messages":   text,
}

func familyOf(model, profile string) family {
	if profile != "" {
		return profiles[profile]
	}
	for _, f := range families {
		if strings.HasPrefix(model, f.prefix) {
			return f.family
		}
	}
	return unknownModel
}
