// Package floor decides when the client may ask for a response.
//
// The service generates one response at a time, and creates one by itself after speech
// of the user. A response.create at the wrong moment is refused, cancels the current
// response, or makes the model talk into the user's speech. A [Floor] watches
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
//   - a response is expected: the user has spoken, and the service will create a
//     response by itself, until response.created;
//   - a response of the conversation is generated, from response.created to response.done;
//   - somebody holds the floor with [Floor.Hold], such as a tool that runs.
//
// A request with AfterHeard also waits while the user hears audio of the assistant.
// Each of these states has a limit, since any event can be lost; see [Limits]. When a
// limit has passed, the Floor calls [Options.Watchdog].
//
// # Outcomes of requests
//
// Each request ends as one of done, satisfied, refused, dropped and withdrawn; see
// [Outcome]. One response serves all waiting requests without parameters of their own. If
// the service creates a response by itself after the items of a request were confirmed,
// that response satisfies the request, so that the assistant says nothing twice.
//
// The Floor sends no response.create for the conversation between speech_started and
// speech_stopped. Both can still cross on the wire. Then the Floor cancels the response by
// its id and calls [Options.Dropped], so that its audio is not played. The requests of the
// response wait again.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. The methods of a [Floor] and of a [Handle] may
// be called from any goroutine.
package floor
