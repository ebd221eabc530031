package voicelivetest

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

const (
	blendshapes   = 55 // of the face, as the Speech service counts them
	framesPerTime = time.Second / 30
	videoFrame    = 256 // bytes of what stands for video, per chunk of audio
)

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

// connectAvatar replies to the client's SDP. There is no media behind the reply.
func (s *Session) connectAvatar(e *voicelive.ClientEventSessionAvatarConnect) {
	if s.config.view.Avatar == nil {
		s.fail(problem{code: "avatar_not_configured", message: "The session has no avatar", eventID: e.GetEventID()})
		return
	}
	s.avatar = true
	s.emit(&voicelive.ServerEventSessionAvatarConnecting{ServerSDP: simulatedSDP})
	s.emit(&voicelive.ServerEventSessionAvatarSwitchToIdle{})
}

// simulatedSDP is an SDP that no peer can connect to: the discard port, and no candidates.
var simulatedSDP = strings.Join([]string{
	"v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0",
	"a=ice-ufrag:simulated", "a=ice-pwd:simulatedsimulatedsimulated", "a=setup:active", "a=rtpmap:111 opus/48000/2", "a=sendrecv", "",
}, "\r\n")

// createCall replies to the SDP of a WebRTC call.
func (s *Session) createCall(e *voicelive.ClientEventRTCCallSDPCreate) {
	if e.Session != nil {
		s.updateSession(e.Session, e.GetEventID())
	}
	s.rtc = true
	s.emit(&voicelive.ServerEventRTCCallSDPCreated{RTCCallID: s.id("rtc"), SDPAnswer: simulatedSDP})
}

// missingSDP is what a call without an offer gets.
func (s *Session) missingSDP() {
	s.emit(&voicelive.ServerEventRTCCallError{
		Operation: new(string(voicelive.ClientEventTypeRTCCallSDPCreate)),
		Error:     voicelive.RTCCallErrorDetails{Type: "invalid_request_error", Code: new("missing_sdp"), Message: "There is no SDP offer"},
	})
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

// playing says that audio begins or ends where others than the client play it.
func (p *speech) playing(on bool) {
	r, s := p.r, p.r.s
	switch {
	case s.rtc && on:
		s.emit(&voicelive.ServerEventOutputAudioBufferStarted{ResponseID: &r.id})
	case s.rtc:
		s.emit(&voicelive.ServerEventOutputAudioBufferStopped{ResponseID: &r.id})
	case s.avatar && on:
		s.emit(&voicelive.ServerEventSessionAvatarSwitchToSpeaking{TurnID: &r.id})
	case s.avatar:
		s.emit(&voicelive.ServerEventSessionAvatarSwitchToIdle{TurnID: &r.id})
	}
}

// animate sends the face and the picture that go with the audio between two times.
func (p *speech) animate(v *voice, at, end time.Duration) {
	r := p.r
	if p.animates(voicelive.AnimationOutputTypeVisemeID) {
		for _, m := range v.mouth {
			if m.at >= at && m.at < end {
				p.emit(&voicelive.ServerEventResponseAnimationVisemeDelta{
					ResponseID: r.id, ItemID: p.id, OutputIndex: p.index, AudioOffsetMS: int(m.at.Milliseconds()), VisemeID: m.viseme,
				})
			}
		}
	}
	if p.animates(voicelive.AnimationOutputTypeBlendshapes) {
		p.emit(&voicelive.ServerEventResponseAnimationBlendshapeDelta{
			ResponseID: r.id, ItemID: p.id, OutputIndex: p.index, FrameIndex: int(at / framesPerTime), Frames: face(v, at, end),
		})
	}
	if avatar := r.s.config.view.Avatar; avatar != nil && avatar.OutputProtocol == voicelive.AvatarOutputProtocolWebSocket {
		p.emit(&voicelive.ServerEventResponseVideoDelta{OutputIndex: p.index, Codec: voicelive.VideoParamsCodecH264, Delta: make([]byte, videoFrame)})
	}
}

// face opens the jaw with the loudness; all else rests.
func face(v *voice, at, end time.Duration) voicelive.BlendshapeFrameMatrix {
	const jawOpen = 17
	var frames voicelive.BlendshapeFrameMatrix
	for i := at / framesPerTime; i*framesPerTime < end; i++ {
		frame := make([]float64, blendshapes)
		if samples := v.between(i*framesPerTime, (i+1)*framesPerTime); len(samples) > 0 {
			frame[jawOpen] = math.Round(1000*max(0, min(1, (level(samples)+50)/50))) / 1000
		}
		frames = append(frames, frame)
	}
	return frames
}

// level is the root mean square of samples, in dB below full scale.
//
//go:norace
func level(samples []int16) float64 {
	var sum float64
	for _, v := range samples {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(len(samples))/(1<<30)+1e-12)
}

// animated ends the animation.
func (p *speech) animated() {
	r := p.r
	if p.animates(voicelive.AnimationOutputTypeVisemeID) {
		p.emit(&voicelive.ServerEventResponseAnimationVisemeDone{ResponseID: r.id, ItemID: p.id, OutputIndex: p.index})
	}
	if p.animates(voicelive.AnimationOutputTypeBlendshapes) {
		p.emit(&voicelive.ServerEventResponseAnimationBlendshapeDone{ResponseID: r.id, ItemID: p.id, OutputIndex: p.index})
	}
}
