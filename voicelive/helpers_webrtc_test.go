package voicelive

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func init() {
	const created = `{"type":"rtc.call.sdp.created","rtc_call_id":"1","sdp_answer":"y"}`
	moreConfirmed = append(moreConfirmed, confirmed{&ClientEventRTCCallSDPCreate{SDPOffer: "x"}, []string{created}})
	helperCalls = append(helperCalls, helperCall{ClientEventTypeRTCCallSDPCreate, func(ctx context.Context, s *Session) error {
		_, err := s.CreateRTCCallSDPAndWait(ctx, "sdp", nil)
		return err
	}, created})
}

func TestACallThatTheServiceRefusesIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, answerAll(func(map[string]any) []string {
			return []string{`{"type":"rtc.call.error","operation":"rtc.call.sdp.create","error":{"type":"t","code":"c","message":"m"}}`}
		}))
		defer stop()
		_, err := s.CreateRTCCallSDPAndWait(t.Context(), "offer", nil)
		if e, ok := errors.AsType[*ServiceError](err); !ok || e.Code != "c" {
			t.Errorf("got %v", err)
		}
	})
}
