package floor

import "time"

// Options of a [Floor]. The zero value is usable.
type Options struct {
	// Limits bound how long each state may last.
	Limits Limits

	// Watchdog is called when a state has lasted for its limit and the floor ends it.
	Watchdog func(Alarm)

	// Dropped is called with the id of a response that crossed the user's speech on the
	// wire and was cancelled. HandleEvent calls it before it returns from
	// response.created. A player that handles events after the Floor can therefore drop
	// all audio of the response.
	Dropped func(responseID string)
}

// Limits are how long the floor waits in each state. 0 is the default.
type Limits struct {
	// Speaking is how long the user may speak. After that, the floor assumes that
	// speech_stopped was lost. 60 s.
	Speaking time.Duration

	// Expected is how long after the end of speech, or of the response that was active then,
	// the service may take to create its response. 3 s.
	Expected time.Duration

	// Created is how long the service may take to create or refuse a requested response.
	// 10 s.
	Created time.Duration

	// Generating is how long an active response may have no event. 30 s.
	Generating time.Duration

	// Held is how long one Hold may last. 5 min.
	Held time.Duration

	// Audible is how long the user may go on hearing audio, for AfterHeard. 2 min.
	Audible time.Duration

	// Backoff is the first pause after a refusal because of another response; each
	// further pause is twice as long. 300 ms.
	Backoff time.Duration

	// Tries is how often the floor sends a request that is refused because of another
	// response, before the request ends as Refused. 6.
	Tries int
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		limit *time.Duration
		value time.Duration
	}{
		{&l.Speaking, time.Minute},
		{&l.Expected, 3 * time.Second},
		{&l.Created, 10 * time.Second},
		{&l.Generating, 30 * time.Second},
		{&l.Held, 5 * time.Minute},
		{&l.Audible, 2 * time.Minute},
		{&l.Backoff, 300 * time.Millisecond},
	} {
		if *d.limit <= 0 {
			*d.limit = d.value
		}
	}
	if l.Tries <= 0 {
		l.Tries = 6
	}
	return l
}

// An Alarm describes a state of the floor that has lasted for its limit.
type Alarm struct {
	State State
	Limit time.Duration
	// Detail is the reason of a Hold, or the id of a response; empty for other states.
	Detail string
}

// A State is one reason for requests to wait.
type State string

// The states.
const (
	Speaking   State = "speaking"   // the user speaks
	Expected   State = "expected"   // the user has spoken, and the service will create a response by itself
	Creating   State = "creating"   // a response was asked for, and is neither created nor refused
	Generating State = "generating" // a response of the conversation is active
	Held       State = "held"       // Floor.Hold
	Audible    State = "audible"    // the user hears audio; only requests with AfterHeard wait
)
