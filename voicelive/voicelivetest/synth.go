package voicelivetest

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
)

// The voice reads letters, not phonemes: a vowel is three resonances over a buzz, a consonant is noise, a hum or a stop.
// It is no speech that one understands, but it has the rhythm, the pitch and the spectrum of some, so that it can be
// listened to, and so that a detector of speech takes it for speech.

const (
	perLetter = 65 * time.Millisecond
	perSpace  = 55 * time.Millisecond
	perStop   = 250 * time.Millisecond // after . ! ? and the like
	pitch     = 120.0                  // in Hz, at the beginning
)

// sound is how a letter sounds.
type sound struct {
	formants [3]float64 // in Hz
	buzz     float64    // of the voice
	noise    float64
	viseme   int // as in the Speech service's table
}

// sounds are the letters. What is not here sounds like a vowel in the middle.
var sounds = map[rune]sound{
	'a': {[3]float64{730, 1090, 2440}, 1, 0, 2},
	'e': {[3]float64{530, 1840, 2480}, 1, 0, 4},
	'i': {[3]float64{270, 2290, 3010}, 1, 0, 6},
	'o': {[3]float64{570, 840, 2410}, 1, 0, 8},
	'u': {[3]float64{300, 870, 2240}, 1, 0, 7},
	'y': {[3]float64{270, 2100, 2900}, .8, 0, 6},
	'b': {[3]float64{200, 1100, 2150}, .4, .05, 21},
	'd': {[3]float64{200, 1600, 2600}, .4, .1, 19},
	'g': {[3]float64{200, 1990, 2850}, .4, .1, 20},
	'p': {[3]float64{400, 1100, 2150}, 0, .15, 21},
	't': {[3]float64{400, 1600, 2600}, 0, .25, 19},
	'k': {[3]float64{300, 1990, 2850}, 0, .2, 20},
	'c': {[3]float64{300, 1990, 2850}, 0, .25, 20},
	'q': {[3]float64{300, 1990, 2850}, 0, .2, 20},
	'f': {[3]float64{340, 1100, 2080}, 0, .25, 18},
	'v': {[3]float64{220, 1100, 2080}, .5, .1, 18},
	's': {[3]float64{320, 1390, 2530}, 0, .5, 15},
	'z': {[3]float64{240, 1390, 2530}, .5, .3, 15},
	'x': {[3]float64{320, 1390, 2530}, 0, .4, 15},
	'h': {[3]float64{490, 1480, 2500}, 0, .2, 12},
	'j': {[3]float64{260, 2070, 3020}, .5, .2, 16},
	'l': {[3]float64{310, 1050, 2880}, .7, 0, 14},
	'r': {[3]float64{310, 1060, 1380}, .7, 0, 13},
	'm': {[3]float64{270, 1000, 2200}, .6, 0, 21},
	'n': {[3]float64{270, 1340, 2470}, .6, 0, 19},
	'w': {[3]float64{290, 610, 2150}, .7, 0, 7},
}

var murmur = sound{[3]float64{500, 1500, 2500}, .9, 0, 1}

// voice is a text that was spoken.
type voice struct {
	rate    int
	samples []int16
	words   []spoken
	mouth   []shape
}

type spoken struct {
	text            string // with the space that follows
	start, duration time.Duration
}

// shape is a position of the mouth.
type shape struct {
	at     time.Duration
	viseme int
}

func (v *voice) duration() time.Duration {
	return time.Duration(len(v.samples)) * time.Second / time.Duration(v.rate)
}

func (v *voice) position(d time.Duration) int {
	return min(int(d*time.Duration(v.rate)/time.Second), len(v.samples))
}

// between are the samples between two times.
func (v *voice) between(at, end time.Duration) []int16 {
	return v.samples[v.position(at):v.position(end)]
}

// synthesize reads a text at a sampling rate. The same text sounds the same.
func synthesize(text string, rate int) *voice {
	v := &voice{rate: rate}
	throat := newThroat(rate)
	for _, word := range words(text) {
		start := v.duration()
		for _, letter := range strings.ToLower(word) {
			v.say(throat, letter)
		}
		v.words = append(v.words, spoken{word, start, v.duration() - start})
	}
	v.mouth = append(v.mouth, shape{v.duration(), 0})
	return v
}

func (v *voice) say(t *throat, letter rune) {
	switch {
	case unicode.IsSpace(letter):
		v.samples = append(v.samples, make([]int16, v.count(perSpace))...)
	case strings.ContainsRune(".!?;:", letter):
		v.mouth = append(v.mouth, shape{v.duration(), 0})
		v.samples = append(v.samples, make([]int16, v.count(perStop))...)
		t.pitch = pitch
	case unicode.IsPunct(letter):
		v.samples = append(v.samples, make([]int16, v.count(perSpace))...)
	default:
		s, ok := sounds[letter]
		if !ok {
			s = murmur
		}
		v.mouth = append(v.mouth, shape{v.duration(), s.viseme})
		v.samples = t.utter(v.samples, s, v.count(perLetter))
	}
}

func (v *voice) count(d time.Duration) int { return int(d * time.Duration(v.rate) / time.Second) }

// throat makes sound: a source, and three resonators in parallel.
type throat struct {
	rate  float64
	pitch float64 // falls towards the end of a sentence
	phase float64
	noise uint32
	state [3][2]float64
}

func newThroat(rate int) *throat { return &throat{rate: float64(rate), pitch: pitch, noise: 1} }

// utter appends n samples of a sound.
//
//go:norace
func (t *throat) utter(dst []int16, s sound, n int) []int16 {
	dst = slices.Grow(dst, n)
	var a, b, gain [3]float64
	for i, f := range s.formants {
		radius := math.Exp(-math.Pi * (60 + 40*float64(i)) / t.rate)
		a[i], b[i] = 2*radius*math.Cos(2*math.Pi*f/t.rate), -radius*radius
		if f < t.rate/2 {
			gain[i] = (1 - radius) / float64(i+1)
		}
	}
	for i := range n {
		x := t.source(s)
		var y float64
		for k := range t.state {
			z := x + a[k]*t.state[k][0] + b[k]*t.state[k][1]
			t.state[k][1], t.state[k][0] = t.state[k][0], z
			y += z * gain[k]
		}
		edge := float64(min(i, n-1-i)) / (0.008 * t.rate)
		dst = append(dst, int16(20000*math.Tanh(1.5*y*min(1, 0.2+edge))))
	}
	t.pitch = max(t.pitch*0.995, 0.7*pitch)
	return dst
}

// source is a buzz, as of the vocal cords, and noise.
//
//go:norace
func (t *throat) source(s sound) float64 {
	t.phase += t.pitch / t.rate
	x := 0.0
	if t.phase >= 1 {
		t.phase--
		x = s.buzz * 8 * t.rate / 24000
	}
	t.noise = t.noise*1664525 + 1013904223
	return x + s.noise*(float64(t.noise>>16)/(1<<15)-1)*2
}

// recorded spreads a text over audio of 24 kHz, at another sampling rate.
func recorded(text string, audio []int16, rate int) *voice {
	v := &voice{rate: rate, samples: make([]int16, len(audio)*rate/24000)}
	for i := range v.samples {
		v.samples[i] = audio[i*24000/rate]
	}
	said := 0
	for _, word := range words(text) {
		at := func(n int) time.Duration { return v.duration() * time.Duration(n) / time.Duration(max(len(text), 1)) }
		v.words = append(v.words, spoken{word, at(said), at(said+len(word)) - at(said)})
		said += len(word)
	}
	return v
}
