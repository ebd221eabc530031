package agent

import (
	"context"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

// An Observer follows conversations, for tracing and metrics, as a [voicelive.Observer] follows sessions: one
// type may be both. Use [Observers] for several. Embed [NoObserver] to implement some of the methods, and to
// compile with later versions that add more.
//
// The conversation calls the methods on its goroutine, one at a time and in the order of what happens, except
// ObserveToolBegin. It waits for them, so they must return soon; of the methods of the Conversation they may call
// those that do not wait for the service. A panic of an observer is not recovered, and ends the program.
type Observer interface {
	// ObserveBegin is called first, before the conversation connects, with the context of [Agent.Serve]. The
	// conversation uses the context that is returned, or one below: to connect, to send, and for its tools.
	ObserveBegin(ctx context.Context, c *Conversation) context.Context
	// ObserveSession is called when the conversation begins in a session, and when it goes on in another one.
	ObserveSession(c *Conversation, s *voicelive.Session)
	// ObserveGap is called when the conversation has gone on in another session.
	ObserveGap(c *Conversation, g Gap)
	// ObserveSpeech is called at the end of speech of the user.
	ObserveSpeech(c *Conversation, s UserSpeech)
	// ObserveTurnBegin is called when the service has begun a response. Only ResponseID and Began of the turn,
	// and what concerns the speech that it replies to, are known.
	ObserveTurnBegin(c *Conversation, t Turn)
	// ObserveInterruption is called when audio was dropped that the user had not heard.
	ObserveInterruption(c *Conversation, i Interruption)
	// ObserveTurnEnd is called when a turn is over: its audio has been heard, or was dropped.
	ObserveTurnEnd(c *Conversation, t Turn)
	// ObserveToolBegin is called before a function is called, on its goroutine. The function is called with the
	// context that is returned.
	ObserveToolBegin(ctx context.Context, c *Conversation, call tools.Call) context.Context
	// ObserveToolEnd is called when the outcome of a call of a function is known, whether the function ran or not.
	ObserveToolEnd(c *Conversation, call tools.Call)
	// ObserveEnd is called last, with the complete report, which must not be changed.
	ObserveEnd(c *Conversation, r *Report)
}

// A UserSpeech is one stretch of speech of the user, as the service has detected it.
type UserSpeech struct {
	ItemID string    // of the item that it becomes
	Began  time.Time // when the user began to speak, by audio_start_ms without prefix_padding_ms, which is in it; zero if unknown
	Ended  time.Time // when the user had spoken, by audio_end_ms without silence_duration_ms, which is in it; zero if unknown
	Told   time.Time // when the service told of the end
}

// NoObserver does nothing.
type NoObserver struct{}

func (NoObserver) ObserveBegin(ctx context.Context, _ *Conversation) context.Context { return ctx }
func (NoObserver) ObserveSession(*Conversation, *voicelive.Session)                  {}
func (NoObserver) ObserveGap(*Conversation, Gap)                                     {}
func (NoObserver) ObserveSpeech(*Conversation, UserSpeech)                           {}
func (NoObserver) ObserveTurnBegin(*Conversation, Turn)                              {}
func (NoObserver) ObserveInterruption(*Conversation, Interruption)                   {}
func (NoObserver) ObserveTurnEnd(*Conversation, Turn)                                {}
func (NoObserver) ObserveToolBegin(ctx context.Context, _ *Conversation, _ tools.Call) context.Context {
	return ctx
}
func (NoObserver) ObserveToolEnd(*Conversation, tools.Call) {}
func (NoObserver) ObserveEnd(*Conversation, *Report)        {}

// Observers is an Observer that calls each of several observers, in their order. Contexts pass through all.
type Observers []Observer

func (o Observers) ObserveBegin(ctx context.Context, c *Conversation) context.Context {
	for _, o := range o {
		ctx = o.ObserveBegin(ctx, c)
	}
	return ctx
}

func (o Observers) ObserveSession(c *Conversation, s *voicelive.Session) {
	for _, o := range o {
		o.ObserveSession(c, s)
	}
}

func (o Observers) ObserveGap(c *Conversation, g Gap) {
	for _, o := range o {
		o.ObserveGap(c, g)
	}
}

func (o Observers) ObserveSpeech(c *Conversation, s UserSpeech) {
	for _, o := range o {
		o.ObserveSpeech(c, s)
	}
}

func (o Observers) ObserveTurnBegin(c *Conversation, t Turn) {
	for _, o := range o {
		o.ObserveTurnBegin(c, t)
	}
}

func (o Observers) ObserveInterruption(c *Conversation, i Interruption) {
	for _, o := range o {
		o.ObserveInterruption(c, i)
	}
}

func (o Observers) ObserveTurnEnd(c *Conversation, t Turn) {
	for _, o := range o {
		o.ObserveTurnEnd(c, t)
	}
}

func (o Observers) ObserveToolBegin(ctx context.Context, c *Conversation, call tools.Call) context.Context {
	for _, o := range o {
		ctx = o.ObserveToolBegin(ctx, c, call)
	}
	return ctx
}

func (o Observers) ObserveToolEnd(c *Conversation, call tools.Call) {
	for _, o := range o {
		o.ObserveToolEnd(c, call)
	}
}

func (o Observers) ObserveEnd(c *Conversation, r *Report) {
	for _, o := range o {
		o.ObserveEnd(c, r)
	}
}

var (
	_ Observer = NoObserver{}
	_ Observer = Observers{}
)
