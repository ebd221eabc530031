// Package replay plays cassettes of package record: as the service, against the program that was recorded or a later
// version of it, and as a client, against a service.
//
// # As the service
//
// A [Service] sends what the service sent in the recording, and compares what its client sends with what the client of the
// recording sent:
//
//	func TestAgent(t *testing.T) {
//		synctest.Test(t, func(t *testing.T) {
//			service := replay.NewService(t, cassette, nil)
//			session := service.Connect(t, nil)
//			…
//		})
//	}
//
// The k-th session of the service plays the k-th session of the cassette. An event of the service is sent when the client
// has sent all events that came before it, and after the time that passed in the recording; see [Options].Pace. In a
// bubble of testing/synctest hours take milliseconds.
//
// The client must send the same events in the same order, except that the audio of the user, with input_audio_buffer.append, may
// overtake other events, or be overtaken. Events are equal if all their members are, except
//
//   - audio that is appended, which only must be there;
//   - identifiers that the client makes, such as the event_id, which must be used consistently. Events of the service that
//     have them get those of the client;
//   - what the recorder has replaced or shortened, which is replaced and shortened before the comparison;
//   - members that [Options].Ignore names.
//
// At the first [Difference] the service closes the session with code 1008, and the test fails with the place in the
// cassette and the members that differ.
//
// # As a client
//
// [Drive] sends what the client of the recording sent to a session, for load and regression tests, with the identifiers
// that the service has given in place of those of the recording.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. Later versions may compare more of what differs
// without a reason. Methods may be called from any goroutine.
package replay
