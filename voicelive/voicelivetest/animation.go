package voicelivetest

import (
	"math"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

const (
	blendshapes   = 55 // of the face, as the Speech service counts them
	framesPerTime = time.Second / 30
)

func init() {
	features = append(features, feature{beside: (*speech).animate, ended: (*speech).animated})
}

// animates reports whether the session wants an animation output.
func (p *speech) animates(output voicelive.AnimationOutputType) bool {
	a := p.r.s.config.view.Animation
	if a != nil && a.Outputs == nil {
		return output == voicelive.AnimationOutputTypeBlendshapes // the service's default
	}
	return a != nil && slices.Contains(a.Outputs, output)
}

// animate sends the face that goes with the audio between two times.
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
