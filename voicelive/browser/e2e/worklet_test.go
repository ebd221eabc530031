package e2e_test

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive/browser"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// The worklet's resampler passes what both rates have, within 0.1 dB, and lets nothing else through, below 60 dB. It
// gives as much as it takes.
func TestTheResamplerOfTheWorklet(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{})
	reply, err := http.Get(s.server.URL + "/worklet.js")
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	source, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	p := silent(t)
	p.open(s.server.URL)
	evaluate[bool](p, fmt.Sprintf(`(() => {
		class AudioWorkletProcessor {}
		const sampleRate = 48000, registerProcessor = () => {};
		%s;
		// measure returns the size of the output of a second of a tone, and its level.
		globalThis.measure = (from, to, hz) => {
			const resampler = new Resampler(from, to);
			let at = 0, size = 0, energy = 0, counted = 0;
			const pull = () => at < from ? Math.sin(2 * Math.PI * hz * at++ / from) : null;
			for (let sample = resampler.next(pull); sample !== null; sample = resampler.next(pull)) {
				if (++size > to / 4 && size < to * 3 / 4) { energy += sample * sample; counted++; }
			}
			return [size, Math.sqrt(2 * energy / counted)];
		};
		return true;
	})()`, source))
	for _, rates := range [][2]float64{
		{48000, 24000}, {24000, 48000}, {44100, 24000}, {24000, 44100}, {48000, 16000}, {16000, 48000},
		{44100, 8000}, {8000, 44100}, {24000, 24000}, {96000, 24000}, {22050, 24000},
	} {
		nyquist := min(rates[0], rates[1]) / 2
		for _, share := range []float64{0.02, 0.3, 0.84} {
			size, level := measure(p, rates, share*nyquist)
			if db := 20 * math.Log10(level); math.Abs(db) > 0.1 || math.Abs(size-rates[1]) > 1 {
				t.Errorf("%v: at %.0f Hz %.2f dB, %v samples", rates, share*nyquist, db, size)
			}
		}
		for _, share := range []float64{1.1, 1.5} {
			if hz := share * nyquist; hz < rates[0]/2 {
				if _, level := measure(p, rates, hz); level > 0.001 {
					t.Errorf("%v: at %.0f Hz %.1f dB come through", rates, hz, 20*math.Log10(level))
				}
			}
		}
	}
}

func measure(p *tab, rates [2]float64, hz float64) (size, level float64) {
	p.t.Helper()
	got := evaluate[[2]float64](p, fmt.Sprintf("measure(%v, %v, %v)", rates[0], rates[1], hz))
	return got[0], got[1]
}
