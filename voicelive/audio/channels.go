package audio

// AppendStereo appends two mono streams of 16-bit PCM as one stereo stream. The
// shorter one is continued with silence; a last odd byte is ignored.
func AppendStereo(dst, left, right []byte) []byte {
	next := func(pcm *[]byte) (s int16) {
		if len(*pcm) >= 2 {
			s, *pcm = sample(*pcm), (*pcm)[2:]
		}
		return s
	}
	for len(left) >= 2 || len(right) >= 2 {
		dst = appendSample(dst, next(&left))
		dst = appendSample(dst, next(&right))
	}
	return dst
}

// AppendMono appends the mean of all channels of 16-bit PCM as a mono stream. An
// incomplete last sample of all channels is ignored; so is everything if channels
// is less than 1.
func AppendMono(dst, pcm []byte, channels int) []byte {
	if channels < 1 {
		return dst
	}
	for ; len(pcm) >= 2*channels; pcm = pcm[2*channels:] {
		sum := 0
		for c := range channels {
			sum += int(sample(pcm[2*c:]))
		}
		dst = appendSample(dst, int16(sum/channels))
	}
	return dst
}

// AppendChannel appends one channel of 16-bit PCM as a mono stream; channel counts
// from 0. Nothing is appended if there is no such channel.
func AppendChannel(dst, pcm []byte, channels, channel int) []byte {
	if channel < 0 || channel >= channels {
		return dst
	}
	for ; len(pcm) >= 2*channels; pcm = pcm[2*channels:] {
		dst = appendSample(dst, sample(pcm[2*channel:]))
	}
	return dst
}
