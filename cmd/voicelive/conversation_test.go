package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestChat(t *testing.T) {
	srv := simulator(t, voicelivetest.Options{Keys: []string{secret}})
	expect(t, do(t, at(srv), strings.NewReader("Hello\n\n How are you? \n"), "chat"), result{0, "You said: Hello\nYou said: How are you?\n", ""})
	expect(t, do(t, at(srv), strings.NewReader("a < b"), "chat", "--json"), result{0, `{"assistant":"You said: a < b","status":"completed","user":"a < b"}` + "\n", ""})
	expect(t, do(t, at(srv), strings.NewReader(strings.Repeat("a", 100_000)), "chat"), result{0, "You said: " + strings.Repeat("a", 100_000) + "\n", ""})
	expect(t, do(t, at(srv), none(), "chat"), result{0, "", ""})
	srv.Check(t)
}

func TestFlagsOfASession(t *testing.T) {
	srv := simulator(t, voicelivetest.Options{})
	session := lines(t, "session.yaml", "instructions: Be brief.", "temperature: 0.7")
	for _, test := range []struct {
		args  string
		env   string
		query string
		want  string // in the session.update
	}{
		{"", "", "model=gpt-realtime", `"session":{"modalities":["text"]}`},
		{"-model gpt-4o", "other", "model=gpt-4o", `"modalities":["text"]`},
		{"", "other", "model=other", `"modalities":["text"]`},
		{"-api-version 2025-10-01", "", "api-version=2025-10-01", `"modalities":["text"]`},
		{"-voice en-US-AvaNeural", "", "", `"voice":{"type":"azure-standard","name":"en-US-AvaNeural"}`},
		{"-voice alloy", "", "", `"voice":"alloy"`},
		{"-session " + session, "", "", `"instructions":"Be brief."`},
		{"-session " + session + " -instructions Rhyme.", "", "", `"instructions":"Rhyme."`},
	} {
		e := at(srv)
		e[envModel] = test.env
		expect(t, do(t, e, strings.NewReader("Hi"), append([]string{"chat"}, strings.Fields(test.args)...)...), result{0, "You said: Hi\n", ""})
		handshakes, sessions := srv.Handshakes(), srv.Sessions()
		if query := handshakes[len(handshakes)-1].URL.RawQuery; !strings.Contains(query, test.query) {
			t.Errorf("%s: the query is %s", test.args, query)
		}
		if got := string(sessions[len(sessions)-1].Received()[0].Raw); !strings.Contains(got, test.want) {
			t.Errorf("%s: got %s, want %s", test.args, got, test.want)
		}
	}
}

// A session that is refused or lost is told with exit code 3, and without the key.
func TestFailingSessions(t *testing.T) {
	for _, test := range []struct {
		options voicelivetest.Options
		want    string
	}{
		{voicelivetest.Options{Keys: []string{"another"}}, "the service refused the session with status 401: "},
		{voicelivetest.Options{Models: []string{"another"}}, "the service refused the session with status 400: "},
		{voicelivetest.Options{Faults: scripts("handshake.refuse status=403")}, "403"},
		{voicelivetest.Options{Faults: scripts("end.close received=2 code=1011 body=\"broken\"")}, "broken"},
		{voicelivetest.Options{Respond: voicelivetest.Always(voicelivetest.Response{Failed: []byte(`{"code":"overloaded","message":"Come again"}`)})}, "Come again"},
		{voicelivetest.Options{Faults: scripts(`event.refuse body="response.create"`)}, "response.create"},
	} {
		srv := simulator(t, test.options)
		for _, args := range [][]string{{"chat"}, {"say", "Hi"}} {
			r := do(t, at(srv), strings.NewReader("Hi\n"), args...)
			if r.code != exitService || !strings.HasPrefix(r.err, "voicelive: ") || !strings.Contains(r.err, test.want) || strings.Count(r.err, "\n") != 1 {
				t.Errorf("%q: exit code %d, errors %q, want %q", args, r.code, r.err, test.want)
			}
			srv = simulator(t, test.options)
		}
		r := do(t, at(srv), strings.NewReader("Hi\n"), "chat", "-json")
		if r.code != exitService || !strings.HasPrefix(r.err, `{"`) || !strings.Contains(r.err, test.want) || !strings.Contains(r.err, `"exit":3`) {
			t.Errorf("exit code %d, errors %q, want %q", r.code, r.err, test.want)
		}
	}
	closed := simulator(t, voicelivetest.Options{})
	closed.Close()
	if r := do(t, at(closed), none(), "chat"); r.code != exitService || !strings.Contains(r.err, "connection refused") {
		t.Errorf("exit code %d, errors %q", r.code, r.err)
	}
}

func scripts(text ...string) voicelivetest.Faults {
	var f voicelivetest.Faults
	for _, text := range text {
		script, err := voicelivetest.ParseScript(text)
		if err != nil {
			panic(err)
		}
		f.Scripts = append(f.Scripts, script)
	}
	return f
}

