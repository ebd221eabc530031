package agent

import (
	"strconv"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
)

// A Gap is the time between two sessions of a conversation, with what was lost in it.
type Gap struct {
	From     time.Time `json:"from"`        // the session was given up
	To       time.Time `json:"to,omitzero"` // the next one knew the conversation; zero if the conversation ended before
	Cause    string    `json:"cause"`
	Planned  bool      `json:"planned,omitzero"` // the agent chose the moment
	Attempts int       `json:"attempts"`         // to connect, while there was no session

	AudioReplayed time.Duration `json:"audio_replayed_ns"` // of the user, sent to the next session
	AudioLost     time.Duration `json:"audio_lost_ns"`     // of the user, which was not

	Cut            []Interruption        `json:"cut,omitempty"`             // audio of the assistant that was not heard to its end
	Carried        []string              `json:"carried,omitempty"`         // ids of calls of functions whose results are told to the next session
	NotRun         []string              `json:"not_run,omitempty"`         // ids of calls of functions that did not run
	Denied         []string              `json:"denied,omitempty"`          // ids of requests for approval that nobody had decided
	MCPLost        []string              `json:"mcp_lost,omitempty"`        // ids of items of other MCP calls that had not ended
	NotTranscribed []string              `json:"not_transcribed,omitempty"` // ids of items of the user whose text did not come
	Omitted        []transcript.Omission `json:"omitted,omitempty"`         // items that the next session is not told of
	Digest         bool                  `json:"digest,omitzero"`           // the next session was told a digest, not items

	// ConversationID is that of a Foundry agent in the next session, if it is another one: the agent has
	// forgotten the conversation.
	ConversationID string `json:"conversation_id,omitempty"`
}

// Rollover says how a conversation goes on when its session ends.
type Rollover struct {
	// After is the age at which a session is replaced by a new one, at a pause of the conversation. 0
	// is 55 min, or two minutes before expires_at if the service tells that; less than 0 is never. Up to a
	// twentieth of it is subtracted by chance, so that not all calls connect at the same moment. It is put off, by two
	// minutes at most, while others wait to connect with the Client; see Limits.ConnectsPerMinute there.
	After time.Duration

	// Wait is how long a planned replacement waits for a pause: nobody speaks, no tool runs, and all
	// speech is transcribed. 0 is 2 min.
	Wait time.Duration

	// Retry is how long the agent tries to connect, at the beginning and after a session was lost, as far as
	// voicelive.Retryable says. 0 is 30 s; less than 0 is one attempt at the beginning, and none after that. A planned
	// replacement that has begun when the session ends takes over in any case.
	Retry time.Duration

	// History bounds what a new session is told.
	History transcript.Limits

	// Digest tells a new session one text in place of the items. Models that reply to restored messages in
	// text, where they should speak, need that.
	Digest bool
}

func (r *Rollover) withDefaults() Rollover {
	o := *r
	if o.After == 0 {
		o.After = 55 * time.Minute
	}
	if o.Wait <= 0 {
		o.Wait = 2 * time.Minute
	}
	if o.Retry == 0 {
		o.Retry = 30 * time.Second
	}
	return o
}

// expiresAt returns when the service ends a session, if it tells that.
func expiresAt(s *voicelive.ResponseSession) (at time.Time, ok bool) {
	raw, ok := s.Extra.Get("expires_at")
	if !ok {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(string(raw), 10, 64)
	return time.Unix(seconds, 0), err == nil && seconds > 0
}
