package voicelivetest

import (
	"github.com/go-voicelive/voicelive-go/voicelive"
)

func init() {
	features = append(features, feature{
		events: map[voicelive.ClientEventType]func(*Session, voicelive.ClientEvent){
			voicelive.ClientEventTypeRTCCallSDPCreate: func(s *Session, e voicelive.ClientEvent) {
				s.createCall(e.(*voicelive.ClientEventRTCCallSDPCreate))
			},
		},
		silent:  func(s *Session) bool { return s.rtc },
		playing: (*speech).playingCall,
	})
}

// createCall replies to the SDP of a WebRTC call.
func (s *Session) createCall(e *voicelive.ClientEventRTCCallSDPCreate) {
	if e.SDPOffer == "" {
		s.missingSDP()
		return
	}
	if !s.valid(e) {
		return
	}
	if e.Session != nil {
		s.updateSession(e.Session, e.GetEventID())
	}
	s.rtc = true
	s.emit(&voicelive.ServerEventRTCCallSDPCreated{RTCCallID: s.id("rtc"), SDPAnswer: simulatedSDP})
}

// missingSDP is the error for a call without an offer.
func (s *Session) missingSDP() {
	s.emit(&voicelive.ServerEventRTCCallError{
		Operation: new(string(voicelive.ClientEventTypeRTCCallSDPCreate)),
		Error:     voicelive.RTCCallErrorDetails{Type: "invalid_request_error", Code: new("missing_sdp"), Message: "There is no SDP offer"},
	})
}

// playingCall says that the service begins or ends to play audio.
func (p *speech) playingCall(on bool) {
	r, s := p.r, p.r.s
	switch {
	case s.rtc && on:
		s.emit(&voicelive.ServerEventOutputAudioBufferStarted{ResponseID: &r.id})
	case s.rtc:
		s.emit(&voicelive.ServerEventOutputAudioBufferStopped{ResponseID: &r.id})
	}
}
