package audio

import "math"

// A Level is how loud a piece of audio is. Both values are between 0 and 1, the
// full scale.
type Level struct {
	Peak float64 // the largest magnitude of a sample
	RMS  float64 // the root of the mean square
}

// LevelOf returns the level of 16-bit PCM, over all channels. Without a sample it is
// zero.
func LevelOf(pcm []byte) Level {
	n, peak, squares := len(pcm)/2, 0, 0.0
	if n == 0 {
		return Level{}
	}
	for ; len(pcm) >= 2; pcm = pcm[2:] {
		s := int(sample(pcm))
		squares += float64(s * s)
		peak = max(peak, s, -s)
	}
	return Level{Peak: float64(peak) / -math.MinInt16, RMS: math.Sqrt(squares/float64(n)) / -math.MinInt16}
}

// DBFS returns a value of a [Level] in decibels relative to full scale: 0 for 1,
// less for everything below, negative infinity for 0.
func DBFS(value float64) float64 { return 20 * math.Log10(value) }
