package voicelivetest_test

import (
	"github.com/go-voicelive/voicelive-go/voicelive"
)

func init() {
	scenarios = append(scenarios, scenario{
		name: "a WebRTC call",
		path: "/voice-live/realtime/calls",
		act: func(p *peer) {
			p.sendText(`{"type":"rtc.call.sdp.create","sdp_offer":""}`)
			p.until("rtc.call.error")
			p.send(&voicelive.ClientEventRTCCallSDPCreate{SDPOffer: "v=0"}, &voicelive.ClientEventResponseCreate{})
			p.until("response.done")
		},
	})
}
