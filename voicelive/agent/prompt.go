package agent

import (
	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A Prompt is something for the agent to say. Make one with [Say] or [Ask]; the zero Prompt,
// like Say(""), is nothing: no response is asked for.
type Prompt struct {
	text string
	how  How // empty for Say: that depends on the voice
}

// Say is a text to be said as it is. If the voice of the session is one of Azure's the service
// is given the text; if not, the model is instructed to say exactly this.
func Say(text string) Prompt { return Prompt{text: text} }

// Ask lets the model say something by instructions, such as "Ask whether the user is still
// there". They replace those of the session for one response.
func Ask(instructions string) Prompt { return Prompt{instructions, Asked} }

// How a prompt was given to the service.
type How string

// The values of How.
const (
	PreGenerated How = "pre_generated" // pre_generated_assistant_message: the voice reads the text
	Instructed   How = "instructed"    // the model was instructed to say exactly this
	Asked        How = "asked"         // the model found the words
	Written      How = "written"       // the user has written the text, and the model replied: Conversation.Write
)

// given returns how a prompt is given to a session with a voice.
func (p Prompt) given(voice voicelive.Voice) How {
	switch {
	case p.how != "":
		return p.how
	case ofAzure(voice):
		return PreGenerated
	}
	return Instructed
}

// params returns the response that says the prompt; nil for that of the session.
func (p Prompt) params(how How) *voicelive.ResponseCreateParams {
	switch how {
	case PreGenerated:
		return &voicelive.ResponseCreateParams{PreGeneratedAssistantMessage: &voicelive.AssistantMessageItem{
			Content: []voicelive.MessageContentPart{&voicelive.OutputTextContentPart{Text: p.text}},
		}}
	case Instructed:
		return &voicelive.ResponseCreateParams{
			Instructions: new("Say exactly the following text, word for word, in its own language. Add nothing, and leave nothing out:\n" + p.text),
			ToolChoice:   voicelive.ToolChoiceLiteralNone,
		}
	case Asked:
		return &voicelive.ResponseCreateParams{Instructions: &p.text}
	}
	return nil
}
