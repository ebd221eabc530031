package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/internal/golden"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var update = flag.Bool("update", false, "rewrite testdata/help.txt, docs/simulator-script.schema.json and the outputs in README.md")

// TestMain is the command itself, for the programs in README.md.
func TestMain(m *testing.M) {
	if os.Getenv("VOICELIVE_TEST_COMMAND") != "" {
		main()
	}
	os.Exit(m.Run())
}

// result is what a command did.
type result struct {
	code     int
	out, err string
}

// env is an environment.
type env map[string]string

const secret = "a-key-of-the-resource"

// at is the environment of a client of a server.
func at(srv *voicelivetest.Server) env { return env{envEndpoint: srv.URL(), envKey: secret} }

// do runs a command with an input.
func do(t *testing.T, e env, in io.Reader, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, &streams{in: in, out: &out, err: &errs, env: func(name string) string { return e[name] }})
	r := result{code, out.String(), errs.String()}
	if strings.Contains(r.out+r.err, secret) {
		t.Errorf("voicelive %q prints the key:\n%s%s", args, r.out, r.err)
	}
	return r
}

// expect compares what a command did with what it should do.
func expect(t *testing.T, got, want result) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("the result differs (-want +got):\n%s", diff)
	}
}

// simulator starts a service that is reached over TCP, and does not wait for its audio to play.
func simulator(t *testing.T, o voicelivetest.Options) *voicelivetest.Server {
	t.Helper()
	o.Transport, o.Pace = voicelivetest.TCP, voicelivetest.Instant
	return voicelivetest.NewServer(t, &o)
}

func none() io.Reader { return strings.NewReader("") }

// lines writes a file with these lines, and returns its path.
func lines(t *testing.T, name string, text ...string) string {
	t.Helper()
	path := t.TempDir() + "/" + name
	if err := os.WriteFile(path, []byte(strings.Join(text, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestHelp(t *testing.T) {
	var all strings.Builder
	add := func(args ...string) {
		r := do(t, nil, none(), args...)
		if r.code != exitOK || r.err != "" {
			t.Errorf("voicelive %q: exit code %d, errors %q", args, r.code, r.err)
		}
		fmt.Fprintf(&all, "$ voicelive %s\n%s\n", strings.Join(args, " "), r.out)
	}
	add("help")
	for _, c := range commands {
		add("help", c.name)
	}
	add("help", "completion")
	golden.Check(t, *update, "testdata/help.txt", all.String())
	if got, want := do(t, nil, none(), "chat", "-h"), do(t, nil, none(), "help", "chat"); got != want {
		t.Errorf("chat -h prints %q, help chat %q", got.out, want.out)
	}
	overview := do(t, nil, none(), "help").out
	expect(t, do(t, nil, none()), result{exitUsage, "", overview})
}

func TestWrongUsage(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"sing", `unknown command "sing"; voicelive help lists the commands`},
		{"help sing", `unknown command "sing"; voicelive help lists the commands`},
		{"chat -loud", "flag provided but not defined: -loud; voicelive help chat lists the flags"},
		{"chat hello", `unexpected argument "hello"`},
		{"simulate hello", `unexpected argument "hello"`},
		{"load hello", `unexpected argument "hello"`},
		{"doctor hello", `unexpected argument "hello"`},
		{"say", "say needs either a text or -in"},
		{"say -in x.wav hello", "say needs either a text or -in"},
		{"listen", "listen needs one file; - is standard input"},
		{"events", "events needs one file; - is standard input"},
		{"events -type [ x", "-type: syntax error in pattern"},
		{"events -from me x", "-from must be client or service"},
		{"lint a b", "lint needs one file; - is standard input"},
		{"transcript", "transcript needs one cassette; - is standard input"},
		{"replay", "replay needs one cassette; - is standard input"},
		{"record x", "record needs a file and a command"},
		{"record x lint", `record cannot run "lint": it opens no sessions`},
		{"record -audio some x chat", `invalid value "some" for flag -audio: want all, shorten or drop; voicelive help record lists the flags`},
		{"load -sessions 0", "-sessions must be 1 to 10,000; -turns, -rate and -limit must be positive"},
		{"chat", "no endpoint: set AZURE_VOICELIVE_ENDPOINT or -endpoint; voicelive simulate is a service for trying out"},
		{"completion", "completion needs the name of a shell: bash, zsh or fish"},
		{"completion tcsh", `no completion for the shell "tcsh"; there is one for bash, zsh and fish`},
		{"simulate -address nowhere", "listen: listen tcp: address nowhere: missing port in address"},
		{"simulate -script no.json", "open no.json: no such file or directory"},
		{"listen no.wav", "open no.wav: no such file or directory"},
		{"say -in no.wav", "open no.wav: no such file or directory"},
		{"events no.jsonl", "open no.jsonl: no such file or directory"},
		{"lint no.yaml", "open no.yaml: no such file or directory"},
		{"transcript no.jsonl", "open no.jsonl: no such file or directory"},
		{"replay no.jsonl", "open no.jsonl: no such file or directory"},
		{"record no/x chat", "open no/x: no such file or directory"},
	} {
		expect(t, do(t, nil, none(), strings.Fields(test.args)...), result{exitUsage, "", "voicelive: " + test.want + "\n"})
	}
	expect(t, do(t, nil, none(), "say", "-json"), result{exitUsage, "", `{"error":"say needs either a text or -in","exit":2}` + "\n"})
}

// An interrupt ends a command that waits for its input.
func TestInterrupt(t *testing.T) {
	srv := simulator(t, voicelivetest.Options{})
	for _, args := range []string{"chat", "say -in -", "listen -rate 16000 -", "lint -", "events -", "transcript -", "replay -", "record " + t.TempDir() + "/x chat"} {
		in, _ := io.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		e := at(srv)
		var errs bytes.Buffer
		code := run(ctx, strings.Fields(args), &streams{in: reading{in, cancel}, out: io.Discard, err: &errs, env: func(name string) string { return e[name] }})
		if code != exitInterrupted || errs.Len() > 0 {
			t.Errorf("%s: exit code %d, errors %q", args, code, &errs)
		}
	}
}

// reading calls a function when somebody reads.
type reading struct {
	io.Reader
	begins func()
}

func (r reading) Read(p []byte) (int, error) {
	r.begins()
	return r.Reader.Read(p)
}

func TestColorIsForTerminals(t *testing.T) {
	device, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a character device, like a terminal
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	for _, test := range []struct {
		to      io.Writer
		noColor string
		want    string
	}{{device, "", "\x1b[31mred\x1b[0m"}, {device, "1", "red"}, {io.Discard, "", "red"}} {
		std := &streams{env: func(string) string { return test.noColor }}
		if got := std.color(test.to, 31, "red"); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
