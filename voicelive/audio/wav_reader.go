package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A Reader reads the audio of a WAV file as a stream. The file may be of unknown
// length, as a live recording is, and may have chunks that the Reader does not
// know; it skips them. What a header claims is never allocated.
type Reader struct {
	r      io.Reader
	format Format
	left   int64 // bytes of audio to come; -1 if that is not known
	err    error
}

// The format tags of a WAV file.
const (
	tagPCM        = 1
	tagALaw       = 6
	tagMuLaw      = 7
	tagExtensible = 0xFFFE
)

// unknownSize is what a file has in place of a size that was not known when its
// header was written; some programs write 0.
const unknownSize = 0xFFFFFFFF

// maxFmt bounds the fmt chunk; the largest one in use has 40 bytes.
const maxFmt = 1024

// NewReader reads the header of a WAV file, up to its audio. It takes 16-bit PCM and
// G.711 of both laws. For any other file, the error names its format; it wraps
// io.ErrUnexpectedEOF if the file ends too soon.
func NewReader(r io.Reader) (*Reader, error) {
	w := &Reader{r: r}
	if err := w.readHeader(); err != nil {
		if err == io.ErrUnexpectedEOF {
			err = fmt.Errorf("the file ends before its audio: %w", err)
		}
		return nil, fmt.Errorf("audio: reading WAV: %w", err)
	}
	return w, nil
}

// Format returns the format of the audio.
func (r *Reader) Format() Format { return r.format }

// Read reads audio, in the encoding of the file. At its end the error is io.EOF,
// or io.ErrUnexpectedEOF if the file has less audio than its header says.
func (r *Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if r.left == 0 {
		r.err = io.EOF
		return 0, r.err
	}
	if r.left > 0 && int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.r.Read(p)
	if r.left > 0 {
		r.left -= int64(n)
		if err == io.EOF && r.left > 0 {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil {
		r.err = err
	}
	return n, err
}

func (r *Reader) readHeader() error {
	var riff [12]byte
	if _, err := io.ReadFull(r.r, riff[:]); err != nil {
		return short(err)
	}
	switch magic := string(riff[:4]); {
	case magic == "RF64" || magic == "RIFX":
		return fmt.Errorf("%s files are not supported, only RIFF", magic)
	case magic != "RIFF" || string(riff[8:]) != "WAVE":
		return errors.New("the file is no WAV file: it does not begin with RIFF and WAVE")
	}
	for {
		var header [8]byte
		if _, err := io.ReadFull(r.r, header[:]); err != nil {
			return short(err)
		}
		size := binary.LittleEndian.Uint32(header[4:])
		switch string(header[:4]) {
		case "fmt ":
			if r.format != (Format{}) {
				return errors.New("the file has two fmt chunks")
			}
			if err := r.readFmt(size); err != nil {
				return err
			}
		case "data":
			if r.format == (Format{}) {
				return errors.New("the audio comes before the fmt chunk")
			}
			r.left = int64(size)
			if size == unknownSize || size == 0 {
				r.left = -1
			}
			return nil
		default:
			if size == unknownSize {
				return fmt.Errorf("chunk %q has no size", header[:4])
			}
			if err := r.skip(int64(size) + int64(size&1)); err != nil {
				return err
			}
		}
	}
}

func (r *Reader) readFmt(size uint32) error {
	if size < 16 || size > maxFmt {
		return fmt.Errorf("the fmt chunk has %d bytes, not 16 to %d", size, maxFmt)
	}
	chunk := make([]byte, size+size&1)
	if _, err := io.ReadFull(r.r, chunk); err != nil {
		return short(err)
	}
	tag, bits := binary.LittleEndian.Uint16(chunk), binary.LittleEndian.Uint16(chunk[14:])
	channels, rate := binary.LittleEndian.Uint16(chunk[2:]), binary.LittleEndian.Uint32(chunk[4:])
	if tag == tagExtensible {
		if size < 40 {
			return fmt.Errorf("the extensible fmt chunk has %d bytes, not 40", size)
		}
		tag = binary.LittleEndian.Uint16(chunk[24:]) // the beginning of the GUID is the tag
	}
	f := Format{Rate: int(min(rate, maxRate+1)), Channels: int(channels)}
	switch {
	case tag == tagPCM && bits == 16:
		f.Encoding = PCM16
	case tag == tagMuLaw && bits == 8:
		f.Encoding = MuLaw
	case tag == tagALaw && bits == 8:
		f.Encoding = ALaw
	case tag == tagPCM:
		return fmt.Errorf("the samples have %d bits; convert the file to 16-bit PCM", bits)
	default:
		return fmt.Errorf("the encoding has the tag %#x and %d bits; convert the file to 16-bit PCM", tag, bits)
	}
	if err := f.Validate(); err != nil {
		return err
	}
	if align := int(binary.LittleEndian.Uint16(chunk[12:])); align != f.SampleBytes() {
		return fmt.Errorf("a sample of %d channels in %s has %d bytes, but the file says %d", f.Channels, f.Encoding, f.SampleBytes(), align)
	}
	r.format = f
	return nil
}

// skip reads over n bytes without keeping them.
func (r *Reader) skip(n int64) error {
	skipped, err := io.CopyN(io.Discard, r.r, n)
	if err == io.EOF && skipped < n {
		return io.ErrUnexpectedEOF
	}
	return err
}

func short(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
