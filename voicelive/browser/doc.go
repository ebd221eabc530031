// Package browser lets a user talk from a web page: it serves the page, and is the other end
// of the socket that the page talks to.
//
//	talk, err := browser.NewHandler(func(ctx context.Context, call *browser.Call) error {
//		_, err := a.Serve(ctx, call) // of an agent.Agent; a Call is a leg
//		return err
//	}, &browser.Options{Origins: []string{"https://voice.example.com"}})
//	…
//	http.Handle("/talk/", http.StripPrefix("/talk", talk))
//
// The page is embedded: there is no build step, and nothing is loaded from elsewhere. It has the
// microphone with echo cancellation, the transcript of both sides, the tools that run, a level meter,
// mute, and the latency of the last turn. It shows what the application tells it to, see [Call.Show].
// A page of the application's own can import call.js of this one instead.
//
// # The socket
//
// The page asks for a ticket, and opens the socket with it. A ticket is good once and for a short time.
// Both requests must come from an allowed origin. Credentials of the service never reach the page.
// Audio is PCM in binary messages, in the format of [Options.Format], whatever the rate of the user's
// device is. The page reports how much it has played, which is what the user has heard: a Call is a
// [leg.Positioner]. [Limits] bound what a page may send, and how long.
//
// # WebRTC
//
// With [Options.WebRTC], the audio goes directly between the page and the service, and the socket has
// the signalling. A Call is no leg then; give it to [ConnectRTC]. With [Options.Avatar] the page shows the
// video of an avatar, see [ConnectAvatar].
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. The messages between page and server are not part of it.
// The methods of a Handler and of a Call may be called from any goroutine; one goroutine receives.
package browser
