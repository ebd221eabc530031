package voicelivetest_test

import (
	"flag"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// BenchmarkCall tells what a second of a call in virtual time costs, client and simulator together: the user speaks for
// two seconds of ten, in packets, and the service answers for four.
func BenchmarkCall(b *testing.B) {
	for _, format := range []struct {
		name   string
		input  voicelive.InputAudioFormat
		output voicelive.OutputAudioFormat
		rate   int
	}{
		{"pcm16", voicelive.InputAudioFormatPCM16, voicelive.OutputAudioFormatPCM16, 24000},
		{"ulaw", voicelive.InputAudioFormatG711Ulaw, voicelive.OutputAudioFormatG711Ulaw, 8000},
	} {
		for _, packet := range []time.Duration{20 * time.Millisecond, 100 * time.Millisecond} {
			b.Run(format.name+"/"+packet.String(), func(b *testing.B) {
				speech, pause := tone(format.rate, packet), silence(format.rate, packet)
				if format.input == voicelive.InputAudioFormatG711Ulaw {
					speech, pause = ulaw(speech), ulaw(pause)
				}
				var seconds float64
				for b.Loop() {
					inBubble(b, func(t *testing.T) {
						srv := voicelivetest.NewServer(t, &voicelivetest.Options{Respond: voicelivetest.Reply(
							"A weight or a spring drives its wheels, and a pendulum lets them turn.")})
						session := srv.Client(t, &voicelive.ConnectOptions{Model: "m", Session: &voicelive.RequestSession{
							InputAudioFormat: format.input, OutputAudioFormat: format.output, InputAudioSamplingRate: &format.rate,
						}})
						go func() {
							for range session.Events(t.Context()) {
							}
						}()
						began := time.Now()
						for n := range int(time.Minute / packet) {
							audio := pause
							if time.Duration(n)*packet%(10*time.Second) < 2*time.Second {
								audio = speech
							}
							if err := session.AppendInputAudioBuffer(t.Context(), audio); err != nil {
								t.Error(err)
							}
							time.Sleep(packet)
						}
						seconds += time.Since(began).Seconds()
						if n := len(srv.Session(0).Sent()); n < 200 {
							t.Errorf("only %d events were sent", n)
						}
					})
				}
				b.ReportMetric(b.Elapsed().Seconds()*1000/seconds, "ms/s")
			})
		}
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
