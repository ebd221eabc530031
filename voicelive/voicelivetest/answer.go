package voicelivetest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Turn is what a [Responder] answers to.
type Turn struct {
	// N counts the responses of the session, from 0.
	N int
	// Text is what the user wrote or said last, or "" if nothing yet.
	Text string
	// Audio is what the user said last, as 16-bit samples, and Rate is its sampling rate in Hz. It is nil for text.
	Audio []int16
	Rate  int
	// Outputs are the function_call_output items since the response before.
	Outputs []*voicelive.ResponseFunctionCallOutputItem
	// Items is the conversation.
	Items []voicelive.ResponseItem
	// Session is the effective configuration.
	Session voicelive.ResponseSession
	// Params came with response.create. It is nil if the service starts the response by itself.
	Params *voicelive.ResponseCreateParams
}

// Responder decides what the service answers in a turn. It runs on the goroutine that serves the session: it must not
// wait for the session or the client, and Delay serves better than sleeping. Sessions run at once, so it must be safe
// for that.
type Responder func(Turn) Answer

// Answer is one response. Its parts are produced in the order of the fields.
type Answer struct {
	// Delay passes before the first output. 0 is [Options.Latency].
	Delay time.Duration
	// Warning is sent as a warning event, if it is not empty.
	Warning string
	// Invocations are events of a hosted agent, each a JSON object.
	Invocations []json.RawMessage
	// Searches are made before anything is said.
	Searches []Search
	// Text is said, or written if the response has no audio. Empty produces no message.
	Text string
	// Audio is played in place of the voice that reads Text: 16-bit samples of 24 kHz.
	Audio []int16
	// Annotations are added to the transcript of Text, each a JSON object.
	Annotations []json.RawMessage
	// Calls are the functions that the client shall call.
	Calls []Call
	// MCPCalls are calls of tools of MCP servers. Those that need no approval are made within the response, the others
	// after it, once the client has approved.
	MCPCalls []MCPCall
	// Incomplete ends the response with status incomplete, for this reason.
	Incomplete voicelive.ResponseIncompleteDetailsReason
	// Failed ends the response with status failed: a JSON object with the error.
	Failed json.RawMessage
	// Events are sent in place of all the above, except Delay: see [Replay]. Each is a server event.
	Events []json.RawMessage
}

// Call is a function call.
type Call struct {
	Name      string
	Arguments string // JSON text
	ID        string // call_id, which the test keeps unique; empty is the next number
}

// Search is a web search, or a search of files if Files is set.
type Search struct {
	Files   bool
	Queries []string
	Results []voicelive.FileSearchResult
}

// Reply answers with the texts, one for each turn; the last one stays.
func Reply(texts ...string) Responder {
	return func(t Turn) Answer {
		if len(texts) == 0 {
			return Answer{}
		}
		return Answer{Text: texts[min(t.N, len(texts)-1)]}
	}
}

// Echo answers with what the user said.
func Echo() Responder {
	return func(t Turn) Answer {
		if t.Text == "" {
			return Answer{Text: "Hello."}
		}
		return Answer{Text: "You said: " + t.Text}
	}
}

// InTurn answers each turn with the next responder; the last one stays.
func InTurn(responders ...Responder) Responder {
	return func(t Turn) Answer {
		if len(responders) == 0 {
			return Answer{}
		}
		return responders[min(t.N, len(responders)-1)](t)
	}
}

// Say is an [Answer] as a [Responder]: the same in every turn.
func Say(answer Answer) Responder { return func(Turn) Answer { return answer } }

// Utterance is audio of the user that was committed.
type Utterance struct {
	// N counts the utterances of the session, from 0.
	N int
	// Audio are 16-bit samples, and Rate is their sampling rate in Hz.
	Audio []int16
	Rate  int
}

// Duration is how long the utterance is, with the silence around it.
func (u Utterance) Duration() time.Duration {
	return time.Duration(len(u.Audio)) * time.Second / time.Duration(max(u.Rate, 1))
}

// Listener decides what transcription makes of an utterance. The rules are those of a [Responder].
type Listener func(Utterance) Hearing

// Hearing is a transcription. It is sent if the session has input_audio_transcription, and is the [Turn]'s Text anyway.
type Hearing struct {
	Text string
	// Delay passes before it is sent.
	Delay time.Duration
	// AfterResponse sends it after the response to the utterance.
	AfterResponse bool
	// Failed sends conversation.item.input_audio_transcription.failed with this message instead.
	Failed string
}

// Hear transcribes to the texts, one for each utterance; the last one stays.
func Hear(texts ...string) Listener {
	return func(u Utterance) Hearing {
		if len(texts) == 0 {
			return Hearing{Text: fmt.Sprintf("(speech of %.1f s)", u.Duration().Seconds())}
		}
		return Hearing{Text: texts[min(u.N, len(texts)-1)]}
	}
}
