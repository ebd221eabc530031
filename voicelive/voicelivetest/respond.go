package voicelivetest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Request is what a [Responder] responds to.
type Request struct {
	// N counts the responses of the session, from 0.
	N int
	// Text is what the user wrote or said last, or "" if nothing yet.
	Text string
	// Audio is what the user said last, as 16-bit samples, and Rate is its sampling rate in Hz. It is nil for text.
	Audio []int16
	Rate  int
	// Outputs are the function_call_output items since the response before.
	Outputs []*voicelive.ResponseFunctionCallOutputItem
	// Items is the context of the response: the conversation, or the input_items of Params.
	Items []voicelive.ResponseItem
	// Session is the effective configuration.
	Session voicelive.ResponseSession
	// Params came with response.create. It is nil if the service starts the response by itself.
	Params *voicelive.ResponseCreateParams
}

// Responder decides what a response is made of. It runs on the goroutine that serves the session: it must not wait for the
// session or the client, and should set Delay rather than sleep. A server calls it for several sessions at once.
type Responder func(Request) Response

// Response is what a response of the service is made of. Its parts are produced in the order of the fields.
type Response struct {
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

// Reply responds with the texts, one after the other; the last one stays.
func Reply(texts ...string) Responder {
	return func(r Request) Response {
		if len(texts) == 0 {
			return Response{}
		}
		return Response{Text: texts[min(r.N, len(texts)-1)]}
	}
}

// Echo responds with what the user said.
func Echo() Responder {
	return func(r Request) Response {
		if r.Text == "" {
			return Response{Text: "Hello."}
		}
		return Response{Text: "You said: " + r.Text}
	}
}

// Sequence asks the responders, one after the other; the last one stays.
func Sequence(responders ...Responder) Responder {
	return func(r Request) Response {
		if len(responders) == 0 {
			return Response{}
		}
		return responders[min(r.N, len(responders)-1)](r)
	}
}

// Always gives the same response to every request.
func Always(response Response) Responder { return func(Request) Response { return response } }

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

// Hearing is a transcription. It is sent if the session has input_audio_transcription. It is the [Request]'s Text anyway.
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
