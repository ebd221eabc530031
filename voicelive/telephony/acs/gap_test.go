package acs

import (
	"context"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

func TestGapsBetweenPackets(t *testing.T) {
	const ms = time.Millisecond
	for name, test := range map[string]struct {
		begin []time.Duration // of packets of 20 ms; less than 0 is without a time
		want  []time.Duration
	}{
		"none":                    {[]time.Duration{0, 20 * ms, 40 * ms}, []time.Duration{0, 0, 0}},
		"jitter":                  {[]time.Duration{0, 50 * ms, 45 * ms, 60 * ms}, []time.Duration{0, 0, 0, 0}},
		"a second":                {[]time.Duration{0, 1020 * ms, 1040 * ms}, []time.Duration{0, 1000 * ms, 0}},
		"a clock that runs fast":  {[]time.Duration{0, 50 * ms, 80 * ms, 110 * ms}, []time.Duration{0, 0, 0, 0}},
		"and faster":              {[]time.Duration{0, 50 * ms, 80 * ms, 130 * ms}, []time.Duration{0, 0, 0, 70 * ms}},
		"a clock that jumps back": {[]time.Duration{time.Hour, 0, 20 * ms, 140 * ms}, []time.Duration{0, 0, 0, 100 * ms}},
		"a year":                  {[]time.Duration{0, 365 * 24 * time.Hour}, []time.Duration{0, 10 * time.Second}},
		"no times":                {[]time.Duration{-1, -1, 0, -1, 20 * ms}, []time.Duration{0, 0, 0, 0, 0}},
	} {
		c := &Call{format: leg.PCM24kHz}
		for i, begin := range test.begin {
			p := packet{audio: make([]byte, 960)}
			if begin >= 0 {
				p.at = time.Unix(1e9, 0).Add(begin)
			}
			if got := c.gap(p); got != test.want[i] {
				t.Errorf("%s: packet %d has a gap of %v, want %v", name, i, got, test.want[i])
			}
		}
	}
}

// A Call does what package leg asks of legs, and its methods refuse a context that has ended.
func TestACallIsALeg(t *testing.T) {
	var l leg.Leg = &Call{format: leg.PCM24kHz}
	if _, ok := leg.As[leg.Positioner](l); !ok {
		t.Error("it is no Positioner")
	}
	if _, ok := leg.As[leg.Transferer](l); !ok {
		t.Error("it is no Transferer")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if l.Play(ctx, make([]byte, 2)) != context.Canceled || l.Clear(ctx) != context.Canceled {
		t.Error("a context that has ended does not count")
	}
}
