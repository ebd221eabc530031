package voicelive

func init() {
	call := func(s *RequestSession) *ClientEventRTCCallSDPCreate {
		return &ClientEventRTCCallSDPCreate{SDPOffer: canary + "sdp", Session: s}
	}
	secretFeatures = append(secretFeatures, secretFeature{
		sent: func(s *RequestSession) ClientEvent { return call(s) },
		values: func(s *RequestSession) []any {
			return []any{call(s), &ServerEventRTCCallSDPCreated{SDPAnswer: canary + "sdp"}}
		},
	})
}
