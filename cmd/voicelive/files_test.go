package main

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestLint(t *testing.T) {
	const session = `{"type": "session.update", "session": {
  "voice": {"type": "azure-standard", "name": "en-US-AvaNeural"},
  "input_audio_format": "g711_ulaw",
  "input_audio_sampling_rate": 24000
}}`
	asJSON := lines(t, "session.json", session)
	asYAML := lines(t, "session.yaml", "voice: {type: azure-standard, name: en-US-AvaNeural}", "input_audio_format: g711_ulaw", "input_audio_sampling_rate: 24000")
	for path, place := range map[string]string{asJSON: ":4:32: error: input_audio_sampling_rate: ", asYAML: ":3:28: error: input_audio_sampling_rate: "} {
		r := do(t, nil, none(), "lint", path)
		if r.code != exitFound || r.err != "" || !strings.HasPrefix(r.out, path+place) && !strings.Contains(r.out, "\n"+path+place) {
			t.Errorf("%s: exit code %d, errors %q, output\n%s", path, r.code, r.err, r.out)
		}
		r = do(t, nil, none(), "lint", "-json", path)
		for line := range strings.Lines(r.out) {
			var finding struct{ Place, Rule string }
			if err := json.Unmarshal([]byte(line), &finding); err != nil || !strings.HasPrefix(finding.Place, path+":") || finding.Rule == "" {
				t.Errorf("%v: %s", err, line)
			}
		}
		if r.code != exitFound || r.out == "" {
			t.Errorf("exit code %d, output %q", r.code, r.out)
		}
	}
	r := do(t, nil, strings.NewReader(session), "lint", "-")
	if r.code != exitFound || !strings.Contains(r.out, "<stdin>:4:32: error: ") {
		t.Errorf("exit code %d, output\n%s", r.code, r.out)
	}
	expect(t, do(t, nil, strings.NewReader("modalities: [text]"), "lint", "-"), result{})
	for in, want := range map[string]string{
		"":      "voicelive: <stdin>: there is nothing in it\n",
		"a: [":  "voicelive: <stdin>: yaml: ",
		"- 1\n": "voicelive: <stdin>:1:1: ",
	} {
		if r := do(t, nil, strings.NewReader(in), "lint", "-"); r.code != exitUsage || !strings.HasPrefix(r.err, want) {
			t.Errorf("%q: exit code %d, errors %q, want %q", in, r.code, r.err, want)
		}
	}
}

func TestEvents(t *testing.T) {
	in := strings.Join([]string{
		`{"type":"response.create"}`,
		``,
		`{"type":"response.text.delta","event_id":"e","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"Hi","mood":"good"}`,
		`{"type":"session.update","session":{"turn_detection":{"type":"telepathy"}}}`,
		`{"type":"session.avatar.levitate"}`,
		`no JSON`,
	}, "\n")
	expect(t, do(t, nil, strings.NewReader(in), "events", "-check", "-from", "service", "-"), result{exitFound,
		"<stdin>:3: response.text.delta: mood: unknown member, or value that does not fit\n", ""})
	r := do(t, nil, strings.NewReader(in), "events", "-check", "-")
	for _, want := range []string{"<stdin>:3: ", "<stdin>:4: session.update: session.turn_detection has an unknown type\n", "<stdin>:5: session.avatar.levitate: unknown type of event\n", "<stdin>:6: "} {
		if !strings.Contains(r.out, want) {
			t.Errorf("no %q in\n%s", want, r.out)
		}
	}
	if r.code != exitFound || r.err != "" || strings.Contains(r.out, "<stdin>:1") {
		t.Errorf("exit code %d, errors %q, output\n%s", r.code, r.err, r.out)
	}
	expect(t, do(t, nil, strings.NewReader(in), "events", "-type", "response.c*", "-"), result{0, "> {\"type\":\"response.create\"}\n", ""})
	expect(t, do(t, nil, strings.NewReader(in), "events", "-json", "-type", "response.c*", "-"), result{0, "{\"type\":\"response.create\"}\n", ""})
	r = do(t, nil, strings.NewReader(in), "events", "-json", "-check", "-type", "response.*", "-")
	expect(t, r, result{exitFound, `{"from":"service","place":"<stdin>:3","problems":["mood: unknown member, or value that does not fit"],"type":"response.text.delta"}` + "\n", ""})
}

