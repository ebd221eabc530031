// Package record writes the events of sessions into a cassette, and reads cassettes. It also records the sound of a
// call.
//
// A [Recorder] is an observer of a client:
//
//	recorder := record.New(file, nil)
//	defer recorder.Close()
//	client, err := voicelive.NewClient(endpoint, credential, &voicelive.ClientOptions{Observer: recorder})
//
// Package replay plays a cassette: as the service against a client, and as a client against a service.
//
// # Cassettes
//
// A cassette is text, with one JSON object on a line. The first line is the [Header]. Each of the others is an [Entry]:
// an event of the client or of the service, the beginning or the end of a session, or a loss. A cassette may have
// several sessions. The schema is docs/cassette.schema.json.
//
// Events are kept byte for byte, except for what must not be kept. Credentials are always replaced, and so are SDP and the credentials
// of ICE servers: the names of their members, which [voicelive.IsSecret] knows, stay, with REDACTED as the value. URLs lose
// their user, query and fragment. Audio and text can be shortened or dropped; see [Options]. Text that is kept is not
// searched for credentials.
//
// # A call does not wait
//
// A recorder keeps events in memory, [Options].Buffer at most, until a goroutine has written them. If the writer is
// slower than the call, or fails, the call goes on: events are not recorded, the cassette says how many, and
// [Recorder.Close] returns an error. A cassette whose end is missing can be read up to there.
//
// # Sound
//
// A [Sound] writes the sound of a call as a stereo WAV file, as the user heard it: the user on the left, the assistant on
// the right, with silence where nobody spoke, and without the audio that was interrupted.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. The version of the format grows with each change that older readers
// do not understand; readers take all versions up to theirs. Methods of a Recorder and a Sound may be called from any
// goroutine, those of a [Reader] from one at a time.
package record
