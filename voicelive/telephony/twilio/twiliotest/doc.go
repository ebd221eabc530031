// Package twiliotest is Twilio for tests, as net/http/httptest is a web server: in the same process,
// without an account and without a network.
//
//	synctest.Test(t, func(t *testing.T) {
//		user := legtest.New(t, leg.MuLaw)
//		network := twiliotest.New(t, handler, &twiliotest.Options{
//			AuthToken: "secret", Webhook: "https://example.com/answer",
//		})
//		call, err := network.Call(user.MarkedLeg())
//		…
//		user.Say("Hello!")
//		user.Listen()
//		user.HangUp()
//		call.Wait()
//	})
//
// A call has two ends: the program under test, an [http.Handler], and the phone of a person, a
// [leg.Leg], such as that of package legtest. The [Network] asks the webhook for TwiML, connects its
// stream, and carries audio, keys, marks and gaps from one to the other, signed and written as
// Twilio does. The phone has the clock: inside of a testing/synctest bubble time is virtual.
//
// The program's requests to the REST API go to [Network.Client]. A message of the program that
// Twilio would not understand fails the test.
//
// # What it does not promise
//
// The package follows the published description, and shares no code with package twilio. Twilio
// itself may do other things, in particular with messages that are wrong. Of TwiML it understands Connect
// with a Stream and its Parameters.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. Methods may be called from any goroutine.
package twiliotest
