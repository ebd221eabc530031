package voicelive

func init() {
	secretFeatures = append(secretFeatures, secretFeature{
		configure: func(s *RequestSession) {
			s.Avatar = &AvatarConfig{Character: "c", ICEServers: []ICEServer{{
				URLs: []string{"turn:u:" + canary + "turn@h"}, Username: new(canary + "user"), Credential: new(canary + "ice"),
			}}}
		},
		invalidate: func(s *RequestSession) { s.Avatar.Video = &VideoParams{Bitrate: new(-1)} },
		wire:       []string{canary + "ice"},
		sent: func(*RequestSession) ClientEvent {
			return &ClientEventSessionAvatarConnect{ClientSDP: "a=ice-pwd:" + canary + "sdp"}
		},
		values: func(s *RequestSession) []any {
			return []any{&ClientEventSessionAvatarConnect{ClientSDP: canary + "sdp"}, &ServerEventSessionAvatarConnecting{ServerSDP: canary + "sdp"},
				s.Avatar, &s.Avatar.ICEServers[0], &ResponseSession{Avatar: s.Avatar}}
		},
	})
}
