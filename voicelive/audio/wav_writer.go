package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A Writer writes audio as a WAV file. If the underlying writer is an io.WriteSeeker,
// Close puts the sizes into the header. Otherwise the header says that they are
// unknown; [Reader] and common programs then read up to the end of the file.
type Writer struct {
	w       io.Writer
	format  Format
	written int64
	err     error
}

// maxData is the most audio that a header can tell of: its sizes have 32 bits, and one
// of them counts the header too.
const maxData = unknownSize - 1 - 64

// NewWriter writes the header of a WAV file with audio in format f, which must be
// valid.
func NewWriter(w io.Writer, f Format) (*Writer, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	if _, err := w.Write(header(f, unknownSize)); err != nil {
		return nil, fmt.Errorf("audio: writing WAV: %w", err)
	}
	return &Writer{w: w, format: f}, nil
}

// Write writes audio in the format of the file.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.w.Write(p)
	w.written += int64(n)
	if err != nil {
		w.err = fmt.Errorf("audio: writing WAV: %w", err)
	}
	return n, w.err
}

// Close completes the file: it pads the audio to an even size, and puts the sizes
// into the header if the file can seek and its audio is less than 4 GiB. It does not
// close the underlying writer. Closing again does nothing.
func (w *Writer) Close() error {
	if w.err != nil {
		if w.err == errClosed {
			return nil
		}
		return w.err
	}
	err := w.complete()
	w.err = errClosed
	if err != nil {
		return fmt.Errorf("audio: writing WAV: %w", err)
	}
	return nil
}

var errClosed = errors.New("audio: the WAV file is closed")

func (w *Writer) complete() error {
	if w.written%2 == 1 {
		if _, err := w.w.Write([]byte{0}); err != nil {
			return err
		}
	}
	s, ok := w.w.(io.WriteSeeker)
	if !ok || w.written > maxData {
		return nil
	}
	h := header(w.format, uint32(w.written))
	end, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil // a pipe has the method, too
	}
	if _, err := s.Seek(end-int64(len(h))-w.written-w.written%2, io.SeekStart); err != nil {
		return err
	}
	if _, err := s.Write(h); err != nil {
		return err
	}
	_, err = s.Seek(end, io.SeekStart)
	return err
}

// header is all that comes before the audio. G.711 has a fact chunk, as all encodings
// but PCM must.
func header(f Format, size uint32) []byte {
	le := binary.LittleEndian
	var fact []byte
	tag, fmtSize := uint16(tagPCM), uint32(16)
	if f.Encoding != PCM16 {
		tag, fmtSize = tagMuLaw, 18
		if f.Encoding == ALaw {
			tag = tagALaw
		}
		samples := uint32(unknownSize)
		if size != unknownSize {
			samples = size / uint32(f.SampleBytes())
		}
		fact = le.AppendUint32(le.AppendUint32([]byte("fact"), 4), samples)
	}
	total := uint32(unknownSize)
	if size != unknownSize {
		total = 4 + 8 + fmtSize + uint32(len(fact)) + 8 + size + size%2
	}
	h := le.AppendUint32([]byte("RIFF"), total)
	h = append(h, "WAVEfmt "...)
	h = le.AppendUint32(h, fmtSize)
	h = le.AppendUint16(h, tag)
	h = le.AppendUint16(h, uint16(f.Channels))
	h = le.AppendUint32(h, uint32(f.Rate))
	h = le.AppendUint32(h, uint32(f.Rate*f.SampleBytes()))
	h = le.AppendUint16(h, uint16(f.SampleBytes()))
	h = le.AppendUint16(h, uint16(8*f.Encoding.sampleBytes()))
	if fmtSize == 18 {
		h = le.AppendUint16(h, 0) // no extension
	}
	h = append(h, fact...)
	h = append(h, "data"...)
	return le.AppendUint32(h, size)
}
