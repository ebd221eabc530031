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
	position time.Duration // end of the last window, since the session began
	speaking bool
	onset    time.Duration // of what may be or is speech
	loud     time.Duration // end of the last loud window
	heard    bool          // onset and loud are set
}

// window takes the next window. If it is a boundary of speech, speaking changes, and the result is when: the onset, or
// the end of the silence that ended the speech. If not, it is negative.
func (v *vad) window(loud bool, t *turnDetection) (boundary time.Duration) {
	start := v.position
	v.position += vadWindow
	if loud {
		if !v.heard {
			v.heard, v.onset = true, start
		}
		v.loud = v.position
	}
	if !v.heard {
		return -1
	}
	silence := v.position - v.loud
	switch {
	case !v.speaking && silence > vadGap:
		v.heard = false
	case !v.speaking && loud && v.position-v.onset >= milliseconds(t.SpeechDurationMS):
		v.speaking = true
		return v.onset
	case v.speaking && silence >= milliseconds(t.SilenceDurationMS):
		v.speaking, v.heard = false, false
		return v.position
	}
	return -1
}

// energy is the mean square of samples from which sound is speech, for a threshold from 0 to 1: 60, 40 and 20 dB below
// full scale for 0, 0.5 and 1.
func energy(threshold float64) float64 { return math.Pow(10, (-60+40*threshold)/10) * (1 << 30) }
