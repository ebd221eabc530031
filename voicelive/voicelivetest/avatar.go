package voicelivetest

import (
	"encoding/json"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

const videoFrame = 256 // bytes of what stands for video, per chunk of audio

func init() {
	features = append(features, feature{
		events: map[voicelive.ClientEventType]func(*Session, voicelive.ClientEvent){
			voicelive.ClientEventTypeSessionAvatarConnect: func(s *Session, e voicelive.ClientEvent) {
				s.connectAvatar(e.(*voicelive.ClientEventSessionAvatarConnect))
			},
			voicelive.ClientEventTypeOutputAudioBufferClear: func(s *Session, _ voicelive.ClientEvent) { s.clearOutput() },
		},
		configured: (*Session).offerICE,
		silent:     func(s *Session) bool { return s.avatar && !s.audits() },
		playing:    (*speech).playingAvatar,
		beside:     (*speech).film,
	})
}

// offerICE adds the service's TURN server to an avatar that has none.
func (s *Session) offerICE() {
	avatar := s.config.view.Avatar
	if avatar == nil || len(avatar.ICEServers) > 0 || avatar.OutputProtocol == voicelive.AvatarOutputProtocolWebSocket {
		return
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(s.config.members["avatar"], &members) != nil {
		return
	}
	members["ice_servers"] = encode([]object{{
		"urls": []string{"turn:relay." + host + ":3478"}, "username": "simulated-user", "credential": "simulated-credential",
	}})
	s.config.members["avatar"] = encode(members)
	s.config.settle()
}

// connectAvatar replies to the client's SDP. The reply leads to no media.
func (s *Session) connectAvatar(e *voicelive.ClientEventSessionAvatarConnect) {
	if !s.valid(e) {
		return
	}
	if s.config.view.Avatar == nil {
		s.fail(problem{code: "avatar_not_configured", message: "The session has no avatar", eventID: e.GetEventID()})
		return
	}
	s.avatar = true
	s.emit(&voicelive.ServerEventSessionAvatarConnecting{ServerSDP: simulatedSDP})
	s.emit(&voicelive.ServerEventSessionAvatarSwitchToIdle{})
}

// clearOutput forgets audio that was not played yet.
func (s *Session) clearOutput() {
	s.played = nil
	s.emit(&voicelive.ServerEventOutputAudioBufferCleared{})
}

// audits reports whether audio is sent on the socket although the avatar speaks.
func (s *Session) audits() bool {
	avatar := s.config.view.Avatar
	return avatar != nil && (avatar.OutputProtocol == voicelive.AvatarOutputProtocolWebSocket || avatar.OutputAuditAudio != nil && *avatar.OutputAuditAudio)
}

// playingAvatar says that the avatar begins or ends to speak.
func (p *speech) playingAvatar(on bool) {
	r, s := p.r, p.r.s
	switch {
	case s.rtc:
	case s.avatar && on:
		s.emit(&voicelive.ServerEventSessionAvatarSwitchToSpeaking{TurnID: &r.id})
	case s.avatar:
		s.emit(&voicelive.ServerEventSessionAvatarSwitchToIdle{TurnID: &r.id})
	}
}

// film sends the picture that goes with a piece of audio.
func (p *speech) film(*voice, time.Duration, time.Duration) {
	if avatar := p.r.s.config.view.Avatar; avatar != nil && avatar.OutputProtocol == voicelive.AvatarOutputProtocolWebSocket {
		p.emit(&voicelive.ServerEventResponseVideoDelta{OutputIndex: p.index, Codec: voicelive.VideoParamsCodecH264, Delta: make([]byte, videoFrame)})
	}
}
