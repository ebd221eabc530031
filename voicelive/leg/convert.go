package leg

import (
	"context"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

// Convert returns l with audio in format f in both directions. Legs whose format is f
// are returned as they are. Marks, positions and transfers of l work as before. Both
// formats must be mono; rates are those of [audio.NewResampler].
func Convert(l Leg, f audio.Format) (Leg, error) {
	own := l.Format()
	if own == f {
		return l, nil
	}
	for _, format := range []audio.Format{own, f} {
		if err := format.Validate(); err != nil {
			return nil, fmt.Errorf("leg: %w", err)
		}
		if format.Channels != 1 {
			return nil, fmt.Errorf("leg: %v is not mono", format)
		}
	}
	in, err := newConverter(own, f)
	if err != nil {
		return nil, err
	}
	out, err := newConverter(f, own)
	if err != nil {
		return nil, err
	}
	c := &converted{Leg: l, format: f, in: in, out: out}
	if marker, ok := As[Marker](l); ok {
		return &convertedMarker{c, marker}, nil
	}
	return c, nil
}

type converted struct {
	Leg
	format  audio.Format
	in, out *converter
}

// Unwrap returns the leg with its own format.
func (c *converted) Unwrap() Leg          { return c.Leg }
func (c *converted) Format() audio.Format { return c.format }

func (c *converted) Receive(ctx context.Context) (Input, error) {
	input, err := c.Leg.Receive(ctx)
	if len(input.Audio) > 0 {
		input.Audio = c.in.convert(input.Audio)
	}
	return input, err
}

func (c *converted) Play(ctx context.Context, audio []byte) error {
	if audio = c.out.convert(audio); len(audio) == 0 {
		return nil
	}
	return c.Leg.Play(ctx, audio)
}

func (c *converted) Clear(ctx context.Context) error {
	c.out.resampler.Reset()
	return c.Leg.Clear(ctx)
}

// convertedMarker is a converted leg whose own leg is a Marker.
type convertedMarker struct {
	*converted
	marker Marker
}

// PlayMarked without audio plays what the filter still holds, or the mark would come
// before the end of the audio.
func (c *convertedMarker) PlayMarked(ctx context.Context, audio []byte, mark string) error {
	if len(audio) == 0 {
		return c.marker.PlayMarked(ctx, c.out.flush(), mark)
	}
	return c.marker.PlayMarked(ctx, c.out.convert(audio), mark)
}

// A converter converts a stream of one format into another one. Its results are valid
// until its next call.
type converter struct {
	from, to  audio.Encoding
	resampler *audio.Resampler
	pcm, out  []byte
}

func newConverter(from, to audio.Format) (*converter, error) {
	resampler, err := audio.NewResampler(from.Rate, to.Rate)
	if err != nil {
		return nil, fmt.Errorf("leg: %w", err)
	}
	return &converter{from: from.Encoding, to: to.Encoding, resampler: resampler}, nil
}

func (c *converter) convert(in []byte) []byte {
	switch c.from {
	case audio.MuLaw:
		c.pcm = audio.AppendPCMOfMuLaw(c.pcm[:0], in)
		in = c.pcm
	case audio.ALaw:
		c.pcm = audio.AppendPCMOfALaw(c.pcm[:0], in)
		in = c.pcm
	}
	c.out = c.resampler.Append(c.out[:0], in)
	return c.encode()
}

func (c *converter) flush() []byte {
	c.out = c.resampler.Flush(c.out[:0])
	return c.encode()
}

// encode changes the encoding of c.out.
func (c *converter) encode() []byte {
	switch c.to {
	case audio.MuLaw:
		c.pcm = audio.AppendMuLaw(c.pcm[:0], c.out)
	case audio.ALaw:
		c.pcm = audio.AppendALaw(c.pcm[:0], c.out)
	default:
		return c.out
	}
	return c.pcm
}
