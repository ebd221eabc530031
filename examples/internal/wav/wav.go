// Package wav reads and writes the WAV files of the examples: 16-bit PCM, which is what the service takes and gives.
package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	pcm        = 1
	extensible = 0xFFFE // the format is in the extension, which begins with the number that would be here
)

// Read returns the samples of a mono file, little-endian, and their rate in Hz. Files with more channels or another
// sample format are refused.
func Read(r io.Reader) (audio []byte, rate int, err error) {
	var riff struct {
		ID   [4]byte
		Size uint32
		Form [4]byte
	}
	if err := binary.Read(r, binary.LittleEndian, &riff); err != nil || string(riff.ID[:]) != "RIFF" || string(riff.Form[:]) != "WAVE" {
		return nil, 0, errors.New("not a WAV file")
	}
	for {
		var chunk struct {
			ID   [4]byte
			Size uint32
		}
		if err := binary.Read(r, binary.LittleEndian, &chunk); err != nil {
			return nil, 0, errors.New("the WAV file has no audio")
		}
		// A program that writes to a pipe does not know the size, and says too much.
		body := io.LimitReader(r, int64(chunk.Size))
		switch string(chunk.ID[:]) {
		case "fmt ":
			if rate, err = readFormat(body); err != nil {
				return nil, 0, err
			}
		case "data":
			if rate == 0 {
				return nil, 0, errors.New("the WAV file has audio before its format")
			}
			audio, err = io.ReadAll(body)
			return audio[:len(audio)&^1], rate, err
		}
		if _, err := io.Copy(io.Discard, body); err != nil {
			return nil, 0, err
		}
		if chunk.Size%2 == 1 { // chunks begin at even positions
			io.CopyN(io.Discard, r, 1)
		}
	}
}

func readFormat(r io.Reader) (rate int, err error) {
	var head [26]byte // without an extension, the last 10 stay zero
	if n, err := io.ReadFull(r, head[:]); n < 16 {
		return 0, fmt.Errorf("the format of the WAV file: %w", err)
	}
	le := binary.LittleEndian
	tag, channels, bits := le.Uint16(head[0:]), le.Uint16(head[2:]), le.Uint16(head[14:])
	if tag == extensible {
		tag = le.Uint16(head[24:])
	}
	rate = int(le.Uint32(head[4:]))
	if tag != pcm || channels != 1 || bits != 16 || rate == 0 {
		return 0, fmt.Errorf("the WAV file has format %d, %d channels of %d bits; make it 16-bit mono PCM: ffmpeg -i in.wav -ac 1 -ar 24000 -c:a pcm_s16le out.wav", tag, channels, bits)
	}
	return rate, nil
}

// Write writes channels of samples, little-endian, side by side. Shorter ones end with silence.
func Write(w io.Writer, rate int, channels ...[]byte) error {
	frames := 0
	for _, c := range channels {
		frames = max(frames, len(c)/2)
	}
	frame := 2 * len(channels)
	size := frames * frame
	file := make([]byte, 0, 44+size)
	le := binary.LittleEndian
	file = append(file, "RIFF"...)
	file = le.AppendUint32(file, uint32(36+size))
	file = append(file, "WAVEfmt "...)
	file = le.AppendUint32(file, 16)
	file = le.AppendUint16(file, pcm)
	file = le.AppendUint16(file, uint16(len(channels)))
	file = le.AppendUint32(file, uint32(rate))
	file = le.AppendUint32(file, uint32(rate*frame))
	file = le.AppendUint16(file, uint16(frame))
	file = le.AppendUint16(file, 16)
	file = append(file, "data"...)
	file = le.AppendUint32(file, uint32(size))
	for i := 0; i < 2*frames; i += 2 {
		for _, c := range channels {
			if i+2 > len(c) {
				file = append(file, 0, 0)
			} else {
				file = append(file, c[i:i+2]...)
			}
		}
	}
	_, err := w.Write(file)
	return err
}
