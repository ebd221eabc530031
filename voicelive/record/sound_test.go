package record_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// samples reads a WAV file.
func samples(t *testing.T, file io.Reader) (f audio.Format, s []int16) {
	t.Helper()
	r, err := audio.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	s = make([]int16, len(b)/2)
	for i := range s {
		s[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return r.Format(), s
}

// channels takes a stereo file apart.
func channels(t *testing.T, file io.Reader) (left, right []int16) {
	t.Helper()
	f, s := samples(t, file)
	if f.Channels != 2 || f.Encoding != audio.PCM16 {
		t.Fatalf("the file has %v", f)
	}
	for i := 0; i+1 < len(s); i += 2 {
		left, right = append(left, s[i]), append(right, s[i+1])
	}
	return left, right
}

// tone is so many samples that are not 0, and differ.
func tone(n, first int) []byte {
	b := make([]byte, 0, 2*n)
	for i := range n {
		b = binary.LittleEndian.AppendUint16(b, uint16(first+i))
	}
	return b
}

// spans describes where a channel has samples: "begin end first", in samples.
func spans(s []int16) (text []string) {
	for i := 0; i < len(s); i++ {
		if s[i] == 0 {
			continue
		}
		begin := i
		for i+1 < len(s) && s[i+1] == s[i]+1 {
			i++
		}
		text = append(text, fmt.Sprint(begin, i+1, s[begin]))
	}
	return text
}

// A scripted leg receives inputs at their times.
type scripted struct {
	leg.Leg
	inputs []leg.Input
	at     []time.Duration
	began  time.Time
}

func (s *scripted) Format() audio.Format { return leg.PCM8kHz }

func (s *scripted) Receive(context.Context) (in leg.Input, err error) {
	if len(s.inputs) == 0 {
		return in, io.EOF
	}
	time.Sleep(s.at[0] - time.Since(s.began))
	in, s.inputs, s.at = s.inputs[0], s.inputs[1:], s.at[1:]
	return in, nil
}

// record8 returns the channels of a call at 8 kHz, in which the user says inputs and hears what heard tells.
func record8(t *testing.T, at []time.Duration, inputs []leg.Input, heard func(s *record.Sound, began time.Time)) (left, right []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var file bytes.Buffer
		began := time.Now()
		s, err := record.NewSound(&file, &scripted{inputs: inputs, at: at, began: began})
		if err != nil {
			t.Fatal(err)
		}
		l := s.Leg()
		for err == nil {
			_, err = l.Receive(t.Context())
		}
		if heard != nil {
			heard(s, began)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		lefts, rights := channels(t, &file)
		left, right = spans(lefts), spans(rights)
	})
	return left, right
}

func TestWhereTheUserIs(t *testing.T) {
	const ms = time.Millisecond
	packet := func(first int) leg.Input { return leg.Input{Audio: tone(160, first)} }
	for _, tt := range []struct {
		name   string
		at     []time.Duration
		inputs []leg.Input
		want   string
	}{
		{"the first packet", []time.Duration{520 * ms}, []leg.Input{packet(1)}, "4000 4160 1"},
		{"packets in time", []time.Duration{20 * ms, 40 * ms, 60 * ms}, []leg.Input{packet(1), packet(161), packet(321)}, "0 480 1"},
		{"a packet that is late", []time.Duration{20 * ms, 90 * ms, 91 * ms}, []leg.Input{packet(1), packet(161), packet(321)}, "0 480 1"},
		{"a gap that the leg tells", []time.Duration{20 * ms, 140 * ms}, []leg.Input{packet(1), {Gap: 100 * ms, Audio: tone(160, 161)}}, "0 160 1,960 1120 161"},
		{"a gap that nobody tells", []time.Duration{20 * ms, 1040 * ms}, []leg.Input{packet(1), packet(161)}, "0 160 1,8160 8320 161"},
		{"packets that were held up", []time.Duration{20 * ms, 1060 * ms, 1060 * ms, 1060 * ms}, []leg.Input{packet(1), packet(161), packet(321), packet(481)}, "0 160 1,8000 8480 161"},
		{"packets that waited for the call", []time.Duration{500 * ms, 500 * ms, 500 * ms, 520 * ms}, []leg.Input{packet(1), packet(161), packet(321), packet(481)}, "3520 4160 1"},
		{"a silence that is longer than the memory", []time.Duration{20 * ms, 20 * time.Second}, []leg.Input{packet(1), packet(161)}, "0 160 1,159840 160000 161"},
	} {
		left, right := record8(t, tt.at, tt.inputs, nil)
		if got := strings.Join(left, ","); got != tt.want || len(right) > 0 {
			t.Errorf("%s: %s, want %s; the assistant is at %v", tt.name, got, tt.want, right)
		}
	}
}

func TestWhereTheAssistantIs(t *testing.T) {
	left, right := record8(t, nil, nil, func(s *record.Sound, began time.Time) {
		heard := func(at time.Duration, n, first int) {
			s.Heard(playback.Heard{At: began.Add(at), Audio: tone(n, first)})
		}
		time.Sleep(3 * time.Second)
		heard(1100*time.Millisecond, 800, 1)   // 1 s to 1.1 s, told late
		heard(1210*time.Millisecond, 800, 801) // the leg was 10 ms late
		heard(2100*time.Millisecond, 800, 1601)
		time.Sleep(time.Minute)
		heard(time.Minute+3*time.Second, 800, 2401)
		heard(2*time.Second, 80, 3201) // too late
	})
	if got, want := strings.Join(right, ","), "8000 9600 1,16000 16800 1601,503200 504080 2401"; got != want || len(left) > 0 {
		t.Errorf("got %s, want %s; the user is at %v", got, want, left)
	}
}

// Times and gaps that cannot be are not believed.
func TestTimesOfASoundThatCannotBe(t *testing.T) {
	left, right := record8(t, []time.Duration{20 * time.Millisecond, 40 * time.Millisecond}, []leg.Input{{Audio: tone(160, 1)}, {Gap: 1000 * time.Hour, Audio: tone(160, 161)}},
		func(s *record.Sound, began time.Time) {
			s.Heard(playback.Heard{At: time.Time{}, Audio: tone(80, 1)})
			s.Heard(playback.Heard{At: began.Add(math.MaxInt64), Audio: tone(80, 101)})
		})
	if got, want := fmt.Sprint(left, right), "[0 320 1] [0 80 1 80240 80320 101]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The file of a call with interruptions is the sound that the leg has played, sample by sample.
func TestTheSoundOfACallIsWhatWasHeard(t *testing.T) {
	for _, f := range []audio.Format{leg.PCM24kHz, leg.MuLaw} {
		t.Run(f.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				said := speech(f)
				var played, file bytes.Buffer
				phone, err := leg.NewFiles(bytes.NewReader(wav(t, f, said)), &played, nil)
				if err != nil {
					t.Fatal(err)
				}
				srv := voicelivetest.NewServer(t, &voicelivetest.Options{
					Respond: voicelivetest.Reply("This goes on and on and on and on, until somebody interrupts. "+strings.Repeat("And on. ", 20), "Yes, what is it? "),
					Pace:    4,
				})
				client, err := srv.NewClient()
				if err != nil {
					t.Fatal(err)
				}
				sound, err := record.NewSound(&file, phone)
				if err != nil {
					t.Fatal(err)
				}
				a := &agent.Agent{Client: client, Connect: voicelive.ConnectOptions{Model: "gpt-realtime"}, Playback: playback.Options{Tap: sound.Heard}}
				report, err := a.Serve(t.Context(), sound.Leg())
				if err != nil || len(report.Interruptions) == 0 {
					t.Fatalf("%d interruptions, error %v", len(report.Interruptions), err)
				}
				if err := sound.Close(); err != nil {
					t.Fatal(err)
				}
				left, right := channels(t, &file)
				_, want := samples(t, bytes.NewReader(pcmWAV(t, f, said)))
				same(t, "the user", f, left, want)
				_, codes := audioOf(t, &played)
				_, want = samples(t, bytes.NewReader(pcmWAV(t, f, codes)))
				same(t, "the assistant", f, right, want)
			})
		})
	}
}

