package floor

import "time"

// Options of a [Floor]. The zero value is usable.
type Options struct {
	// Limits bound how long each state may last.
	Limits Limits

	// Watchdog is told that a state has lasted for its limit, and that the floor went on.
	Watchdog func(Alarm)

	// Dropped is told the id of a response that crossed the user's speech on the wire and
	// was cancelled. It is called before HandleEvent returns from response.created:
	// whoever plays audio and is told events after the Floor can drop that of the
	// response from the beginning.
	Dropped func(responseID string)
}

// Limits are how long the floor waits in each state. 0 is the default.
type Limits struct {
	// Speaking is how long the user may speak, or speech_stopped is taken to be lost.
	// 60 s.
	Speaking time.Duration

	// Expected is how long after the end of speech, or of the response that was active then,
	// the service may take to create its response. 3 s.
	Expected time.Duration

	// Created is how long the service may take to create or refuse a response that was
	// asked for. 10 s.
	Created time.Duration

	// Generating is how long nothing may be heard of a response. 30 s.
	Generating time.Duration

	// Held is how long one Hold may last. 5 min.
	Held time.Duration

	// Audible is how long the user may go on hearing audio, for AfterHeard. 2 min.
	Audible time.Duration

	// Backoff is the first pause after a refusal because of another response; each
	// further pause is twice as long. 300 ms.
	Backoff time.Duration

	// Tries is how often a request is sent before such refusals count. 6.
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

// An Alarm says that a state of the floor has lasted for its limit.
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
	Expected   State = "expected"   // the user has spoken, and the service will answer by itself
	Creating   State = "creating"   // a response was asked for, and is neither created nor refused
	Generating State = "generating" // a response of the conversation is active
	Held       State = "held"       // Floor.Hold
	Audible    State = "audible"    // the user hears audio; only requests with AfterHeard wait
)
