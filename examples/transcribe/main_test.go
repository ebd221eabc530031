package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/go-voicelive/voicelive-go/examples/internal/speech"
	"github.com/go-voicelive/voicelive-go/examples/internal/wav"
)

// listen runs the program in virtual time and compares what it prints.
func listen(t *testing.T, want string, args ...string) {
	t.Helper()
	t.Setenv("AZURE_VOICELIVE_ENDPOINT", "")
	t.Setenv("AZURE_VOICELIVE_MODEL", "")
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if err := run(t.Context(), args, &out); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != want {
			t.Errorf("it prints\n%s\nand should print\n%s", got, want)
		}
	})
}

func TestSentencesAreTimed(t *testing.T) {
	listen(t, `Listening with gpt-realtime, simulated in this process.
00:00.0 – 00:03.2  The quick brown fox jumps over the lazy dog.
00:03.7 – 00:05.0  It barks.
00:05.4 – 00:08.6  The fox has seen enough, and goes home.
`)
}

func TestTheRateOfAFileCounts(t *testing.T) {
	spoken, err := speech.Speak(t.Context(), sentences...)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := wav.Write(&file, 8000, spoken[0]); err != nil { // three times as slow
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "slow.wav")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	listen(t, `Listening with gpt-realtime, simulated in this process.
00:00.0 – 00:08.7  (speech of 8.7 s)
`, "-in", path)
}
