// Package acs connects telephone calls of Azure Communication Services: each call is a leg.
//
// Communication Services tells of a call by an event, takes the request to answer it, and then opens a WebSocket to
// the application, on which audio goes both ways. A [Handler] takes that socket, [IncomingCall] the event and
// [Callbacks] what happens later:
//
//	tokens := &acs.Tokens{Resource: resourceID}
//	mux.Handle("/media", &acs.Handler{Tokens: tokens, Client: client, Serve: func(ctx context.Context, call *acs.Call) error {
//		_, err := a.Serve(ctx, call) // of an agent.Agent
//		return err
//	}})
//	mux.Handle("/incoming", &acs.IncomingCall{Client: client, Stream: acs.Stream{URL: "wss://…/media"}, Callback: "https://…/callbacks", Key: key})
//	mux.Handle("/callbacks", &acs.Callbacks{Tokens: tokens})
//
// # Audio
//
// It is PCM at 24 kHz, the format of the service, or at 16 kHz, and passes through as it is. Communication Services
// does not tell what it has played. Audio is therefore sent in real time, Handler.Lead before it is heard, and
// [Call.Position] is that clock.
//
// # Security
//
// Whoever opens the socket opens a session at your expense. Each request has a token that Communication Services
// signed, and [Tokens] checks it before anything else happens: signature, issuer, resource and time. A token
// opens one socket. Serve is called behind that and behind AudioMetadata.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. Handlers may be used for any number of calls
// at once. Package acstest plays Communication Services for tests.
package acs
