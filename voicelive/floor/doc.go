// Package floor decides when a response may be asked for.
//
// The service generates one response at a time, and answers by itself when the user
// has spoken. A response.create that is sent at the wrong moment is refused, cancels what
// is being said, or makes the model talk into the user's speech. A [Floor] watches
// the events of a session, and sends a request when nobody speaks:
//
//	f := floor.New(ctx, session, nil)
//	request := f.Request(floor.Request{Items: []string{outputID}})
//
// and, in the receive loop, for each event:
//
//	f.HandleEvent(ctx, event)
//
// # Who has the floor
//
// A request waits while
//
//   - the user speaks, from speech_started to speech_stopped;
//   - a response is expected: the user has spoken, and the service will answer by
//     itself, until response.created;
//   - a response of the conversation is generated, from response.created to response.done;
//   - somebody holds the floor with [Floor.Hold], such as a tool that runs.
//
// Audio that the user still hears holds nothing, unless the request asks for that
// with AfterHeard. Each of these states has a limit, since any event can be lost; see
// [Limits]. Passing one is told to [Options.Watchdog].
//
// # What becomes of a request
//
// Each request ends as one of done, satisfied, refused, dropped and withdrawn; see
// [Outcome]. Requests without parameters of their own coalesce: one response serves all that
// wait. If the service creates a response by itself after the items of a request were
// confirmed, that response satisfies the request, and nothing is said twice.
//
// No response.create of the conversation is sent after speech_started was handled. Both
// can still cross on the wire. A response that crossed is cancelled by its id, its id is
// told to [Options.Dropped] so that its audio is not played, and its requests wait again.
package floor
