package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/browser"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// opening has the page note what it opens, and the states of its call. A call hangs up when moment, the name of a
// function of the browser, has its result.
const opening = `
	globalThis.opened = {streams: [], contexts: [], sockets: []};
	globalThis.AudioContext = class extends AudioContext {
		constructor(options) { super(options); opened.contexts.push(this); }
	};
	globalThis.WebSocket = class extends WebSocket {
		constructor(url, protocols) { super(url, protocols); opened.sockets.push(this); queueMicrotask(() => passed('WebSocket')); }
	};
	const passed = (name) => { if (globalThis.moment === name) call.hangUp(); };
	for (const [object, name] of [[MediaDevices.prototype, 'getUserMedia'], [globalThis, 'fetch'],
		[AudioWorklet.prototype, 'addModule'], [BaseAudioContext.prototype, 'resume'], [AudioContext.prototype, 'resume']]) {
		const original = object[name];
		object[name] = async function (...args) {
			const result = await original.apply(this, args);
			if (name === 'getUserMedia') opened.streams.push(result);
			passed(name);
			return result;
		};
	}
	// newCall returns a call whose states are noted.
	globalThis.newCall = async () => {
		const {Call} = await import(document.body.dataset.call ?? '/call.js');
		globalThis.call = new Call();
		globalThis.states = [];
		call.addEventListener('state', ({detail}) => states.push(detail.why ?? detail.state));
		return call;
	};
	globalThis.released = () => opened.streams.every((s) => s.getTracks().every((track) => track.readyState === 'ended')) &&
		opened.contexts.every(({state}) => state === 'closed') && opened.sockets.every(({readyState}) => readyState > 1);`

// Whoever hangs up while a call begins is told nothing more, and nothing stays open: not the microphone above all.
func TestACallIsEndedWhileItBegins(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{})
	p := silent(t)
	p.allow("closed before the connection")
	p.onLoad(opening)
	p.open(s.server.URL)
	for _, moment := range []string{"getUserMedia", "fetch", "addModule", "resume", "WebSocket"} {
		evaluate[bool](p, fmt.Sprintf("(async () => { moment = %q; await (await newCall()).start(); return true; })()", moment))
		if got := evaluate[string](p, "states.join()"); got != "connecting,connecting,hung_up" && got != "connecting,hung_up" {
			t.Errorf("after %s: the states are %s", moment, got)
		}
		p.until("released()")
	}
	if got := evaluate[string](p, "[opened.streams.length, opened.contexts.length, opened.sockets.length].join()"); got != "5,5,1" {
		t.Errorf("streams, contexts and sockets: %s", got)
	}
}

// A second start of a call opens nothing, and says what to do. The page is one of the application's own, and the
// handler has a place beside it.
func TestACallIsStartedOnce(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{})
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src data:")
		fmt.Fprint(w, "<!doctype html><link rel=icon href=data:,><title>Mine</title><body data-call=/talk/call.js>")
	})
	mux.Handle("/talk/", http.StripPrefix("/talk", s.server.Config.Handler))
	s.server.Config.Handler = mux
	p := silent(t)
	p.onLoad(opening)
	p.open(s.server.URL)
	const want = "Error: A Call is started once: make a new Call for the next."
	again := func(when string) {
		t.Helper()
		if got := evaluate[string](p, "call.start().then(() => 'started', String)"); got != want {
			t.Errorf("%s: %s", when, got)
		}
	}
	evaluate[bool](p, "newCall().then((call) => { call.start(); return true; })")
	again("at once")
	p.until("states.at(-1) === 'live'")
	again("in the call")
	evaluate[bool](p, "call.hangUp() ?? true")
	again("after the call")
	s.waitReport()
	evaluate[bool](p, "newCall().then((call) => call.hangUp() ?? true)")
	again("after the end of a call that did not begin")
	if got := evaluate[string](p, "[opened.streams.length, opened.contexts.length, opened.sockets.length].join()"); got != "1,1,1" {
		t.Errorf("streams, contexts and sockets: %s", got)
	}
	p.until("released()")
}

// Each state is told once, or a screen reader would say it 25 times a second.
func TestEachStateIsToldOnce(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{})
	s.serve = func(ctx context.Context, call *browser.Call) error {
		// It is one message, so that nothing is late within it.
		if err := call.Play(ctx, leg.PCM24kHz.AppendSilence(nil, leg.PCM24kHz.Bytes(100*time.Millisecond))); err != nil {
			return err
		}
		for {
			if _, err := call.Receive(ctx); err != nil {
				return nil
			}
		}
	}
	p := silent(t)
	p.onLoad(opening)
	p.open(s.server.URL)
	evaluate[bool](p, "newCall().then((call) => call.start()).then(() => true)")
	p.until("states.includes('speaking') && states.at(-1) === 'live'")
	evaluate[bool](p, "call.hangUp() ?? true")
	if got := evaluate[string](p, "states.join()"); got != "connecting,connecting,live,speaking,live,hung_up" {
		t.Errorf("the states are %s", got)
	}
}