// tone is a WAV file with half a second of speech.
func tone(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	format := audio.Format{Encoding: audio.PCM16, Rate: 16000, Channels: 1}
	w, err := audio.NewWriter(&file, format)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(pcm(format.Rate / 2)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func pcm(samples int) (sound []byte) {
	for i := range samples {
		sound = binary.LittleEndian.AppendUint16(sound, uint16(int16(10000*math.Sin(float64(i)/5))))
	}
	return sound
}

func TestSay(t *testing.T) {
	t.Parallel()
	srv := simulator(t, voicelivetest.Options{Hear: voicelivetest.Hear("Good evening")})
	path := filepath.Join(t.TempDir(), "reply.wav")
	expect(t, do(t, at(srv), none(), "say", "-out", path, "Good", "morning"), result{0, "You said: Good morning\n", ""})
	wav := checkWAV(t, mustRead(t, path))
	if wav.Rate != 24000 {
		t.Errorf("the reply has %d Hz", wav.Rate)
	}
	// Sound on standard output leaves the transcript to standard error.
	r := do(t, at(srv), none(), "say", "-out", "-", "Good morning")
	if checkWAV(t, []byte(r.out)); r.err != "You said: Good morning\n" {
		t.Errorf("the transcript is %q", r.err)
	}
	for _, args := range [][]string{{"-in", "-"}, {"-in", "-", "-json"}} {
		got := do(t, at(srv), bytes.NewReader(tone(t)), append([]string{"say"}, args...)...)
		want := "(you said: Good evening)\nYou said: Good evening\n"
		if len(args) > 2 {
			want = `{"assistant":"You said: Good evening","status":"completed","user":"Good evening"}` + "\n"
		}
		expect(t, got, result{0, want, ""})
	}
	expect(t, do(t, at(srv), strings.NewReader("this is no WAV file"), "say", "-in", "-"), result{exitUsage, "", "voicelive: -: audio: reading WAV: the file is no WAV file: it does not begin with RIFF and WAVE\n"})
	srv.Check(t)
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// checkWAV returns the format of a file that is not silent.
func checkWAV(t *testing.T, file []byte) audio.Format {
	t.Helper()
	r, err := audio.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	sound, err := io.ReadAll(r)
	if err != nil || len(bytes.Trim(sound, "\x00")) == 0 {
		t.Errorf("%d bytes of sound, %v", len(sound), err)
	}
	return r.Format()
}

func TestListen(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		in   []byte
		want string
	}{
		{"WAV", []string{"-"}, tone(t), `^0:00\.0  Good evening\n$`},
		{"PCM", []string{"-rate", "16000", "-"}, pcm(8000), `^0:00\.0  Good evening\n$`},
		{"JSON", []string{"-json", "-"}, tone(t), `^\{"began":0,"ended":[0-9.]+,"text":"Good evening"\}\n$`},
		{"silence", []string{"-rate", "16000", "-"}, make([]byte, 3200), `^$`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			srv := simulator(t, voicelivetest.Options{Hear: voicelivetest.Hear("Good evening")})
			r := do(t, at(srv), bytes.NewReader(test.in), append([]string{"listen"}, test.args...)...)
			if r.code != 0 || r.err != "" || !regexp.MustCompile(test.want).MatchString(r.out) {
				t.Errorf("exit code %d, output %q, errors %q, want %s", r.code, r.out, r.err, test.want)
			}
			srv.Check(t)
		})
	}
	srv := simulator(t, voicelivetest.Options{})
	expect(t, do(t, at(srv), strings.NewReader("this is no WAV file"), "listen", "-"), result{exitUsage, "", "voicelive: -: audio: reading WAV: the file is no WAV file: it does not begin with RIFF and WAVE\n"})
	expect(t, do(t, at(srv), none(), "listen", "-rate", "7", "-"), result{exitUsage, "", "voicelive: -rate must be 8000, 16000 or 24000\n"})
}

func TestLoad(t *testing.T) {
	srv := simulator(t, voicelivetest.Options{})
	r := do(t, at(srv), none(), "load", "-sessions", "4", "-turns", "2", "-rate", "1000")
	want := `^4 sessions, 0 failed, in [0-9.]+ s
ms               count       p50       p90       p99       max
connect              4( +[0-9.]+){4}
first output         8( +[0-9.]+){4}
response             8( +[0-9.]+){4}
$`
	if r.code != 0 || r.err != "" || !regexp.MustCompile(want).MatchString(r.out) {
		t.Errorf("exit code %d, errors %q, output\n%s", r.code, r.err, r.out)
	}
	r = do(t, at(srv), none(), "load", "-json", "-sessions", "1", "-turns", "1")
	if want := `^\{"connect":\{"count":1,"p50_ms":[0-9.]+,.*"failed":0,"failures":\{\},.*\}\n$`; r.code != 0 || !regexp.MustCompile(want).MatchString(r.out) {
		t.Errorf("exit code %d, output %s", r.code, r.out)
	}
	srv.Check(t)

	srv = simulator(t, voicelivetest.Options{Faults: scripts("handshake.refuse status=429", "end.close received=1 code=1011")})
	r = do(t, at(srv), none(), "load", "-sessions", "3", "-turns", "1", "-rate", "20")
	if r.code != exitFound || r.err != "" || !strings.HasPrefix(r.out, "3 sessions, 2 failed") || !strings.Contains(r.out, "\n1 failed: lost: ") || !strings.Contains(r.out, "\n1 failed: refused: status 429") {
		t.Errorf("exit code %d, errors %q, output\n%s", r.code, r.err, r.out)
	}
	for _, endpoint := range []string{"https://x.services.ai.azure.com", "https://X.COGNITIVESERVICES.AZURE.US", "https://westus.api.cognitive.microsoft.com"} {
		r := do(t, env{envEndpoint: endpoint, envKey: secret}, none(), "load")
		if r.code != exitUsage || !strings.Contains(r.err, "say -i-pay-for-this if that is what you want") {
			t.Errorf("%s: exit code %d, errors %q", endpoint, r.code, r.err)
		}
	}
}
