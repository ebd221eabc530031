package agent

import (
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

func init() {
	observeMedia = func(c *Conversation, now time.Time, event voicelive.ServerEvent) {
		switch e := event.(type) {
		case *voicelive.ServerEventOutputAudioBufferStarted:
			if e.ResponseID != nil {
				c.mediaStarted(now, *e.ResponseID)
			}
		case *voicelive.ServerEventOutputAudioBufferStopped, *voicelive.ServerEventOutputAudioBufferCleared:
			c.mediaStopped(now)
		}
	}
}
