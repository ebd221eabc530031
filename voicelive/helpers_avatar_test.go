package voicelive

import "context"

func init() {
	const connecting = `{"type":"session.avatar.connecting","server_sdp":"y"}`
	moreConfirmed = append(moreConfirmed,
		confirmed{&ClientEventSessionAvatarConnect{ClientSDP: "x"}, []string{connecting}},
		confirmed{&ClientEventOutputAudioBufferClear{}, []string{`{"type":"output_audio_buffer.cleared"}`}})
	helperCalls = append(helperCalls,
		helperCall{ClientEventTypeOutputAudioBufferClear, func(ctx context.Context, s *Session) error { return s.ClearOutputAudioBuffer(ctx) }, ""},
		helperCall{ClientEventTypeSessionAvatarConnect, func(ctx context.Context, s *Session) error {
			_, err := s.ConnectAvatarAndWait(ctx, "sdp")
			return err
		}, connecting})
}