// same compares samples, of which got may have silence at the end, and be shifted by a packet: a leg tells no more.
func same(t *testing.T, who string, f audio.Format, got, want []int16) {
	t.Helper()
	begin := func(s []int16) int {
		for i, v := range s {
			if math.Abs(float64(v)) > 8 { // G.711 has no 0
				return i
			}
		}
		return len(s)
	}
	from, at := begin(got), begin(want)
	if shift := f.Duration(max(from-at, at-from) * f.SampleBytes()); shift > leg.Packet || at == len(want) {
		t.Fatalf("%s begins %v beside the truth, sample %d, want %d", who, shift, from, at)
	}
	compared, differ := 0, 0
	for i := at; i < len(want); i++ {
		v := int16(0)
		if j := i + from - at; j < len(got) {
			v = got[j]
		}
		if compared++; v != want[i] && math.Abs(float64(v-want[i])) > 8 {
			differ++
		}
	}
	if differ > 0 {
		t.Errorf("%s: %d of %d samples differ", who, differ, compared)
	}
}

// speech is what the user says: speech after a second, and again while the assistant speaks.
func speech(f audio.Format) []byte {
	var b []byte
	silence := func(d time.Duration) { b = f.AppendSilence(b, f.Bytes(d)) }
	talk := func(d time.Duration) {
		for i := range f.Bytes(d) / f.SampleBytes() {
			v := int16(8000 * math.Sin(2*math.Pi*300*float64(i)/float64(f.Rate)))
			pcm := binary.LittleEndian.AppendUint16(nil, uint16(v))
			switch f.Encoding {
			case audio.MuLaw:
				b = audio.AppendMuLaw(b, pcm)
			case audio.ALaw:
				b = audio.AppendALaw(b, pcm)
			default:
				b = append(b, pcm...)
			}
		}
	}
	silence(time.Second)
	talk(time.Second)
	silence(4 * time.Second)
	talk(time.Second)
	silence(5 * time.Second)
	return b
}

