package voicelive_test

import "github.com/go-voicelive/voicelive-go/voicelive"

func init() {
	video := func(v voicelive.VideoParams) voicelive.ClientEvent {
		return sessionUpdate(voicelive.RequestSession{Avatar: &voicelive.AvatarConfig{Character: "lisa", Video: &v}})
	}
	violations["client_sdp is required"] = &voicelive.ClientEventSessionAvatarConnect{}
	violations["session.avatar.video.gop_size must be at most 2000"] = video(voicelive.VideoParams{GOPSize: new(2001)})
	violations["session.avatar.video.crop.top_left must have at least 2 elements"] = video(
		voicelive.VideoParams{Crop: &voicelive.VideoCrop{TopLeft: []int{1}, BottomRight: []int{1, 2}}})
}
