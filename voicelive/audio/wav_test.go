package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

var wavFormats = []Format{
	{PCM16, 24000, 1}, {PCM16, 48000, 2}, {MuLaw, 8000, 1}, {ALaw, 8000, 2}, {PCM16, 44100, 6},
}

func TestWAVFilesAreReadAsWritten(t *testing.T) {
	for _, f := range wavFormats {
		for _, n := range []int{0, f.SampleBytes(), 3 * f.SampleBytes(), 10_000 * f.SampleBytes()} {
			sound := noise(uint64(n), n)
			path := filepath.Join(t.TempDir(), "a.wav")
			file, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := file.WriteString("before"); err != nil { // the WAV file need not begin the file
				t.Fatal(err)
			}
			writeWAV(t, file, f, sound)
			if err := file.Close(); err != nil {
				t.Fatal(err)
			}
			seeking, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			seeking = seeking[len("before"):]
			var streamed bytes.Buffer
			writeWAV(t, &streamed, f, sound)
			for name, data := range map[string][]byte{"file": seeking, "stream": streamed.Bytes()} {
				r, err := NewReader(iotest.OneByteReader(bytes.NewReader(data)))
				if err != nil {
					t.Fatalf("%s, %v: %v", name, f, err)
				}
				got, err := io.ReadAll(r)
				if err != nil {
					t.Fatalf("%s, %v: %v", name, f, err)
				}
				want := sound
				if name == "stream" && n%2 == 1 {
					want = append(want[:n:n], 0) // a stream cannot tell the padding from audio
				}
				if name == "file" && n == 0 {
					continue // a size of 0 is that of a stream that was cut off
				}
				if r.Format() != f || !bytes.Equal(got, want) {
					t.Errorf("%s: %d bytes in %v are read as %d bytes in %v", name, n, f, len(got), r.Format())
				}
			}
			checkSizes(t, seeking)
		}
	}
}

func writeWAV(t *testing.T, to io.Writer, f Format, sound []byte) {
	t.Helper()
	w, err := NewWriter(to, f)
	if err != nil {
		t.Fatal(err)
	}
	for len(sound) > 0 {
		n := min(len(sound), 777)
		if _, err := w.Write(sound[:n]); err != nil {
			t.Fatal(err)
		}
		sound = sound[n:]
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Write([]byte{1}); err == nil {
		t.Error("a closed Writer writes")
	}
}

// checkSizes follows the sizes of a whole file from chunk to chunk.
func checkSizes(t *testing.T, file []byte) {
	t.Helper()
	if got := int(binary.LittleEndian.Uint32(file[4:])); got != len(file)-8 {
		t.Errorf("the RIFF chunk has the size %d, want %d", got, len(file)-8)
	}
	at := 12
	for at < len(file) {
		size := int(binary.LittleEndian.Uint32(file[at+4:]))
		at += 8 + size + size%2
	}
	if at != len(file) {
		t.Errorf("the chunks end at %d of %d bytes", at, len(file))
	}
}

// chunk is one of a file made by hand; size is that of data unless it is given.
func chunk(name string, data string, size ...uint32) string {
	n := uint32(len(data))
	if len(size) > 0 {
		n = size[0]
	}
	return name + string(binary.LittleEndian.AppendUint32(nil, n)) + data
}

func fmtChunk(tag, channels uint16, rate uint32, align, bits uint16) string {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, tag)
	b = le.AppendUint16(b, channels)
	b = le.AppendUint32(b, rate)
	b = le.AppendUint32(b, rate*uint32(align))
	b = le.AppendUint16(b, align)
	return string(le.AppendUint16(b, bits))
}

func TestWAVFilesOfOthers(t *testing.T) {
	mono := chunk("fmt ", fmtChunk(1, 1, 16000, 2, 16))
	extensible := chunk("fmt ", fmtChunk(0xFFFE, 1, 16000, 2, 16)+"\x16\x00\x10\x00\x04\x00\x00\x00\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71")
	for _, test := range []struct {
		name, file, want string
	}{
		{"chunks before and between", chunk("LIST", "odd") + "\x00" + mono + chunk("JUNK", "") + chunk("data", "abcd"), "abcd"},
		{"a chunk behind", mono + chunk("data", "abcd") + chunk("LIST", "tail"), "abcd"},
		{"extensible", extensible + chunk("data", "abcd"), "abcd"},
		{"a size of 0", mono + chunk("data", "abcd", 0), "abcd"},
		{"an unknown size", mono + chunk("data", "abcd", 0xFFFFFFFF), "abcd"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := NewReader(strings.NewReader(chunk("RIFF", "WAVE", 0) + test.file))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if diff := cmp.Diff(test.want, string(got)); diff != "" || err != nil {
				t.Errorf("error %v, audio (-want +got):\n%s", err, diff)
			}
			if want := (Format{PCM16, 16000, 1}); r.Format() != want {
				t.Errorf("format %v, want %v", r.Format(), want)
			}
		})
	}
}

