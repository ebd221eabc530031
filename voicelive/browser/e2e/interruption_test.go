package e2e_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/browser"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// The user interrupts a response that was sent at once. What the service keeps of it is what the page gave to the
// device of the user, counted there by another worklet.
func TestInterruption(t *testing.T) {
	const rate = 24000
	tone := make([]int16, 30*rate) // never 0, so that what was heard can be counted
	for i := range tone {
		tone[i] = int16(9000 + 3000*math.Sin(float64(i)*2*math.Pi*200/rate))
	}
	s := newScene(t, voicelivetest.Options{
		Hear: voicelivetest.Hear("Tell me a story.", "Stop it now, please!"),
		Respond: voicelivetest.Sequence(
			voicelivetest.Always(voicelivetest.Response{Text: "Once upon a time there was a king.", Audio: tone}),
			voicelivetest.Always(voicelivetest.Response{}), // nothing
		),
		Pace: voicelivetest.Instant,
	}, browser.Options{})
	s.count()
	p := silent(t)
	p.onLoad(counting + speaking)
	p.open(s.server.URL)
	p.click("start")
	p.untilState("live")
	p.say("Tell me a story.")
	p.until("counted.loud > 1.5")
	p.say("Stop it now, please!")
	p.until("document.querySelector('#transcript .assistant')?.innerText.includes('interrupted')")
	p.until("document.getElementById('latency').innerText.startsWith('Reply after')")

	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	event, err := s.session(0).WaitReceived(ctx, voicelive.ClientEventTypeConversationItemTruncate, 1)
	if err != nil {
		t.Fatal(err)
	}
	kept := time.Duration(event.(*voicelive.ClientEventConversationItemTruncate).AudioEndMS) * time.Millisecond
	p.until("counted.silent") // the worklet has reported since
	heard := time.Duration(evaluate[float64](p, "counted.loud") * float64(time.Second))
	t.Logf("kept %v, heard %v", kept, heard)
	const tolerance = 60 * time.Millisecond
	if heard < time.Second || kept > heard+tolerance || kept < heard-tolerance && !s.late.Load() {
		t.Errorf("the service keeps %v, the page has played %v", kept, heard)
	}
	p.click("hang-up")
	p.untilState("ended")
	s.waitReport()
	if err := s.session(0).Check(); err != nil {
		t.Errorf("the client: %v", err)
	}
}

// A timed leg notes whether a page takes longer than a Call waits to tell what it has played. What it played last does
// not count then.
type timed struct {
	*browser.Call
	late *atomic.Bool
}

func (t timed) Clear(ctx context.Context) error {
	began := time.Now()
	err := t.Call.Clear(ctx)
	if time.Since(began) >= 300*time.Millisecond {
		t.late.Store(true)
	}
	return err
}

// speaking makes the user of the page one who speaks when the test says so.
const speaking = `
	MediaDevices.prototype.getUserMedia = async () => {
		const context = new AudioContext();
		const microphone = new MediaStreamAudioDestinationNode(context);
		globalThis.say = (samples) => {
			const buffer = new AudioBuffer({length: samples.length, sampleRate: 24000});
			buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
			const words = new AudioBufferSourceNode(context, {buffer});
			words.connect(microphone);
			words.start();
		};
		return microphone.stream;
	};`

// say has the user of a page with speaking say something.
func (p *tab) say(words string) {
	p.t.Helper()
	pcm := voice(p.t, words)
	samples := make([]int16, len(pcm)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(pcm[2*i:]))
	}
	text, err := json.Marshal(samples)
	if err != nil {
		p.t.Fatal(err)
	}
	evaluate[bool](p, fmt.Sprintf("say(%s) ?? true", text))
}

// counting connects everything that the page gives to the device of the user to a worklet that counts, too.
const counting = `
	globalThis.counted = {loud: 0, silent: false};
	const connect = AudioNode.prototype.connect;
	AudioNode.prototype.connect = function (to, ...more) {
		if (to instanceof AudioDestinationNode) {
			this.context.audioWorklet.addModule('/count.js').then(() => {
				const count = new AudioWorkletNode(this.context, 'count');
				count.port.onmessage = ({data}) => Object.assign(counted, data);
				connect.call(this, count);
			});
		}
		return connect.call(this, to, ...more);
	};`

// count serves the worklet that counts: the seconds in which there was sound, and whether there is none any more.
func (s *scene) count() {
	page := s.server.Config.Handler
	s.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/count.js" {
			page.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/javascript")
		w.Write([]byte(`
			registerProcessor('count', class extends AudioWorkletProcessor {
				loud = 0; quiet = 0; blocks = 0;
				process([[input]]) {
					for (const sample of input ?? []) {
						if (Math.abs(sample) > 0.05) { this.loud++; this.quiet = 0; } else this.quiet++;
					}
					if (++this.blocks % 20 === 0) this.port.postMessage({loud: this.loud / sampleRate, silent: this.loud > 0 && this.quiet > sampleRate / 10});
					return true;
				}
			});`))
	})
}
