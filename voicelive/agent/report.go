package agent

import (
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
)

// ReportVersion is that of the JSON of a [Report].
const ReportVersion = 1

// A Report tells what a conversation was. It is complete when [Agent.Serve] returns it. The schema of its JSON
// is docs/report.schema.json; durations are in nanoseconds, times in RFC 3339.
type Report struct {
	Version int    `json:"version"` // ReportVersion
	CallID  string `json:"call_id"`

	Reason Reason `json:"reason"`
	Detail string `json:"detail,omitempty"` // of the reason, for people

	Began    time.Time     `json:"began"`
	Ended    time.Time     `json:"ended"`
	Duration time.Duration `json:"duration_ns"`

	Sessions      []SessionReport `json:"sessions,omitempty"`
	Turns         []Turn          `json:"turns,omitempty"` // in the order of their ends
	Interruptions []Interruption  `json:"interruptions,omitempty"`
	Prompts       []Spoken        `json:"prompts,omitempty"` // in the order of their ends
	Tools         []ToolCall      `json:"tools,omitempty"`   // in the order of their ends
	Gaps          []Gap           `json:"gaps,omitempty"`
	Tokens        Tokens          `json:"tokens"`

	Silence time.Duration `json:"silence_ns"` // that was sent for gaps of the leg
	Alarms  int           `json:"alarms"`     // how often nothing came within a limit; see floor.Alarm
	Errors  int           `json:"errors"`     // error events of the service, without those that need no action

	Transcript *transcript.Transcript `json:"transcript,omitempty"`
}

// A SessionReport tells of one session with the service.
type SessionReport struct {
	ID        string    `json:"id"`
	RequestID string    `json:"request_id"`
	Began     time.Time `json:"began"`
	Ended     time.Time `json:"ended,omitzero"`
	Error     string    `json:"error,omitempty"` // why it ended; empty after an orderly end

	Underruns int `json:"underruns,omitzero"` // how often the leg ran dry within a reply
}

// A Turn is one response of the service.
type Turn struct {
	ResponseID string                   `json:"response_id"`
	Status     voicelive.ResponseStatus `json:"status"`          // empty if the end of the response did not come
	Cause      string                   `json:"cause,omitempty"` // why the response is not completed, such as turn_detected or content_filter; the code of the error if it failed

	SpeechEnded time.Time     `json:"speech_ended,omitzero"` // when the user had spoken; zero if the turn replies to nothing
	Endpointing time.Duration `json:"endpointing_ns"`        // from SpeechEnded until the service told of it: silence_duration_ms, and what the network and the service took
	Latency     time.Duration `json:"latency_ns"`            // from SpeechEnded until the user heard the first audio; 0 without either, as of a turn that only calls functions
	Began       time.Time     `json:"began"`                 // response.created came
	Arrived     time.Time     `json:"arrived,omitzero"`      // its first audio came
	Audible     time.Time     `json:"audible,omitzero"`      // the user began to hear it
	Generated   time.Time     `json:"generated,omitzero"`    // response.done came
	Ended       time.Time     `json:"ended"`                 // it was generated, and heard or dropped

	Heard       time.Duration `json:"heard_ns"`
	Unheard     time.Duration `json:"unheard_ns"` // arrived and dropped
	Interrupted bool          `json:"interrupted,omitzero"`
	Guarded     bool          `json:"guarded,omitzero"` // Agent.Guard has cut it

	Tokens Tokens `json:"tokens"`
}

// goOn adds what came of a turn that was taken to be over.
func (t *Turn) goOn(more *Turn) {
	t.Ended, t.Heard, t.Unheard = more.Ended, t.Heard+more.Heard, t.Unheard+more.Unheard
	t.Interrupted = t.Interrupted || more.Interrupted
}

// An Interruption is audio that the user did not hear to its end.
type Interruption struct {
	At         time.Time     `json:"at"` // when the conversation was corrected
	ResponseID string        `json:"response_id"`
	ItemID     string        `json:"item_id"`
	Heard      time.Duration `json:"heard_ns"`
	Unheard    time.Duration `json:"unheard_ns"`
}

// A ToolCall tells of one call of a function, or of a tool of an MCP server, by the model.
type ToolCall struct {
	ID        string        `json:"id"`               // of the call of a function; of the item of one of an MCP server
	Server    string        `json:"server,omitempty"` // the label of the MCP server; empty for a function
	Name      string        `json:"name"`
	Arguments string        `json:"arguments"`
	Output    string        `json:"output,omitempty"` // of a function; that of an MCP server's is in the Transcript
	Outcome   tools.Outcome `json:"outcome"`
	Error     string        `json:"error,omitempty"`
	Ran       bool          `json:"ran"`         // of an MCP server's, as far as is known
	Duration  time.Duration `json:"duration_ns"` // that a function took
}

// Tokens are the tokens of responses, as the service counts them.
type Tokens struct {
	Total       int `json:"total"`
	InputText   int `json:"input_text"`
	InputAudio  int `json:"input_audio"`
	InputImage  int `json:"input_image"`
	Cached      int `json:"cached"` // of the input
	OutputText  int `json:"output_text"`
	OutputAudio int `json:"output_audio"`
}

func (t *Tokens) add(u *voicelive.TokenUsage) {
	if u == nil {
		return
	}
	t.Total += u.TotalTokens
	t.InputText += u.InputTokenDetails.TextTokens
	t.InputAudio += u.InputTokenDetails.AudioTokens
	t.InputImage += u.InputTokenDetails.ImageTokens
	t.Cached += u.InputTokenDetails.CachedTokens
	t.OutputText += u.OutputTokenDetails.TextTokens
	t.OutputAudio += u.OutputTokenDetails.AudioTokens
}

// turn returns a turn that is over, or nil.
func (r *Report) turn(response string) *Turn {
	for i := len(r.Turns) - 1; i >= 0; i-- {
		if r.Turns[i].ResponseID == response {
			return &r.Turns[i]
		}
	}
	return nil
}