func TestWAVFilesThatAreRefused(t *testing.T) {
	mono := chunk("fmt ", fmtChunk(1, 1, 16000, 2, 16))
	riff := chunk("RIFF", "WAVE", 0)
	for _, test := range []struct {
		name, file, want string
	}{
		{"nothing", "", "ends before its audio"},
		{"half a header", "RIFF\x00\x00", "ends before its audio"},
		{"no WAV", "ID3\x04 this is an MP3 file", "does not begin with RIFF"},
		{"RF64", chunk("RF64", "WAVE", 0), "RF64 files are not supported"},
		{"RIFX", chunk("RIFX", "WAVE", 0), "RIFX files are not supported"},
		{"no audio", riff + mono, "ends before its audio"},
		{"audio first", riff + chunk("data", "abcd"), "before the fmt chunk"},
		{"two formats", riff + mono + mono, "two fmt chunks"},
		{"a short fmt", riff + chunk("fmt ", "\x01\x00"), "has 2 bytes"},
		{"a large fmt", riff + chunk("fmt ", "", 1<<31), "has 2147483648 bytes"},
		{"a chunk larger than the file", riff + chunk("LIST", "x", 1<<31), "ends before its audio"},
		{"a chunk without end", riff + chunk("LIST", "x", 0xFFFFFFFF), `chunk "LIST" has no size`},
		{"24 bits", riff + chunk("fmt ", fmtChunk(1, 1, 16000, 3, 24)), "24 bits; convert"},
		{"floats", riff + chunk("fmt ", fmtChunk(3, 1, 16000, 4, 32)), "tag 0x3 and 32 bits"},
		{"short extensible", riff + chunk("fmt ", fmtChunk(0xFFFE, 1, 16000, 2, 16)), "not 40"},
		{"no channels", riff + chunk("fmt ", fmtChunk(1, 0, 16000, 0, 16)), "0 channels"},
		{"a rate of 0", riff + chunk("fmt ", fmtChunk(1, 1, 0, 2, 16)), "rate of 0 Hz"},
		{"a huge rate", riff + chunk("fmt ", fmtChunk(1, 1, 0xFFFFFFFF, 2, 16)), "Hz is not between"},
		{"an alignment that is wrong", riff + chunk("fmt ", fmtChunk(1, 2, 16000, 2, 16)), "has 4 bytes, but the file says 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := NewReader(strings.NewReader(test.file))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestAWAVFileThatEndsTooSoon(t *testing.T) {
	r, err := NewReader(strings.NewReader(chunk("RIFF", "WAVE") + chunk("fmt ", fmtChunk(7, 1, 8000, 1, 8)) + chunk("data", "abc", 5)))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err = io.ReadAll(r); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("error %v, want %v", err, io.ErrUnexpectedEOF)
		}
	}
}

func TestAWriterThatCannotWrite(t *testing.T) {
	full := errors.New("the disk is full")
	if _, err := NewWriter(iotest.TruncateWriter(nil, 0), Format{}); err == nil {
		t.Error("a format that is none is accepted")
	}
	if _, err := NewWriter(failing{full}, wavFormats[0]); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
	w, err := NewWriter(io.Discard, wavFormats[0])
	if err != nil {
		t.Fatal(err)
	}
	w.w = failing{full}
	if _, err := w.Write([]byte{1, 2}); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
	if err := w.Close(); !errors.Is(err, full) {
		t.Errorf("closing after it: error %v, want %v", err, full)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// FuzzReader holds the reader to its promises: no panic, no more audio than the file
// has, and a format that is valid.
func FuzzReader(f *testing.F) {
	for _, format := range wavFormats {
		var b bytes.Buffer
		w, err := NewWriter(&b, format)
		if err != nil {
			f.Fatal(err)
		}
		if _, err := w.Write(noise(1, 64)); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := NewReader(bytes.NewReader(file))
		if err != nil {
			if r != nil {
				t.Error("a Reader beside an error")
			}
			return
		}
		if err := r.Format().Validate(); err != nil {
			t.Error(err)
		}
		sound, err := io.ReadAll(r)
		if err != nil && err != io.ErrUnexpectedEOF {
			t.Errorf("reading memory: %v", err)
		}
		if !bytes.Contains(file, sound) {
			t.Error("audio that is not in the file")
		}
	})
}
