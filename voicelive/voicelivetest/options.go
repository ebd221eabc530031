package voicelivetest

import (
	"log/slog"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Options configure a [Server]. The zero value, like a nil *Options, is a server in memory that accepts every
// credential, detects speech, and responds with the words of the user.
type Options struct {
	// Transport is how clients reach the server.
	Transport Transport
	// Address is where a server over TCP listens, such as "localhost:8080". Empty is a free port of 127.0.0.1.
	Address string
	// TLS encrypts the connections, with a certificate of its own: see [Server.TLSConfig] and [Server.Certificate].
	TLS bool

	// Keys are the API keys that are accepted. Nil accepts any.
	Keys []string
	// Tokens are the bearer tokens that are accepted. Nil accepts any.
	Tokens []string
	// Models are the models that exist. Nil accepts any.
	Models []string
	// DefaultModel is for requests that name neither a model nor an agent. Empty refuses them.
	DefaultModel string
	// APIVersions are the versions that are accepted. Nil accepts the published versions that are known.
	APIVersions []string
	// ConnectionsPerMinute is the limit of connections per minute. The server refuses more with status 429 and a
	// Retry-After. 0 is no limit; that of the service is 30.
	ConnectionsPerMinute int

	// Respond returns the content of each response. Nil is [Echo]. It is asked for a pre-generated message, too, such as a
	// prompt of agent.Say in a voice of Azure, whose text is then that of the message.
	Respond Responder
	// Play takes the place of the simulation, if it is not nil. It is called when a session begins, and the function that it
	// returns for each event of the client. The session sends nothing by itself but faults: see [Session.InjectJSON],
	// [Session.CloseWith] and [Session.Abort]. Both functions run on the goroutine that serves the session, and must not
	// wait.
	Play func(*Session) (received func(Received))
	// Hear returns the transcription of the user's audio. Nil is [Hear] without texts.
	Hear Listener
	// MCP simulates the MCP servers that sessions name, by label. A server that is missing here has the tools that the
	// session allows, and its calls return their arguments.
	MCP map[string]MCPServer

	// Client changes the options of clients that are made for the server, by [Server.NewClient] and by packages such as
	// agenttest: an Observer, a Logger, Limits. Nil changes nothing.
	Client func(*voicelive.ClientOptions)

	// Pace is how fast output is sent.
	Pace Pace
	// Latency passes between the start of a response and its first output. A [Response] may say otherwise.
	Latency time.Duration
	// ResponseLatency passes between the end of the user's speech and response.created of the response that the service
	// creates by itself. If the client asks for a response in the meantime, the service creates none.
	ResponseLatency time.Duration
	// InterruptLatency passes between speech_started and the end of the response that the speech interrupts. The response
	// continues in the meantime.
	InterruptLatency time.Duration
	// Chunk is the audio in one response.audio.delta. 0 is 100 ms.
	Chunk time.Duration
	// SessionLimit is how long a session may last. Then the server sends the error session_expired and closes with code
	// 1001. 0 is 60 minutes.
	SessionLimit time.Duration
	// TellExpiry puts the time at which the session ends into session.created and session.updated, as expires_at in
	// seconds since 1970. The description does not have it.
	TellExpiry bool
	// CloseTimeout is how long the server waits for the reply to its close frame. 0 is 5 s.
	CloseTimeout time.Duration
	// MessageLimit is the largest message that a client may send, in bytes. 0 is 32 MiB.
	MessageLimit int

	// CancelPrevious lets a response.create without cancel_previous cancel the active response, as the description of the
	// protocol says. Without it such an event is refused with conversation_already_has_active_response, as observed.
	CancelPrevious bool
	// ForgetThreads gives each session with an agent a conversation of its own, whatever conversation-id it asks for.
	ForgetThreads bool
	// RefuseCancelledOutputs refuses outputs of function calls whose response was cancelled. The description does not say
	// whether the service takes them.
	RefuseCancelledOutputs bool

	// Link is the line on which the server sends. Its latency delays events to the client.
	Link Link
	// Uplink is the line on which clients send, if they connect with [Server.DialContext], as [Server.Connect] does.
	Uplink Link
	// Faults make connections go wrong. The zero value has no faults.
	Faults Faults
	// Forget drops the JSON of events once they are sent, and the events of the client once they are handled. The server
	// keeps the types and times of at least the last 10,000 events in each direction, as many mistakes for [Session.Check], the
	// sessions that are open, and at least the last 100 requests and sessions. Forget is for long runs.
	Forget bool
	// Logger gets what happens on the side of the service, as it happens: each request to open a session, each event of the
	// client with its JSON, each mistake that [Session.Check] would list, and the end of each session. Nil logs nothing.
	Logger *slog.Logger
	// Lenient keeps [NewServer] from failing the test if [Session.Violations] lists a violation.
	Lenient bool
}

// Pace is how fast output is sent: a multiple of real time, [RealTime] or [Instant].
type Pace float64

const (
	// RealTime sends audio as fast as it plays. It is the zero value.
	RealTime Pace = 0
	// Instant sends everything as soon as it is known. A response is then done before the next event of the client
	// arrives, unless its [Response] has a Delay.
	Instant Pace = -1
)

// wait is how long to wait where real time would take d.
func (p Pace) wait(d time.Duration) time.Duration {
	switch {
	case p < 0:
		return 0
	case p == RealTime:
		return d
	}
	return time.Duration(float64(d) / float64(p))
}

// orDefault returns o with defaults in place of zeros.
func (o *Options) orDefault() Options {
	var full Options
	if o != nil {
		full = *o
	}
	if full.Respond == nil {
		full.Respond = Echo()
	}
	if full.Hear == nil {
		full.Hear = Hear()
	}
	if full.Logger == nil {
		full.Logger = slog.New(slog.DiscardHandler)
	}
	setDefault(&full.Chunk, 100*time.Millisecond)
	setDefault(&full.SessionLimit, time.Hour)
	setDefault(&full.CloseTimeout, 5*time.Second)
	setDefault(&full.MessageLimit, 32<<20)
	return full
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}
