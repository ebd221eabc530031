package wav_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/examples/internal/wav"
)

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	var file bytes.Buffer
	if err := wav.Write(&file, 16000, []byte{1, 2, 3, 4}); err != nil {
		t.Fatal(err)
	}
	audio, rate, err := wav.Read(&file)
	if err != nil || rate != 16000 || !bytes.Equal(audio, []byte{1, 2, 3, 4}) {
		t.Errorf("Read returns % x at %d Hz, %v", audio, rate, err)
	}
}

func TestChannelsAreInterleaved(t *testing.T) {
	var file bytes.Buffer
	if err := wav.Write(&file, 24000, []byte{1, 1, 2, 2}, []byte{9, 9}); err != nil {
		t.Fatal(err)
	}
	if got, want := file.Bytes()[44:], []byte{1, 1, 9, 9, 2, 2, 0, 0}; !bytes.Equal(got, want) {
		t.Errorf("the samples are % x, want % x", got, want)
	}
}

// chunk is a part of a WAV file.
func chunk(id string, size uint32, body string) string {
	return id + string(binary.LittleEndian.AppendUint32(nil, size)) + body
}

var (
	mono   = "\x01\x00\x01\x00\x80\x3E\x00\x00\x00\x7D\x00\x00\x02\x00\x10\x00"
	stereo = "\x01\x00\x02\x00\x80\x3E\x00\x00\x00\xFA\x00\x00\x04\x00\x10\x00"
	modern = "\xFE\xFF" + mono[2:] + "\x16\x00\x10\x00\x04\x00\x00\x00\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71"
)

func TestRead(t *testing.T) {
	head := chunk("RIFF", 0, "") + "WAVE"
	for name, test := range map[string]struct {
		file, audio, err string
	}{
		"plain":                  {file: head + chunk("fmt ", 16, mono) + chunk("data", 2, "ab"), audio: "ab"},
		"extensible format":      {file: head + chunk("fmt ", 40, modern) + chunk("data", 2, "ab"), audio: "ab"},
		"other chunks":           {file: head + chunk("LIST", 3, "abc\x00") + chunk("fmt ", 16, mono) + chunk("data", 2, "ab"), audio: "ab"},
		"from a pipe":            {file: head + chunk("fmt ", 16, mono) + chunk("data", 0xFFFFFFFF, "abcd"), audio: "abcd"},
		"ends within a sample":   {file: head + chunk("fmt ", 16, mono) + chunk("data", 3, "abc"), audio: "ab"},
		"stereo":                 {file: head + chunk("fmt ", 16, stereo), err: "2 channels of 16 bits; make it 16-bit mono PCM: ffmpeg"},
		"no format":              {file: head + chunk("data", 2, "ab"), err: "audio before its format"},
		"no audio":               {file: head + chunk("fmt ", 16, mono), err: "no audio"},
		"ends within the format": {file: head + chunk("fmt ", 16, "\x01\x00"), err: "unexpected EOF"},
		"text":                   {file: "Dear diary, today", err: "not a WAV file"},
		"empty":                  {err: "not a WAV file"},
	} {
		t.Run(name, func(t *testing.T) {
			audio, rate, err := wav.Read(strings.NewReader(test.file))
			switch {
			case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
				t.Errorf("the error is %v, want one with %q", err, test.err)
			case test.err == "" && (err != nil || string(audio) != test.audio || rate != 16000):
				t.Errorf("Read returns %q at %d Hz, %v; want %q", audio, rate, err, test.audio)
			}
		})
	}
}
