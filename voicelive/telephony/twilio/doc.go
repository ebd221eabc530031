// Package twilio connects telephone calls of Twilio: Media Streams, in both directions. A
// [Call] is a [leg.Leg], so that an agent can talk to the caller.
//
//	phone := &twilio.Handler{
//		URL:       "wss://example.com/stream",
//		AuthToken: os.Getenv("TWILIO_AUTH_TOKEN"),
//		Serve: func(ctx context.Context, call *twilio.Call) error {
//			_, err := a.Serve(ctx, call) // of an agent.Agent
//			return err
//		},
//	}
//	http.Handle("/stream", phone)
//	http.Handle("/answer", &twilio.Webhook{URL: "https://example.com/answer", Handler: phone})
//
// Twilio asks the second handler what to do with a call, and connects the call to the first
// one. An [Account] makes calls, transfers them and ends them. Package twiliotest is Twilio for
// tests.
//
// # Who may call
//
// A stream costs money, so the Handler serves only calls of Twilio. It checks the signature of
// the request before it accepts the connection; that needs the auth token, and the URL as Twilio
// knows it, since a proxy may change the Host. A signature is the same for all streams of a URL, and
// whoever sees it could use it again. Therefore the TwiML of the Webhook has a ticket for the one
// call, which is valid for a minute, and only once in a process. Serve is called after both.
//
// The server of the handlers should limit the time for a request, and between requests: see
// ReadHeaderTimeout and IdleTimeout of [http.Server].
//
// # Audio
//
// Audio is µ-law at 8 kHz, which the service takes as it is. For a session at 24 kHz give
// Serve's leg to [leg.Convert] with [leg.PCM24kHz].
//
// The connection is always read, since Twilio discards audio for those who read slowly. Ten seconds
// of audio wait for Receive, and what is older becomes a [leg.Input.Gap], as do packets that Twilio
// left out by its own clock, and pauses in which it sends nothing.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. A [Handler] and an [Account] may be used from
// any goroutine; for a [Call] see [leg.Leg].
package twilio
