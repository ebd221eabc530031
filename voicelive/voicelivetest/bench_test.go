package voicelivetest_test

import (
	"flag"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// BenchmarkCall tells what a second of a call in virtual time costs, in milliseconds, client and simulator together. In ten
// seconds the user speaks for two, in packets or without audio, and the service for four.
func BenchmarkCall(b *testing.B) {
	pcm16 := voicelive.RequestSession{}
	g711 := voicelive.RequestSession{InputAudioFormat: voicelive.InputAudioFormatG711ULaw, OutputAudioFormat: voicelive.OutputAudioFormatG711ULaw}
	speech, pause := tone(24000, time.Second), silence(24000, time.Second)
	speech8, pause8 := ulaw(tone(8000, time.Second)), ulaw(silence(8000, time.Second))
	for _, bb := range []struct {
		name          string
		config        *voicelive.RequestSession
		speech, pause []byte        // a second of each
		packet        time.Duration // 0 is speech without audio
	}{
		{"pcm16/20ms", &pcm16, speech, pause, 20 * time.Millisecond},
		{"pcm16/100ms", &pcm16, speech, pause, 100 * time.Millisecond},
		{"ulaw/20ms", &g711, speech8, pause8, 20 * time.Millisecond},
		{"ulaw/100ms", &g711, speech8, pause8, 100 * time.Millisecond},
		{"pcm16/UserSays", &pcm16, nil, nil, 0},
	} {
		b.Run(bb.name, func(b *testing.B) {
			var seconds float64
			for b.Loop() {
				inBubble(b, func(t *testing.T) {
					srv := voicelivetest.NewServer(t, &voicelivetest.Options{Respond: voicelivetest.Reply(
						"A weight or a spring drives its wheels, and a pendulum lets them turn.")})
					session := srv.Connect(t, &voicelive.ConnectOptions{Model: "m", Session: bb.config})
					go func() {
						for range session.Events(t.Context()) {
						}
					}()
					for range 6 {
						seconds += 10
						if bb.packet == 0 {
							srv.Session(0).UserSays("Go on.", 2*time.Second)
							time.Sleep(10 * time.Second)
							continue
						}
						for at := time.Duration(0); at < 10*time.Second; at += bb.packet {
							audio := bb.pause
							if at < 2*time.Second {
								audio = bb.speech
							}
							size := len(audio) * int(bb.packet) / int(time.Second)
							if err := session.AppendInputAudioBuffer(t.Context(), audio[:size]); err != nil {
								t.Error(err)
							}
							time.Sleep(bb.packet)
						}
					}
					if n := count(srv.Session(0), voicelive.ServerEventTypeResponseDone); n < 5 {
						t.Errorf("only %d responses were done", n)
					}
				})
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/seconds, "ms/s")
		})
	}
}

// inBubble runs a test in virtual time from a benchmark.
func inBubble(b *testing.B, test func(t *testing.T)) {
	b.Helper()
	verbose := flag.Lookup("test.v").Value.String()
	flag.Set("test.v", "false")
	defer flag.Set("test.v", verbose)
	ok := testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{
		{Name: "Call", F: func(t *testing.T) { synctest.Test(t, test) }},
	})
	if !ok {
		b.Fatal("the call failed")
	}
}

// ulaw encodes 16-bit samples.
func ulaw(linear []byte) []byte {
	audio := make([]byte, len(linear)/2)
	for i := range audio {
		audio[i] = voicelivetest.UlawEncode(int16(uint16(linear[2*i]) | uint16(linear[2*i+1])<<8))
	}
	return audio
}
