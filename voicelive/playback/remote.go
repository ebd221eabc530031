package playback

import "github.com/go-voicelive/voicelive-go/voicelive"

// Audio that does not pass here: that of an avatar and of WebRTC. The service tells
// when it can be heard, and clears it.

func init() { remoteAudio = remote{(*machine).handleRemote, (*machine).clearRemote} }

func (m *machine) handleRemote(event voicelive.ServerEvent) {
	switch event.(type) {
	case *voicelive.ServerEventSessionAvatarSwitchToSpeaking, *voicelive.ServerEventOutputAudioBufferStarted:
		m.remote = true
	case *voicelive.ServerEventSessionAvatarSwitchToIdle, *voicelive.ServerEventOutputAudioBufferStopped,
		*voicelive.ServerEventOutputAudioBufferCleared:
		m.remote = false
		if !m.paused {
			m.awaited = m.awaited[:0]
		}
	}
}

func (m *machine) clearRemote() {
	m.send(&voicelive.ClientEventOutputAudioBufferClear{EventID: new(m.key())})
}