// What keeps a call from beginning is told, also by what says nothing itself.
func TestWhatKeepsACallFromBeginning(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{})
	answer := 0 // of a proxy before the handler
	handler := s.server.Config.Handler
	s.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" && answer != 0 {
			w.Header().Set("Location", "/") // of a page to log in
			w.WriteHeader(answer)
			return
		}
		handler.ServeHTTP(w, r)
	})
	p := silent(t)
	p.allow("Failed to load resource")
	p.onLoad(opening)
	// at has the page wait no longer at all for what it waits for so many milliseconds.
	at := func(ms int) string {
		return fmt.Sprintf("const wait = setTimeout; globalThis.setTimeout = (f, ms) => wait(f, ms === %d ? 0 : ms);", ms)
	}
	for _, c := range []struct {
		why, script string
		status      int
	}{
		{"insecure", "Object.defineProperty(Navigator.prototype, 'mediaDevices', {value: undefined});", 0},
		{"no_microphone", "MediaDevices.prototype.getUserMedia = async () => { throw new DOMException('', 'NotReadableError'); };", 0},
		{"unreachable", "", http.StatusBadGateway},
		{"forbidden", "", http.StatusUnauthorized},
		{"forbidden", "", http.StatusSeeOther},
		{"busy", "", http.StatusServiceUnavailable},
		{"no_sound", at(10_000) + "AudioContext.prototype.resume = () => new Promise(() => {});", 0}, // no click
		{"lost", at(15_000) + "globalThis.WebSocket = class { close() {} };", 0},                     // never opens
	} {
		answer = c.status
		p.open(s.server.URL)
		evaluate[bool](p, fmt.Sprintf("(async () => { %s; await (await newCall()).start(); return true; })()", c.script))
		p.until("states.at(-1) !== 'connecting'")
		if got := evaluate[string](p, "states.at(-1)"); got != c.why {
			t.Errorf("%s: the call ends as %s", c.why, got)
		}
		p.until("released()")
	}
}

// When the device of the user is pulled out, the call goes on with another, muted if it was; without one the user is
// told. Whoever hangs up meanwhile leaves none open.
func TestTheMicrophoneIsReplaced(t *testing.T) {
	for _, direct := range []bool{false, true} {
		s := newScene(t, voicelivetest.Options{}, browser.Options{WebRTC: direct})
		s.serve = func(ctx context.Context, call *browser.Call) error {
			_, err := call.Receive(ctx)
			for err == nil {
				_, err = call.Receive(ctx)
			}
			return nil
		}
		p := silent(t)
		p.onLoad(opening + `
			globalThis.senders = [];
			const addTrack = RTCPeerConnection.prototype.addTrack;
			RTCPeerConnection.prototype.addTrack = function (...args) {
				const sender = addTrack.apply(this, args);
				senders.push(sender);
				return sender;
			};
			globalThis.pull = () => {
				const [track] = opened.streams.at(-1).getAudioTracks();
				track.stop();
				track.dispatchEvent(new Event('ended'));
			};`)
		p.open(s.server.URL)
		evaluate[bool](p, "newCall().then((call) => call.start()).then(() => true)")
		p.until("states.at(-1) === 'live'")
		evaluate[bool](p, `(() => {
			const tone = new OscillatorNode(opened.contexts[0]), out = new MediaStreamAudioDestinationNode(opened.contexts[0]);
			tone.connect(out);
			tone.start();
			const open = MediaDevices.prototype.getUserMedia;
			MediaDevices.prototype.getUserMedia = async () => { opened.streams.push(out.stream); return out.stream; };
			globalThis.loudest = 0;
			call.addEventListener('level', ({detail}) => loudest = Math.max(loudest, detail));
			call.mute(true);
			pull();
			return true;
		})()`)
		p.until("opened.streams.length === 2 && !opened.streams[1].getAudioTracks()[0].enabled")
		evaluate[bool](p, "call.mute(false) ?? true")
		p.until("loudest > 0.3") // the tone
		if direct {
			p.until("senders[0].track === opened.streams[1].getAudioTracks()[0]")
		}
		evaluate[bool](p, `(() => {
			MediaDevices.prototype.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); };
			call.addEventListener('trouble', ({detail}) => globalThis.trouble = detail);
			pull();
			return true;
		})()`)
		p.until("globalThis.trouble?.includes('press Start when there is one')")
		evaluate[bool](p, "call.hangUp() ?? true")
		p.until("released()")
	}
}
