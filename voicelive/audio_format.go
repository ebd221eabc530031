package voicelive

import (
	"fmt"
	"math"
	"time"
)

// The largest numbers that an AudioWriter takes. Both are far above what the service takes.
const (
	maxSampleRate = 768_000
	maxChannels   = 64
)

// An audioFormat is how raw audio is laid out.
type audioFormat struct {
	sample    int // bytes of a sample of all channels
	perSecond int // bytes
}

// inputFormat returns the format of input audio. It is that of the session, whose
// configuration may be nil, and the options must not contradict it.
func inputFormat(o *AudioWriterOptions, session *ResponseSession) (audioFormat, error) {
	want := &ResponseSession{}
	if session != nil {
		want = session
	}
	format := o.Format
	if have := want.InputAudioFormat; have != "" {
		if format != "" && format != have {
			return audioFormat{}, fmt.Errorf("voicelive: AudioWriterOptions.Format is %q, but that of the session is %q", format, have)
		}
		format = have
	}
	width, rate := 1, 8000
	switch format {
	case "", InputAudioFormatPCM16:
		width, rate = 2, 24000
	case InputAudioFormatG711ULaw, InputAudioFormatG711ALaw:
	default:
		return audioFormat{}, fmt.Errorf("voicelive: audio of format %q is not known; send it with AppendInputAudioBuffer", format)
	}
	if have := want.InputAudioSamplingRate; have != nil {
		if o.SampleRate != 0 && o.SampleRate != *have {
			return audioFormat{}, fmt.Errorf("voicelive: AudioWriterOptions.SampleRate is %d Hz, but that of the session is %d Hz", o.SampleRate, *have)
		}
		rate = *have
	} else if o.SampleRate != 0 {
		rate = o.SampleRate
	}
	if rate <= 0 || rate > maxSampleRate {
		return audioFormat{}, fmt.Errorf("voicelive: a sample rate of %d Hz is not within 1 and %d", rate, maxSampleRate)
	}
	if o.Channels < 0 || o.Channels > maxChannels {
		return audioFormat{}, fmt.Errorf("voicelive: AudioWriterOptions.Channels of %d is not within 0 and %d", o.Channels, maxChannels)
	}
	sample := width * max(o.Channels, 1)
	return audioFormat{sample: sample, perSecond: rate * sample}, nil
}

// bytes returns the whole samples in d, at least one, and false if they are more than limit.
func (f audioFormat) bytes(d time.Duration, limit int) (n int, ok bool) {
	size := d.Seconds() * float64(f.perSecond)
	if size > float64(limit) || f.sample > limit {
		return 0, false
	}
	samples := int(math.Round(size)) / f.sample
	return max(samples, 1) * f.sample, true
}

// duration returns how long n bytes sound.
func (f audioFormat) duration(n int) time.Duration {
	return time.Duration(int64(n) * int64(time.Second) / int64(f.perSecond))
}
