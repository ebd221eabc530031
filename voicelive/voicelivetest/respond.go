package voicelivetest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Request is the input of a [Responder].
type Request struct {
	// N counts the responses of the session, from 0.
	N int
	// Text is the latest text or speech of the user, or "" if there is none yet.
	Text string
	// Audio is the latest speech of the user, as 16-bit samples, and Rate is its sampling rate in Hz. It is nil for text.
	Audio []int16
	Rate  int
	// Outputs are the function_call_output items behind the latest message of the user, the newest last. A response
	// to something else, such as a prompt, has them again.
	Outputs []*voicelive.ResponseFunctionCallOutputItem
	// Items is the context of the response: the conversation, or the input_items of Params.
	Items []voicelive.ResponseItem
	// Session is the effective configuration.
	Session voicelive.ResponseSession
	// Params are those of response.create. They are nil if the service starts the response by itself.
	Params *voicelive.ResponseCreateParams
}

// Responder returns the content of a response. It runs on the goroutine that serves the session: it must not wait for the
// session or the client, and should set Delay rather than sleep. A server calls it for several sessions at once.
type Responder func(Request) Response

// Response is the content of a response. The server produces the parts in the order of the fields.
type Response struct {
	// Delay passes before the first output. 0 is [Options.Latency].
	Delay time.Duration
	// Warning is sent as a warning event, if it is not empty.
	Warning string
	// Invocations are events of a hosted agent, each a JSON object.
	Invocations []json.RawMessage
	// Searches come before text and audio.
	Searches []Search
	// Text is spoken, or written if the response has no audio. Empty produces no message.
	Text string
	// Audio is played in place of the voice that reads Text: 16-bit samples of 24 kHz.
	Audio []int16
	// Annotations are added to the transcript of Text, each a JSON object.
	Annotations []json.RawMessage
	// Calls are the function calls of the response.
	Calls []Call
	// MCPCalls are calls of tools of MCP servers. Those that need no approval are made within the response, the others
	// after it, once the client has approved.
	MCPCalls []MCPCall
	// Incomplete, if it is not empty, is the reason with which the response ends with status incomplete.
	Incomplete voicelive.ResponseIncompleteDetailsReason
	// Failed, if it is not nil, is the error with which the response ends with status failed: a JSON object.
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

// Reply returns a Responder that uses the texts one after the other, and then repeats the last one.
func Reply(texts ...string) Responder {
	return func(r Request) Response {
		if len(texts) == 0 {
			return Response{}
		}
		return Response{Text: texts[min(r.N, len(texts)-1)]}
	}
}

// Echo returns a Responder that repeats the text of the user.
func Echo() Responder {
	return func(r Request) Response {
		if r.Text == "" {
			return Response{Text: "Hello."}
		}
		return Response{Text: "You said: " + r.Text}
	}
}

// Sequence returns a Responder that calls the responders one after the other, and then repeats the last one.
func Sequence(responders ...Responder) Responder {
	return func(r Request) Response {
		if len(responders) == 0 {
			return Response{}
		}
		return responders[min(r.N, len(responders)-1)](r)
	}
}

// Always returns a Responder that returns the same response for every request.
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

// Listener returns the transcription of an utterance. The rules are those of a [Responder].
type Listener func(Utterance) Hearing

// Hearing is a transcription. The server sends it if the session has input_audio_transcription; the [Request] has it as
// its Text in any case.
type Hearing struct {
	Text string
	// Delay passes before it is sent.
	Delay time.Duration
	// AfterResponse sends it after the response to the utterance.
	AfterResponse bool
	// Failed sends conversation.item.input_audio_transcription.failed with this message instead.
	Failed string
}

// Hear returns a Listener that uses the texts, one for each utterance, and then repeats the last one.
func Hear(texts ...string) Listener {
	return func(u Utterance) Hearing {
		if len(texts) == 0 {
			return Hearing{Text: fmt.Sprintf("(speech of %.1f s)", u.Duration().Seconds())}
		}
		return Hearing{Text: texts[min(u.N, len(texts)-1)]}
	}
}