func wav(t *testing.T, f audio.Format, sound []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := audio.NewWriter(&b, f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(sound); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pcmWAV is a WAV file of sound in format f, as 16-bit samples.
func pcmWAV(t *testing.T, f audio.Format, sound []byte) []byte {
	switch f.Encoding {
	case audio.MuLaw:
		sound = audio.AppendPCMOfMuLaw(nil, sound)
	case audio.ALaw:
		sound = audio.AppendPCMOfALaw(nil, sound)
	}
	f.Encoding = audio.PCM16
	return wav(t, f, sound)
}

func audioOf(t *testing.T, file io.Reader) (audio.Format, []byte) {
	t.Helper()
	r, err := audio.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return r.Format(), b
}

func TestASoundOnASlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan struct{})}
		s, err := record.NewSound(g, &scripted{})
		if err != nil {
			t.Fatal(err)
		}
		const n = 180
		for i := range n {
			time.Sleep(time.Second)
			s.Heard(playback.Heard{At: time.Now(), Audio: tone(8000, 1)})
			if i == 160 {
				close(g.open)
				synctest.Wait()
			}
		}
		if err := s.Close(); err == nil || !strings.HasSuffix(err.Error(), "s of the sound are silent in the file: the writer was too slow") {
			t.Errorf("error %v", err)
		}
		_, right := channels(t, &g.Buffer)
		if len(right) != n*8000 {
			t.Errorf("the file has %d samples, want %d", len(right), n*8000)
		}
		begins, gaps := 0, 0
		for i := 0; i < len(right); i += 8000 {
			switch right[i] {
			case 1:
				begins++
			case 0:
				gaps++
			}
		}
		if begins < 100 || gaps < 20 || begins+gaps != n {
			t.Errorf("%d seconds are there, %d are silent", begins, gaps)
		}
	})
}

func TestASoundOnAFullDisk(t *testing.T) {
	s, err := record.NewSound(&disk{room: 1000}, &scripted{})
	if err != nil {
		t.Fatal(err)
	}
	s.Heard(playback.Heard{At: time.Now(), Audio: tone(8000, 1)})
	for range 2 {
		if err := s.Close(); !errors.Is(err, errFull) {
			t.Errorf("error %v", err)
		}
	}
	s.Heard(playback.Heard{At: time.Now(), Audio: tone(8000, 1)})
}

func TestASoundInAFile(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "call.wav"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s, err := record.NewSound(file, &scripted{})
	if err != nil {
		t.Fatal(err)
	}
	s.Heard(playback.Heard{At: time.Now().Add(time.Second), Audio: tone(8000, 1)})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if size := int(binary.LittleEndian.Uint32(b[40:])); size != len(b)-44 || size < 32_000 {
		t.Errorf("the header says %d bytes of audio, the file has %d", size, len(b)-44)
	}
}

func TestASoundOfTwoChannels(t *testing.T) {
	l, _ := leg.NewPipe(audio.Format{Encoding: audio.PCM16, Rate: 8000, Channels: 2})
	if _, err := record.NewSound(io.Discard, l); err == nil {
		t.Error("a leg in stereo is accepted")
	}
}
