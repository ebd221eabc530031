// Package voicelivetest is a VoiceLive service for tests and demos, as net/http/httptest is a web server: in the same
// process, without an account and without a network.
//
//	func TestAgent(t *testing.T) {
//		synctest.Test(t, func(t *testing.T) {
//			srv := voicelivetest.NewServer(t, &voicelivetest.Options{Respond: voicelivetest.Reply("Hello!")})
//			session := srv.Connect(t, nil)
//			…
//			srv.Session(0).UserSays("How are you?", 2*time.Second)
//			…
//			srv.Check(t)
//		})
//	}
//
// # What it does
//
// A [Server] decodes the events of clients with the codec of package voicelive and keeps a conversation for each
// [Session]. It has sessions with an effective configuration, text and speech, turn detection by the energy of the audio,
// manual turns, transcription, function calls, MCP servers with approval, interim responses, responses out of band,
// interruption, cancellation, truncation, the signalling of avatars and WebRTC, usage, rate limits, errors that carry the
// event_id of their cause, and an end after 60 minutes.
//
//	responses               Options.Respond: Reply, Echo, Sequence, Always, Replay, or any func(Request) Response
//	transcriptions          Options.Hear: Hear, or any func(Utterance) Hearing
//	speech of the user      audio that the client sends, or Session.UserSays, which needs none
//	any other event         Session.Inject, Session.InjectJSON
//	the end                 Session.CloseWith, Session.Abort, Options.SessionLimit
//	events of the client    Server.Handshakes, Session.Received, Session.End; Session.WaitReceived waits
//	events of the service   Session.Sent; Session.WaitSent waits
//	mistakes of the client  Server.Check: errors, responses into speech, calls without an output
//
// # Time
//
// A server in memory, which is the default, works inside a testing/synctest bubble: create it there, with the bubble's
// t. Minutes of conversation then take milliseconds, and offsets and delays are exact. Outside of a bubble, output
// takes the time that it would play unless [Options.Pace] says otherwise.
//
// # Options that are zero
//
//	Transport             Pipe: in memory
//	Address               a free port of 127.0.0.1, over TCP
//	TLS                   none
//	Keys, Tokens, Models  all are accepted
//	DefaultModel          none: a request without a model or an agent is refused
//	APIVersions           the published versions that are known
//	ConnectionsPerMinute  no limit
//	Respond               Echo()
//	Hear                  Hear(): the length of the speech in place of its words
//	MCP                   servers have the tools that the session allows; calls return their arguments
//	Pace                  RealTime
//	Chunk                 100 ms of audio in a delta
//	SessionLimit          60 minutes
//	CloseTimeout          5 s
//	MessageLimit          32 MiB
//	Link, Uplink          good lines
//	Faults                none
//	Forget                everything is kept
//	Lenient               a client that breaks RFC 6455 fails the test
//
// # What the description leaves open
//
// A client should work with either reading. The first is the zero value.
//
//	CancelPrevious          response.create without cancel_previous is refused, or cancels, while a response is active
//	RefuseCancelledOutputs  outputs of calls of cancelled responses are taken, or refused
//	Latency                 a response has output at once, or later
//	ResponseLatency         the response to speech is created at once, or later
//	InterruptLatency        speech ends a response at once, or later: more deltas come
//	Link, Uplink            events arrive at once, or cross events of the other side
//	Hearing.AfterResponse   the transcription comes before the response, or after it
//
// # Faults
//
// [Options.Faults] makes handshakes, frames, events and ends go wrong, after a number of events or after a time;
// [FaultKinds] lists all faults, from a refused handshake to a lost response.done. A [Script] is for one connection.
// Scripts are written by hand or made from a seed. Their text, which [Script.String] writes and [ParseScript] reads, is
// enough to see the same faults again:
//
//	t.Logf("replay with ParseScript(%q)", srv.Session(0).Script())
//
// [Link] is a bad line below either side: latency, bandwidth, small pieces, a cut, a black hole.
//
// # A server for programs
//
// [Start] needs no test, and [Server.NewClient] makes a client. Over [TCP] other processes reach the server at
// [Server.URL], with any key. [Options.Forget] bounds what a session keeps for the test. The service's own part is bounded
// always: audio that waits for a commit, a conversation and the active responses take 64 MiB each. A conversation that
// takes more forgets the audio of its oldest items, and then the items.
//
//	srv, err := voicelivetest.Start(&voicelivetest.Options{Transport: voicelivetest.TCP, Address: "localhost:8080", Forget: true})
//
// # What it does not promise
//
// The server follows the published description of the protocol and the known behaviour of the service. Both leave much
// open. It is not the service. In particular,
//
//   - the service does not specify the order of some events, such as transcription and response. The order of the
//     simulator is one of several that a client must accept;
//   - identifiers, texts of errors and most of their codes are the simulator's own;
//   - there is no model: instructions, temperature, tool choice and the like are in the configuration and change nothing;
//   - turn detection measures loudness only; semantic detection, wake words, echo cancellation and noise reduction are
//     accepted as configuration and change nothing;
//   - a detector of speech takes the voice for speech, and its words have times and visemes, but nobody can understand
//     it, and all voices sound the same;
//   - tokens are estimates from the length of text and audio; rate limits are sent but not enforced, except for
//     connections;
//   - the combinations of features that the service refuses in some models or regions are mostly accepted;
//   - the SDP of avatars and WebRTC leads to no media, and video is bytes that do not decode;
//   - agents are names: threads are not kept between connections;
//   - its speed is not that of the service. [Options.Forget] is for runs with many events.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. New versions may send more events and simulate
// more of the service: a test should not depend on a complete list of events that it did not cause.
// The methods of a [Server] and of a [Session] may be called from any goroutine.
package voicelivetest
