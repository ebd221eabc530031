package voicelive

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// hear collects what a session sends: the types of events, and the audio in them.
func hear(types *[]string, sizes *[]int, audio *bytes.Buffer) func(*peer) {
	return answerAll(func(e map[string]any) []string {
		*types = append(*types, fmt.Sprint(e["type"]))
		if text, ok := e["audio"].(string); ok {
			b, _ := base64.StdEncoding.DecodeString(text)
			*sizes = append(*sizes, len(b))
			audio.Write(b)
		}
		return nil
	})
}

func TestAudioIsCutIntoChunks(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options *AudioWriterOptions
		chunk   int
	}{
		{"default", nil, 4800},
		{"20 ms", &AudioWriterOptions{Chunk: 20 * time.Millisecond}, 960},
		{"8 kHz", &AudioWriterOptions{SampleRate: 8000}, 1600},
		{"G.711", &AudioWriterOptions{Format: InputAudioFormatG711Ulaw, Chunk: 40 * time.Millisecond}, 320},
		{"stereo", &AudioWriterOptions{SampleRate: 16000, Channels: 2}, 6400},
		{"shorter than a sample", &AudioWriterOptions{Chunk: time.Microsecond}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var types []string
				var sizes []int
				var heard bytes.Buffer
				s, stop := serve(t, nil, hear(&types, &sizes, &heard))
				w, err := s.AudioWriter(t.Context(), tt.options)
				if err != nil {
					t.Fatal(err)
				}
				random := rand.New(rand.NewPCG(1, 2))
				audio := make([]byte, 5*tt.chunk+tt.chunk/4*4/2)
				for i := range audio {
					audio[i] = byte(random.Uint32())
				}
				for rest := audio; len(rest) > 0; {
					n := min(random.IntN(2*tt.chunk)+1, len(rest))
					piece := bytes.Clone(rest[:n])
					if got, err := w.Write(piece); got != n || err != nil {
						t.Fatalf("Write(%d bytes) = %d, %v", n, got, err)
					}
					clear(piece) // a Writer must not retain it
					rest = rest[n:]
				}
				for range 2 {
					if err := w.Close(); err != nil {
						t.Error(err)
					}
				}
				if _, err := w.Write(audio); err == nil {
					t.Error("a closed writer writes")
				}
				stop()
				if !bytes.Equal(heard.Bytes(), audio) {
					t.Errorf("%d bytes arrived of %d, or others", heard.Len(), len(audio))
				}
				for i, n := range sizes {
					if n != tt.chunk && i < len(sizes)-1 {
						t.Errorf("event %d has %d bytes, want %d", i, n, tt.chunk)
					}
				}
			})
		})
	}
}

func TestRealTimeWritingTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, (*peer).Drain)
		defer stop()
		w, err := s.AudioWriter(t.Context(), &AudioWriterOptions{RealTime: true})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		w.Write(make([]byte, 10*4800))
		if took := time.Since(began); took != 900*time.Millisecond { // the last event need not be waited for
			t.Errorf("a second of audio took %v", took)
		}
		time.Sleep(10 * time.Second) // a pause of the source
		began = time.Now()
		w.Write(make([]byte, 3*4800))
		if took := time.Since(began); took != 200*time.Millisecond {
			t.Errorf("after a pause, 300 ms of audio took %v", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
		defer cancel()
		w, err = s.AudioWriter(ctx, &AudioWriterOptions{RealTime: true})
		if err != nil {
			t.Fatal(err)
		}
		n, err := w.Write(make([]byte, 100*4800))
		if n != 3*4800 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Write = %d, %v", n, err)
		}
		if err := w.Close(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close = %v", err)
		}
	})
}

func TestClosingAnAudioWriterCommits(t *testing.T) {
	for _, tt := range []struct {
		options AudioWriterOptions
		want    []string
	}{
		{AudioWriterOptions{}, []string{"input_audio_buffer.append"}},
		{AudioWriterOptions{Commit: true}, []string{"input_audio_buffer.append", "input_audio_buffer.commit"}},
		{AudioWriterOptions{Commit: true, TurnID: "t"}, []string{"input_audio.turn.append", "input_audio.turn.end"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var types []string
			var sizes []int
			var heard bytes.Buffer
			s, stop := serve(t, nil, hear(&types, &sizes, &heard))
			w, err := s.AudioWriter(t.Context(), &tt.options)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, "abcd")
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			stop()
			if diff := cmp.Diff(tt.want, types); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadAudioIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, func(o *ClientOptions) { o.Limits.SendBytes = 10_000 }, (*peer).Drain)
		defer stop()
		for _, o := range []AudioWriterOptions{{Format: "mp3"}, {SampleRate: -1}, {Channels: -1}, {Chunk: -1}, {Chunk: time.Second}} {
			if _, err := s.AudioWriter(t.Context(), &o); err == nil {
				t.Errorf("%+v is accepted", o)
			}
		}
		w, err := s.AudioWriter(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte{1, 2, 3})
		if err := w.Close(); err == nil {
			t.Error("half a sample is accepted")
		}
		ctx, cancel := context.WithCancel(t.Context())
		w, err = s.AudioWriter(ctx, &AudioWriterOptions{Commit: true})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		for range 2 {
			if err := w.Close(); !errors.Is(err, context.Canceled) {
				t.Errorf("audio that is not committed: %v", err)
			}
		}
		if err := s.AppendInputAudioBuffer(t.Context(), make([]byte, 10_001)); !errors.Is(err, ErrNotSent) {
			t.Errorf("too much audio: %v", err)
		}
		if err := s.AppendInputAudioBuffer(t.Context(), make([]byte, 10_000)); err != nil {
			t.Errorf("as much as the limit: %v", err)
		}
		if err := s.AppendInputAudioBuffer(t.Context(), nil); !errors.Is(err, ErrNotSent) {
			t.Errorf("no audio: %v", err)
		}
		if err := s.SendText(t.Context(), string(make([]byte, 10_000))); !errors.Is(err, ErrNotSent) {
			t.Errorf("a large event: %v", err)
		}
		for _, e := range []ClientEvent{nil, (*ClientEventResponseCreate)(nil), (*ClientEventInputAudioBufferAppend)(nil)} {
			if err := s.Send(t.Context(), e); !errors.Is(err, ErrNotSent) {
				t.Errorf("%v: %v", e, err)
			}
		}
	})
}
