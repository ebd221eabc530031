// Package audio converts the sound of calls: WAV files, G.711, sample rates,
// channels and levels. It uses the standard library alone and knows nothing of the
// VoiceLive service.
//
// PCM is always 16-bit, signed, little-endian, in bytes, as it is in WAV files and
// on the wire; channels are interleaved. Functions append to their first
// argument and return the result, so that a caller that reuses a buffer
// allocates nothing:
//
//	buf = audio.AppendMuLaw(buf[:0], pcm)
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. Functions may be called from any goroutine. A
// [Resampler] and the [Reader] and [Writer] of WAV keep state, and belong to one goroutine at a
// time.
package audio
