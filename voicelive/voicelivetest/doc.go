// Package voicelivetest is a VoiceLive service for tests and demos, as net/http/httptest is a server: in the same
// process, without an account and without a network.
//
//	func TestAgent(t *testing.T) {
//		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Respond: voicelivetest.Reply("Hello!")})
//		session := srv.Client(t)
//		…
//	}
//
// # What it does
//
// A [Server] decodes what clients send with the codec of package voicelive, keeps a conversation for each [Session], and
// answers as the service does: sessions and their effective configuration, written and spoken turns, turn detection by
// the energy of the audio, manual turns, transcription, function calls, MCP servers with approval, interruption,
// cancellation, truncation, the signalling of avatars and WebRTC, usage, rate limits, errors that carry the event_id of
// their cause, and the end of a session that has lasted for 60 minutes.
//
// What it says is the test's choice: a [Responder] is asked in each turn. [Reply], [Echo], [Say] and [InTurn] make
// responders, [Replay] makes one of a recording, and any func(Turn) [Answer] is one. What it hears is too: a [Listener],
// such as [Hear] makes, decides what transcription makes of audio. [Session.Inject] sends any other event.
//
// What a client has done is on record: see [Server.Handshakes], [Session.Received], [Session.Sent] and [Session.End];
// [Session.WaitReceived] and its like wait for it.
//
// # Time
//
// A server in memory, which is the default, works inside a testing/synctest bubble: create it there, with the bubble's
// t. Minutes of conversation then take milliseconds, and offsets and delays are exact. Outside of a bubble, output
// takes the time that it would play unless [Options.Pace] says otherwise. With [TCP] it is a server on a port of
// 127.0.0.1, for programs and for what only sockets do.
//
// # Options that are zero
//
//	Transport             Pipe: in memory
//	TLS                   none
//	Keys, Tokens, Models  all are accepted
//	DefaultModel          none: a request without a model or an agent is refused
//	APIVersions           those that are known to have been published
//	ConnectionsPerMinute  no limit
//	Respond               Echo()
//	Hear                  Hear(): the length of the speech in place of its words
//	MCP                   servers have the tools that the session allows; calls return their arguments
//	Pace                  RealTime
//	Latency               0
//	Chunk                 100 ms of audio in a delta
//	SessionLimit          60 minutes
//	CloseTimeout          5 s
//	MessageLimit          32 MiB
//	Link                  a good line
//	Faults                none
//	Forget                everything is kept
//	Lenient               a client that breaks RFC 6455 fails the test
//
// # Faults
//
// [Options.Faults] makes handshakes, frames, events and ends go wrong, at a moment that is given in events or in time;
// [FaultKinds] is the menu. A [Script] is for one connection. Scripts are written by hand or made from a seed, they are
// data, and their text, which [Script.String] writes and [ParseScript] reads, is enough to see the same faults again:
//
//	t.Logf("replay with ParseScript(%q)", srv.Session(0).Script())
//
// [Link] is a bad line below either side: latency, bandwidth, small pieces, a cut, a black hole.
//
// # What it does not promise
//
// It follows the published description of the protocol and what is known of the service, which says less than one would
// like: it is not the service. In particular,
//
//   - the relative order of events that the service does not specify, such as transcription and response, is one of
//     several that a client must accept; identifiers, texts of errors and most of their codes are the simulator's own;
//   - there is no model: instructions, temperature, tool choice and the like are in the configuration and change nothing;
//   - turn detection knows loud from quiet; semantic detection, wake words, echo cancellation and noise reduction are
//     accepted as configuration only;
//   - the voice can be told apart from silence and noise, and its words have times and visemes, but it is not speech
//     that one understands, and all voices sound alike;
//   - tokens are estimates from the length of text and audio, and rate limits are told but not enforced, except for
//     connections;
//   - the combinations of features that the service refuses in some models or regions are mostly accepted;
//   - there is no media behind the SDP of avatars and WebRTC, and video is bytes that do not decode;
//   - agents are names: threads are not kept between connections;
//   - nothing is said about speed. [Options.Forget] is for runs with many events.
//
// New versions may send more events, and do more of what the service does. A test should not depend on a complete list
// of events that it did not cause.
package voicelivetest
