package voicelivetest

import (
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A feature is a part of the service that not every version of the API has. Its code is in a file of its own, which adds
// it to features. Nothing else refers to that file, so that deleting the file removes the feature. Unused fields are nil.
type feature struct {
	// events handle the client events of the feature. The event may be invalid: see valid.
	events map[voicelive.ClientEventType]func(*Session, voicelive.ClientEvent)
	// refuses returns the problem with a change of the configuration; stereo is true if input has two channels.
	refuses func(*voicelive.RequestSession) *problem
	stereo  func(*voicelive.ResponseSession) bool
	// configured comes after a change of the configuration.
	configured func(*Session)
	// silent reports whether audio does not go over the socket.
	silent func(*Session) bool
	// begin comes before the output of a response.
	begin func(*response)
	// delay comes before a response, or a tool that it calls, takes its time.
	delay func(*response, time.Duration)
	// playing comes when the audio of a message begins, and when it ends.
	playing func(p *speech, on bool)
	// beside comes with the audio between two times, ended after all of it.
	beside func(p *speech, v *voice, at, end time.Duration)
	ended  func(p *speech)
}

// features are all of them, in the order of their files.
var features []feature

// dispatchToFeature gives an event to the feature that has it; it reports false if none does.
func (s *Session) dispatchToFeature(event voicelive.ClientEvent) bool {
	for _, f := range features {
		if do, ok := f.events[event.EventType()]; ok {
			do(s, event)
			return true
		}
	}
	return false
}
