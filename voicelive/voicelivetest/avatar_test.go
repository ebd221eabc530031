package voicelivetest_test

import (
	"github.com/go-voicelive/voicelive-go/voicelive"
)

func init() {
	scenarios = append(scenarios, scenario{
		name: "an avatar over WebRTC",
		act: func(p *peer) {
			p.send(update(voicelive.RequestSession{Avatar: &voicelive.AvatarConfig{Character: "lisa"}}))
			p.send(&voicelive.ClientEventSessionAvatarConnect{ClientSDP: "v=0"}, &voicelive.ClientEventResponseCreate{})
			p.until("response.done")
			p.send(&voicelive.ClientEventOutputAudioBufferClear{})
			p.until("output_audio_buffer.cleared")
		},
	}, scenario{
		name: "an avatar over the socket",
		act: func(p *peer) {
			p.send(update(voicelive.RequestSession{Avatar: &voicelive.AvatarConfig{Character: "lisa", OutputProtocol: "websocket"}}))
			p.send(&voicelive.ClientEventSessionAvatarConnect{ClientSDP: "v=0"}, &voicelive.ClientEventResponseCreate{})
			p.until("response.done")
		},
	})
}
