package voicelivetest

import (
	"math"
	"time"
)

const (
	vadWindow = 10 * time.Millisecond
	// vadGap is the longest silence within a word: stops such as the p of "happy".
	vadGap = 100 * time.Millisecond
)

// vad finds speech by its energy, in windows of 10 ms.
type vad struct {
	rate     int
	rest     []int16       // less than a window
	position time.Duration // end of the last window, since the session began
	speaking bool
	onset    time.Duration // of what may be or is speech
	loud     time.Duration // end of the last loud window
	heard    bool          // onset and loud are set
}

// boundary is the beginning or the end of speech.
type boundary struct {
	started bool
	at      time.Duration // the onset, or the end of the silence that ended it
}

// feed takes samples and calls found at every boundary.
func (v *vad) feed(samples []int16, t *turnDetection, found func(boundary)) {
	v.rest = append(v.rest, samples...)
	n := int(vadWindow * time.Duration(v.rate) / time.Second)
	used := 0
	for ; len(v.rest)-used >= n; used += n {
		v.window(level(v.rest[used:used+n]) >= threshold(t.Threshold), t, found)
	}
	v.rest = append(v.rest[:0], v.rest[used:]...)
}

func (v *vad) window(loud bool, t *turnDetection, found func(boundary)) {
	start := v.position
	v.position += vadWindow
	if loud {
		if !v.heard {
			v.heard, v.onset = true, start
		}
		v.loud = v.position
	}
	if !v.heard {
		return
	}
	quiet := v.position - v.loud
	switch {
	case !v.speaking && quiet > vadGap:
		v.heard = false
	case !v.speaking && loud && v.position-v.onset >= milliseconds(t.SpeechDurationMS):
		v.speaking = true
		found(boundary{started: true, at: v.onset})
	case v.speaking && quiet >= milliseconds(t.SilenceDurationMS):
		v.speaking, v.heard = false, false
		found(boundary{at: v.position})
	}
}

// level is the root mean square of samples, in dB below full scale.
func level(samples []int16) float64 {
	var sum float64
	for _, v := range samples {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(len(samples))/(1<<30)+1e-12)
}

// threshold is the level, in dB, from which sound is speech: -60 for 0, -40 for 0.5, -20 for 1.
func threshold(t float64) float64 { return -60 + 40*t }