// A chat is recorded, and its cassette read by everything that reads cassettes.
func TestCassettes(t *testing.T) {
	srv := simulator(t, voicelivetest.Options{TellExpiry: true})
	cassette := filepath.Join(t.TempDir(), "chat.jsonl")
	expect(t, do(t, at(srv), strings.NewReader("Hello\nBye\n"), "record", cassette, "chat"), result{0, "You said: Hello\nYou said: Bye\n", ""})
	text := mustRead(t, cassette)
	if strings.Contains(string(text), secret) {
		t.Error("the cassette has the key")
	}

	r := do(t, nil, none(), "transcript", cassette)
	if r.code != 0 || r.err != "" || !strings.Contains(r.out, "Hello") || !strings.Contains(r.out, "You said: Bye") {
		t.Errorf("exit code %d, errors %q, output\n%s", r.code, r.err, r.out)
	}
	if r := do(t, nil, none(), "transcript", "-json", cassette); r.code != 0 || !json.Valid([]byte(r.out)) || !strings.Contains(r.out, "You said: Bye") {
		t.Errorf("exit code %d, output\n%s", r.code, r.out)
	}
	expect(t, do(t, nil, none(), "events", "-check", cassette), result{})

	// As the service, to the same client and to another.
	s := start(t, "replay", "-fast", "-address", "localhost:0", cassette)
	expect(t, do(t, s.env(), strings.NewReader("Hello\nBye\n"), "chat"), result{0, "You said: Hello\nYou said: Bye\n", ""})
	expect(t, s.end(t), result{})
	s = start(t, "replay", "-fast", "-address", "localhost:0", cassette)
	do(t, s.env(), strings.NewReader("Hello\nHi\n"), "chat")
	if r := s.end(t); r.code != exitFound || !strings.Contains(r.err, `"Bye"`) || !strings.Contains(r.err, `"Hi"`) {
		t.Errorf("exit code %d, errors %q", r.code, r.err)
	}
	s = start(t, "replay", "-address", "localhost:0", cassette)
	s.interrupt()
	expect(t, s.end(t), result{exitInterrupted, "", ""})

	// As the client.
	r = do(t, at(srv), none(), "replay", "-client", "-fast", cassette)
	if r.code != 0 || r.err != "" || !strings.HasPrefix(r.out, "session 1: ") || !strings.Contains(r.out, "       2  response.done\n") {
		t.Errorf("exit code %d, errors %q, output\n%s", r.code, r.err, r.out)
	}
	if r := do(t, at(srv), none(), "replay", "-client", "-fast", "-json", cassette); r.code != 0 || !strings.Contains(r.out, `"response.done":2`) {
		t.Errorf("exit code %d, output\n%s", r.code, r.out)
	}

	// A cassette without its end, and files that are none.
	torn := filepath.Join(t.TempDir(), "torn.jsonl")
	if err := os.WriteFile(torn, text[:len(text)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	if r := do(t, nil, none(), "transcript", torn); r.code != 0 || !strings.Contains(r.err, "; what comes before is printed") || !strings.Contains(r.out, "You said: Bye") {
		t.Errorf("exit code %d, errors %q, output\n%s", r.code, r.err, r.out)
	}
	if r := do(t, nil, none(), "replay", torn); r.code != exitUsage || !strings.Contains(r.err, "the last line is not complete") {
		t.Errorf("exit code %d, errors %q", r.code, r.err)
	}
	for _, name := range []string{"transcript", "replay"} {
		if r := do(t, nil, strings.NewReader("no cassette"), name, "-"); r.code != exitUsage || !strings.HasPrefix(r.err, "voicelive: -: record: ") {
			t.Errorf("%s: exit code %d, errors %q", name, r.code, r.err)
		}
	}

	// An error of the command that is recorded is told as it asks.
	r = do(t, nil, none(), "record", cassette, "chat", "-json")
	if r.code != exitUsage || !json.Valid([]byte(r.err)) {
		t.Errorf("exit code %d, errors %q", r.code, r.err)
	}
}

func TestDoctor(t *testing.T) {
	open := simulator(t, voicelivetest.Options{Keys: []string{secret}, Models: []string{"gpt-realtime"}})
	busy := simulator(t, voicelivetest.Options{Faults: scripts("handshake.refuse status=429")})
	unused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	unused.Close()
	for _, test := range []struct {
		args string
		env  env
		step string // that fails; empty for none
		fix  string
	}{
		{"", at(open), "", ""},
		{"", nil, "endpoint", "Set AZURE_VOICELIVE_ENDPOINT"},
		{"-endpoint ftp://x", at(open), "endpoint", "Set AZURE_VOICELIVE_ENDPOINT"},
		{"-endpoint https://" + strings.Repeat("long", 16) + ".com", at(open), "name", "Is the name of the resource right"},
		{"-endpoint http://" + unused.Addr().String(), at(open), "connection", "A firewall may be in the way"},
		{"-endpoint https" + strings.TrimPrefix(open.URL(), "http"), at(open), "tls", "If a gateway inspects TLS"},
		{"-agent a -project p", at(open), "credential", "Unset AZURE_VOICELIVE_API_KEY"},
		{"", env{envEndpoint: open.URL(), envKey: "wrong"}, "session", "The key is not of this resource"},
		{"-model other", at(open), "session", "Does the region have the model"},
		{"", at(busy), "session", "The resource opens only some sessions per minute"},
	} {
		want := exitOK
		if test.step != "" {
			want = exitFound
		}
		r := do(t, test.env, none(), append([]string{"doctor", "-json"}, strings.Fields(test.args)...)...)
		var last struct {
			Step, Fix string
			OK        bool
		}
		for line := range strings.Lines(r.out) {
			if err := json.Unmarshal([]byte(line), &last); err != nil {
				t.Errorf("%v: %s", err, line)
			}
		}
		if r.code != want || r.err != "" || last.OK != (test.step == "") || test.step != "" && last.Step != test.step || !strings.HasPrefix(last.Fix, test.fix) {
			t.Errorf("%q: exit code %d, errors %q, output\n%s", test.args, r.code, r.err, r.out)
		}
	}
	r := do(t, env{envEndpoint: open.URL(), envKey: "wrong"}, none(), "doctor")
	if r.code != exitFound || !strings.Contains(r.out, "FAIL session     the service refused the session with status 401: ") {
		t.Errorf("exit code %d, output\n%s", r.code, r.out)
	}
}

func TestCompletion(t *testing.T) {
	script := do(t, nil, none(), "completion", "bash")
	for words, want := range map[string]string{"voicelive si": "simulate", "voicelive simulate --sc": "--script\n--schema", "voicelive replay --any": "--any-order"} {
		shell := script.out + "COMP_WORDS=(" + words + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _voicelive; printf '%s\\n' \"${COMPREPLY[@]}\"\n"
		out, err := exec.Command("bash", "-c", shell).CombinedOutput()
		got := strings.Fields(string(out))
		for _, w := range strings.Fields(want) {
			if err != nil || !strings.Contains(strings.Join(got, " "), w) {
				t.Errorf("%s: %v, %q, want %q", words, err, got, w)
			}
		}
	}
	for shell, want := range map[string]string{"zsh": "bashcompinit", "fish": "complete -c voicelive -n __fish_use_subcommand -f -a chat"} {
		if r := do(t, nil, none(), "completion", shell); r.code != 0 || !strings.Contains(r.out, want) {
			t.Errorf("%s: exit code %d, output\n%s", shell, r.code, r.out)
		}
	}
}
