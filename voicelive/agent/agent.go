package agent

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

// An Agent talks to users. It serves any number of legs at once, and must not change after
// its first use. Client is necessary; all else may be zero.
type Agent struct {
	// Client connects to the service.
	Client *voicelive.Client

	// Connect describes the sessions to open. It is not changed; what Connect.Session leaves unset
	// is set in a copy, see the package documentation.
	Connect voicelive.ConnectOptions

	// Tools are the functions that the model may call. Their contexts know the conversation; see
	// [Of]. A Foundry agent has tools of its own: Tools together with Connect.Agent is an error.
	Tools []tools.Tool

	// Greeting is said at the beginning of a conversation.
	Greeting Prompt

	// Idle says what happens when nobody speaks.
	Idle Idle

	// Limits bound a conversation.
	Limits Limits

	// Guard sees what the assistant says, and may cut it. Nil is none.
	Guard Guard

	// Fallback is said in place of a response that failed or was filtered. A response of text alone, in
	// a session that was asked for sound, is said as by [Say] in any case.
	Fallback Prompt

	// Rollover says how a conversation goes on when its session ends.
	Rollover Rollover

	// Packet is how much audio of the user is sent in one event. 0 sends each packet of the leg as
	// it comes, which is fastest; 100 ms costs a fifth of the processor time for packets of 20 ms.
	Packet time.Duration

	// Begin is called when a conversation has a session, before the Greeting.
	Begin func(*Conversation)

	// HandleEvent is called for each event of the service, after everybody else. An error ends the
	// conversation.
	HandleEvent func(ctx context.Context, c *Conversation, event voicelive.ServerEvent) error

	// Digit is called for each key of the telephone that the user presses, unless [Conversation.Collect]
	// waits for it.
	Digit func(c *Conversation, digit byte)

	// Observer follows the conversations: sessions and gaps, speech, turns, interruptions and tools. Nil is none.
	Observer Observer

	// Logger is told what happens, with the id of the call. Nil is none.
	Logger *slog.Logger

	// Floor, Playback and Runner are the options of the layers below. What the agent sets itself, such
	// as Floor.Dropped, Playback.Audible and Runner.Directive, must be nil; callbacks that the agent listens to, such as
	// Playback.Finished, are called as well. Runner.Say replaces the agent's way to say a filler.
	Floor    floor.Options
	Playback playback.Options
	Runner   tools.RunnerOptions

	mu      sync.Mutex
	closed  bool
	running map[*Conversation]struct{}
	none    chan struct{} // closed when nothing runs after Shutdown; nil before
}

// Idle says what happens when nobody speaks. The time is that since the user has heard all that
// was said, and since the user spoke, wrote or pressed a key; it stands still while tools run.
type Idle struct {
	// After is how long the silence is before each of the prompts, and before the end. 0 is never.
	After time.Duration

	// Prompts are said one after the other. When the user speaks, writes or presses a key they begin anew.
	Prompts []Prompt

	// Goodbye is said at last, and heard, before the agent hangs up.
	Goodbye Prompt
}

// Limits bound a conversation. 0 is no limit, unless a field says otherwise.
type Limits struct {
	// Duration is how long a conversation may last. Goodbye is said then.
	Duration time.Duration

	// Tokens is how many tokens the responses of a conversation may take. Goodbye is said then.
	Tokens int

	// Goodbye is said and heard before the agent hangs up because of a limit.
	Goodbye Prompt

	// Ending is how long the last words may take until the agent hangs up all the same. 0 is 30 s.
	Ending time.Duration
}

// ErrShutdown is the error of [Agent.Serve] after [Agent.Shutdown].
var ErrShutdown = errors.New("agent: the agent has been shut down")

// Serve talks to the user of a leg until the conversation ends, and hangs up. The report is never
// nil after a conversation has begun. The error tells why a conversation could not begin, or what
// broke it: it is nil if the user or the agent hung up, and ctx.Err if ctx ended.
func (a *Agent) Serve(ctx context.Context, l leg.Leg) (*Report, error) {
	c, err := a.begin(ctx, l)
	if err != nil {
		if l != nil {
			_ = hangUp(ctx, l, "the agent is not available") // err is what matters
		}
		return nil, err
	}
	defer a.end(c)
	return c.serve(c.call)
}

// Shutdown lets no new conversation begin, and waits until the running ones have ended. When ctx ends it
// ends them, and returns ctx.Err.
func (a *Agent) Shutdown(ctx context.Context) error {
	a.mu.Lock()
	a.closed = true
	if a.none == nil {
		a.none = make(chan struct{})
		if len(a.running) == 0 {
			close(a.none)
		}
	}
	none := a.none
	a.mu.Unlock()
	select {
	case <-none:
		return nil
	case <-ctx.Done():
	}
	a.mu.Lock()
	for c := range a.running {
		c.HangUp("the agent shuts down")
	}
	a.mu.Unlock()
	<-none
	return ctx.Err()
}

// begin makes a conversation, unless the arguments are wrong.
func (a *Agent) begin(ctx context.Context, l leg.Leg) (*Conversation, error) {
	session, err := a.configure(l)
	if err != nil {
		return nil, err
	}
	c := newConversation(ctx, a, l, session)
	return c, a.add(c)
}

// add notes that a conversation runs.
func (a *Agent) add(c *Conversation) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		c.cancel()
		return ErrShutdown
	}
	if a.running == nil {
		a.running = map[*Conversation]struct{}{}
	}
	a.running[c] = struct{}{}
	return nil
}

func (a *Agent) end(c *Conversation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.running, c)
	if a.none != nil && len(a.running) == 0 {
		close(a.none)
	}
}

// newID returns an id.
func newID(prefix string) string { return prefix + strings.ToLower(rand.Text()[:16]) }
