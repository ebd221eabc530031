package voicelivetest

import "github.com/go-voicelive/voicelive-go/voicelive"

func init() { features = append(features, feature{refuses: refusesEcho, stereo: stereoForEcho}) }

// refusesEcho tells what is wrong with a reference for echo cancellation, which the client sends in a second channel.
func refusesEcho(update *voicelive.RequestSession) *problem {
	if echo, ok := update.InputAudioEchoCancellation.Get(); ok {
		client := echo.ReferenceSource == voicelive.EchoCancellationReferenceSourceClient
		stereo := echo.Channels != nil && *echo.Channels == 2
		switch {
		case stereo && !client:
			return &problem{code: "invalid_ec_channels_requires_client", param: "session.input_audio_echo_cancellation.channels", message: "Two channels need the reference source client"}
		case client && !stereo:
			return &problem{code: "invalid_ec_reference_channels", param: "session.input_audio_echo_cancellation.channels", message: "The reference source client needs two channels"}
		}
	}
	return nil
}

func stereoForEcho(s *voicelive.ResponseSession) bool {
	echo, ok := s.InputAudioEchoCancellation.Get()
	return ok && echo.Channels != nil && *echo.Channels == 2
}
