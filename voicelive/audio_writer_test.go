package voicelive

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
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
		{"G.711", &AudioWriterOptions{Format: InputAudioFormatG711ULaw, Chunk: 40 * time.Millisecond}, 320},
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

// The end of an utterance reaches the service although the source pauses.
func TestAudioDoesNotWaitForThePauseToEnd(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options AudioWriterOptions
		write   int           // bytes every 20 ms
		times   int           // before the pause
		want    []int         // bytes of the events
		waits   time.Duration // of the last event, from the first byte in it
	}{
		{"a pause", AudioWriterOptions{}, 960, 7, []int{4800, 1920}, 200 * time.Millisecond},
		{"a short delay", AudioWriterOptions{MaxDelay: 50 * time.Millisecond}, 960, 2, []int{1920}, 50 * time.Millisecond},
		{"half a sample stays", AudioWriterOptions{}, 961, 1, []int{960}, 200 * time.Millisecond},
		{"in real time", AudioWriterOptions{RealTime: true}, 960, 6, []int{4800, 960}, 200 * time.Millisecond},
		{"without a limit", AudioWriterOptions{MaxDelay: -1}, 960, 7, []int{4800}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sizes []int
				var last time.Time // when the last event came
				s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
					audio, err := base64.StdEncoding.DecodeString(fmt.Sprint(e["audio"]))
					if err != nil {
						t.Error(err)
					}
					sizes, last = append(sizes, len(audio)), time.Now()
					return nil
				}))
				w, err := s.AudioWriter(t.Context(), &tt.options)
				if err != nil {
					t.Fatal(err)
				}
				var rest time.Time // when the first byte came that fills no event
				for i := range tt.times {
					if i*tt.write%4800 == 0 {
						rest = time.Now()
					}
					w.Write(make([]byte, tt.write))
					time.Sleep(20 * time.Millisecond)
				}
				time.Sleep(time.Hour)
				stop()
				if diff := cmp.Diff(tt.want, sizes); diff != "" {
					t.Errorf("events (-want +got):\n%s", diff)
				}
				if waited := last.Sub(rest); tt.waits != 0 && waited != tt.waits {
					t.Errorf("the last event waited %v, want %v", waited, tt.waits)
				}
			})
		})
	}
}

// Nothing is lost, repeated or reordered, whatever the sizes and the pauses of the source.
func TestAudioIsWholeWhateverThePauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(3, 4))
		var types []string
		var sizes []int
		var heard bytes.Buffer
		s, stop := serve(t, nil, hear(&types, &sizes, &heard))
		w, err := s.AudioWriter(t.Context(), &AudioWriterOptions{Chunk: 2 * time.Millisecond, MaxDelay: 3 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		var wrote []byte
		for range 2000 {
			piece := make([]byte, random.IntN(200))
			for i := range piece {
				piece[i] = byte(random.Uint32())
			}
			wrote = append(wrote, piece...)
			if _, err := w.Write(piece); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(random.IntN(4)) * time.Millisecond)
		}
		if len(wrote)%2 == 1 {
			wrote = append(wrote, 0)
			w.Write([]byte{0})
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		stop()
		if !bytes.Equal(heard.Bytes(), wrote) {
			t.Errorf("%d bytes were written, %d heard, or others", len(wrote), heard.Len())
		}
		for i, n := range sizes {
			if n%2 != 0 || n > 96 {
				t.Errorf("event %d has %d bytes", i, n)
			}
		}
	})
}

func TestAudioFormatOfTheSession(t *testing.T) {
	alaw := &ResponseSession{InputAudioFormat: InputAudioFormatG711ALaw}
	wide := &ResponseSession{InputAudioFormat: InputAudioFormatPCM16, InputAudioSamplingRate: new(16000)}
	for _, tt := range []struct {
		options AudioWriterOptions
		session *ResponseSession
		want    audioFormat // zero if it is refused
	}{
		{AudioWriterOptions{}, nil, audioFormat{2, 48000}},
		{AudioWriterOptions{}, &ResponseSession{}, audioFormat{2, 48000}},
		{AudioWriterOptions{}, alaw, audioFormat{1, 8000}},
		{AudioWriterOptions{}, wide, audioFormat{2, 32000}},
		{AudioWriterOptions{Format: InputAudioFormatPCM16, SampleRate: 16000, Channels: 2}, wide, audioFormat{4, 64000}},
		{AudioWriterOptions{Format: InputAudioFormatPCM16}, alaw, audioFormat{}},
		{AudioWriterOptions{SampleRate: 24000}, wide, audioFormat{}},
		{AudioWriterOptions{SampleRate: 16000}, &ResponseSession{}, audioFormat{2, 32000}},
		{AudioWriterOptions{}, &ResponseSession{InputAudioFormat: "opus"}, audioFormat{}},
		{AudioWriterOptions{}, &ResponseSession{InputAudioSamplingRate: new(0)}, audioFormat{}},
		{AudioWriterOptions{}, &ResponseSession{InputAudioSamplingRate: new(math.MaxInt)}, audioFormat{}},
	} {
		got, err := inputFormat(&tt.options, tt.session)
		if (err != nil) != (tt.want == audioFormat{}) || err == nil && got != tt.want {
			t.Errorf("%+v in %+v: got %v, %v, want %v", tt.options, tt.session, got, err, tt.want)
		}
	}
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
		for _, o := range []AudioWriterOptions{
			{Format: "mp3"}, {SampleRate: -1}, {Channels: -1}, {Chunk: -1}, {Chunk: time.Second},
			{Chunk: 107 * time.Hour}, {Chunk: math.MaxInt64}, {SampleRate: math.MaxInt}, {Channels: math.MaxInt, RealTime: true},
			{SampleRate: maxSampleRate, Channels: maxChannels, Chunk: math.MaxInt64},
		} {
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
