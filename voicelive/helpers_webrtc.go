package voicelive

import "context"

// CreateRTCCallSDPAndWait sends rtc.call.sdp.create with an SDP offer, and returns the
// event that carries the SDP answer of the service. The configuration may be nil.
func (s *Session) CreateRTCCallSDPAndWait(ctx context.Context, offer string, session *RequestSession) (*ServerEventRTCCallSDPCreated, error) {
	return do[*ServerEventRTCCallSDPCreated](ctx, s, &ClientEventRTCCallSDPCreate{SDPOffer: offer, Session: session})
}
