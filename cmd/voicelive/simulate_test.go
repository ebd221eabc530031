package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"

	"github.com/go-voicelive/voicelive-go/internal/golden"
	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A simulation is voicelive simulate, or another command that listens, while it runs.
type simulation struct {
	endpoint  string
	interrupt context.CancelFunc
	ended     chan result
}

// start runs a command that listens, and waits until it does.
func start(t *testing.T, args ...string) *simulation {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &simulation{interrupt: cancel, ended: make(chan result, 1)}
	out := &output{listening: make(chan string, 1)}
	go func() {
		var errs bytes.Buffer
		code := run(ctx, args, &streams{in: none(), out: out, err: &errs, env: func(string) string { return "" }})
		s.ended <- result{code, out.rest.String(), errs.String()}
	}()
	select {
	case s.endpoint = <-out.listening:
	case r := <-s.ended:
		t.Fatalf("voicelive %q: %+v", args, r)
	}
	return s
}

// output takes what a command prints: first where it listens.
type output struct {
	listening chan string
	begun     bool
	rest      bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	if o.begun {
		return o.rest.Write(p)
	}
	o.begun = true
	line := strings.TrimSpace(strings.TrimPrefix(string(p), "The simulator listens at "))
	if json.Valid(p) {
		var listening struct{ Endpoint string }
		if err := json.Unmarshal(p, &listening); err != nil {
			return 0, err
		}
		line = listening.Endpoint
	}
	o.listening <- line
	return len(p), nil
}

// end returns what the command has printed since it listens, and how it ended.
func (s *simulation) end(t *testing.T) result {
	t.Helper()
	defer s.interrupt()
	return <-s.ended
}

func (s *simulation) env() env { return env{envEndpoint: s.endpoint, envKey: secret} }

func TestSimulate(t *testing.T) {
	s := start(t, "simulate", "-address", "localhost:0", "-sessions", "1")
	expect(t, do(t, s.env(), strings.NewReader("Hello"), "chat"), result{0, "You said: Hello\n", ""})
	r := s.end(t)
	for _, want := range []string{"session 1: begins, model gpt-realtime, API version " + voicelive.APIVersion, `"type":"session.update"`, `"text":"Hello"`, "session 1: ended by the client, code 1000"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("the output has no %q:\n%s", want, r.out)
		}
	}
	if r.code != 0 || r.err != "" || strings.Contains(r.out, secret) {
		t.Errorf("exit code %d, errors %q, output\n%s", r.code, r.err, r.out)
	}

	// The log, as JSON, is an input of voicelive events.
	s = start(t, "simulate", "-address", "localhost:0", "-sessions", "1", "-json")
	do(t, s.env(), strings.NewReader("a < b"), "chat")
	r = s.end(t)
	if !strings.Contains(r.out, `"text":"a < b"`) {
		t.Errorf("the output is\n%s", r.out)
	}
	expect(t, do(t, nil, strings.NewReader(r.out), "events", "-check", "-"), result{})

	// An interrupt ends it, with or without clients.
	s = start(t, "simulate", "-address", "localhost:0", "-quiet")
	do(t, s.env(), strings.NewReader("Hello"), "chat")
	s.interrupt()
	expect(t, s.end(t), result{})
}

func TestSimulateChecksClients(t *testing.T) {
	calls := lines(t, "script.json", `{"pace": -1, "replies": [{"calls": [{"name": "f"}]}]}`)
	for _, test := range []struct {
		name   string
		args   []string
		client func(t *testing.T, s *simulation)
		want   string // in the output; the exit code is 1 with -check if it is a mistake
	}{
		{"a request that is refused", []string{"-script", lines(t, "refuse.json", `{"faults": ["handshake.refuse status=503"]}`)}, func(t *testing.T, s *simulation) {
			do(t, s.env(), strings.NewReader("Hi"), "chat")
			do(t, s.env(), strings.NewReader("Hi"), "chat")
		}, "refused with status 503"},
		{"right", nil, func(t *testing.T, s *simulation) { do(t, s.env(), strings.NewReader("Hi"), "chat") }, ""},
		{"no output of a function", []string{"-script", calls}, func(t *testing.T, s *simulation) { do(t, s.env(), strings.NewReader("Hi"), "chat") },
			"session 1: mistake: function call call_1 of f has no output"},
		{"an event that is refused", nil, func(t *testing.T, s *simulation) {
			session := connect(t, s.endpoint, nil)
			session.ClearInputAudioBuffer(t.Context())
			session.CancelResponse(t.Context())
			for event, err := range session.Events(t.Context()) {
				if _, refused := event.(*voicelive.ServerEventError); refused || err != nil {
					break
				}
			}
			session.Close()
		}, "session 1: mistake: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, check := range []bool{false, true} {
				args := append([]string{"simulate", "-address", "localhost:0", "-sessions", "1"}, test.args...)
				if check {
					args = append(args, "-check")
				}
				s := start(t, args...)
				test.client(t, s)
				r := s.end(t)
				want := exitOK
				if check && strings.Contains(test.want, "mistake") {
					want = exitFound
				}
				if r.code != want || r.err != "" || !strings.Contains(r.out, test.want) {
					t.Errorf("with -check %t: exit code %d, errors %q, output\n%s", check, r.code, r.err, r.out)
				}
			}
		})
	}
}

func connect(t *testing.T, endpoint string, config *tls.Config) *voicelive.Session {
	t.Helper()
	client, err := voicelive.NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential(secret), &voicelive.ClientOptions{TLSConfig: config})
	if err != nil {
		t.Fatal(err)
	}
	session, err := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime"})
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func TestSimulateWithTLS(t *testing.T) {
	certificate := filepath.Join(t.TempDir(), "certificate.pem")
	s := start(t, "simulate", "-address", "localhost:0", "-tls", certificate, "-sessions", "1", "-quiet")
	if !strings.HasPrefix(s.endpoint, "https://") {
		t.Errorf("the endpoint is %s", s.endpoint)
	}
	if r := do(t, s.env(), none(), "chat"); r.code != exitService || !strings.Contains(r.err, "certificate") {
		t.Errorf("without the certificate: exit code %d, errors %q", r.code, r.err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(mustRead(t, certificate)) {
		t.Fatal("the file has no certificate")
	}
	connect(t, s.endpoint, &tls.Config{RootCAs: pool}).Close()
	expect(t, s.end(t), result{})
}

// fullScript has every member of a script.
const fullScript = `{
	"$schema": "simulator-script.schema.json",
	"keys": ["` + secret + `"], "tokens": ["t"], "models": ["gpt-realtime", "other"], "default_model": "other",
	"api_versions": ["` + voicelive.APIVersion + `"], "connections_per_minute": 100, "session_limit": "10m", "pace": -1, "latency": "1ms",
	"heard": ["Good evening"],
	"rules": [
		{"if_said": "weather", "calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}, "call_id": "call_mine"}]},
		{"if_output": "get_weather", "text": "It is {output}.", "delay": "2ms"},
		{"if_said": "search", "mcp_calls": [{"server": "docs", "tool": "search", "arguments": [1]}]},
		{"if_said": "long", "text": "Too long", "incomplete": "max_output_tokens", "warning": "Careful"},
		{"if_said": "fail", "failed": {"message": "Come again"}}
	],
	"replies": [{"text": "First"}],
	"mcp": {"docs": {"tools": [{"name": "search", "description": "searches"}], "latency": "1ms", "output": "found"},
		"down": {"unlisted": true, "error": "down"}},
	"faults": ["", "handshake.refuse status=403"],
	"seed": 7
}`

func TestScript(t *testing.T) {
	s := start(t, "simulate", "-address", "localhost:0", "-quiet", "-script", lines(t, "script.json", fullScript))
	expect(t, do(t, s.env(), strings.NewReader("Hi\nHi\na LONG story\n"), "chat"), result{0, "First\nYou said: Hi\nToo long\n", ""})
	for _, test := range []struct {
		args []string
		env  env
		want string
	}{
		{[]string{"chat"}, s.env(), "status 403"},
		{[]string{"chat"}, env{envEndpoint: s.endpoint, envKey: "wrong"}, "status 401"},
		{[]string{"chat", "-model", "none"}, s.env(), "status 400"},
		{[]string{"chat", "-api-version", "2025-10-01"}, s.env(), "status 400"},
	} {
		if r := do(t, test.env, none(), test.args...); r.code != exitService || !strings.Contains(r.err, test.want) {
			t.Errorf("%q: exit code %d, errors %q, want %s", test.args, r.code, r.err, test.want)
		}
	}
	s.interrupt()
	s.end(t)

	// Without faults, a function is called, and its output is said.
	calm := strings.Replace(strings.Replace(fullScript, `"seed": 7`, `"seed": 0`, 1), `"", "handshake.refuse status=403"`, "", 1)
	s = start(t, "simulate", "-address", "localhost:0", "-quiet", "-script", lines(t, "script.json", calm))
	session := connect(t, s.endpoint, nil)
	defer session.Close()
	if err := session.SendText(t.Context(), "What is the weather?"); err != nil {
		t.Fatal(err)
	}
	var said, warned strings.Builder
	for event, err := range session.Events(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		switch e := event.(type) {
		case *voicelive.ServerEventResponseFunctionCallArgumentsDone:
			if e.CallID != "call_mine" || e.Name != "get_weather" || e.Arguments != `{"city": "Oslo"}` {
				t.Errorf("the call is %+v", e)
			}
			err = errors.Join(session.CreateItem(t.Context(), &voicelive.FunctionCallOutputItem{CallID: e.CallID, Output: "sunny"}), session.CreateResponse(t.Context(), nil))
		case *voicelive.ServerEventResponseAudioTranscriptDelta:
			said.WriteString(e.Delta)
		case *voicelive.ServerEventWarning:
			warned.WriteString(e.Warning.Message)
		}
		if err != nil {
			t.Fatal(err)
		}
		if said.String() == "It is sunny." {
			break
		}
	}
	if r := do(t, s.env(), strings.NewReader("fail\n"), "chat"); r.code != exitService || !strings.Contains(r.err, "Come again") {
		t.Errorf("exit code %d, errors %q", r.code, r.err)
	}
	s.interrupt()
	s.end(t)
}

// bearer is a credential with a token that does not expire.
type bearer string

func (b bearer) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(b), ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}

func TestScriptOfTokens(t *testing.T) {
	s := start(t, "simulate", "-address", "localhost:0", "-quiet", "-script", lines(t, "script.json", `{"tokens": ["t"]}`))
	for token, want := range map[bearer]string{"t": "", "wrong": "401"} {
		client, err := voicelive.NewClient(s.endpoint, token, &voicelive.ClientOptions{
			ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		session, err := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime"})
		if err == nil {
			session.Close()
		}
		if got := fmt.Sprint(err); (err == nil) != (want == "") || !strings.Contains(got, want) {
			t.Errorf("token %q: %v, want %q", token, err, want)
		}
	}
	s.interrupt()
	s.end(t)
}

func TestScriptOfWhatIsHeard(t *testing.T) {
	speech := filepath.Join(t.TempDir(), "speech.wav")
	s := start(t, "simulate", "-address", "localhost:0", "-quiet", "-script", lines(t, "script.json", `{"pace": -1, "heard": ["Good evening!"]}`))
	expect(t, do(t, s.env(), none(), "say", "-out", speech, "Hello!"), result{0, "You said: Hello!\n", ""})
	expect(t, do(t, s.env(), none(), "say", "-in", speech), result{0, "(you said: Good evening!)\nYou said: Good evening!\n", ""})
	s.interrupt()
	s.end(t)
}

func TestScriptOfLimits(t *testing.T) {
	s := start(t, "simulate", "-address", "localhost:0", "-quiet", "-script", lines(t, "script.json", `{"connections_per_minute": 1, "session_limit": "1s"}`))
	client, err := voicelive.NewClientWithKeyCredential(s.endpoint, azcore.NewKeyCredential(secret), &voicelive.ClientOptions{
		ClientOptions: azcore.ClientOptions{Retry: policy.RetryOptions{MaxRetries: -1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	session, err := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime"})
	if _, refused := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime"}); !strings.Contains(fmt.Sprint(refused), "429") {
		t.Errorf("the second connection: %v, want status 429", refused)
	}
	for err == nil { // until the session ends
		_, err = session.Recv(t.Context())
	}
	if ended := (*voicelive.SessionError)(nil); !errors.As(err, &ended) || ended.Kind != voicelive.KindSessionExpired {
		t.Errorf("the session ended with %v, want that it has expired", err)
	}
	s.interrupt()
	s.end(t)
}

func TestScriptOfMCPServers(t *testing.T) {
	s := start(t, "simulate", "-address", "localhost:0", "-quiet", "-script", lines(t, "script.json", `{
		"pace": -1,
		"rules": [
			{"if_said": "docs", "mcp_calls": [{"server": "docs", "tool": "search", "arguments": [1]}]},
			{"if_said": "down", "mcp_calls": [{"server": "down", "tool": "search"}]}
		],
		"mcp": {
			"docs": {"tools": [{"name": "search", "description": "searches"}], "latency": "1ms", "output": "found"},
			"down": {"error": "out of order"}, "gone": {"unlisted": true}
		}
	}`))
	session := connect(t, s.endpoint, nil)
	defer session.Close()
	var servers []voicelive.Tool
	for _, label := range []string{"docs", "down", "gone"} {
		servers = append(servers, &voicelive.MCPServer{ServerLabel: label, ServerURL: "https://" + label + ".example", RequireApproval: voicelive.MCPApprovalTypeNever})
	}
	if err := session.UpdateSession(t.Context(), &voicelive.RequestSession{Tools: servers}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"gone": "not listed", "docs": "search[1]: found", "down": `search{}: {"message":"out of order","type":"tool_execution_error"}`}
	got := map[string]string{}
	err := session.SendText(t.Context(), "docs")
	for err == nil && len(got) < len(want) {
		var event voicelive.ServerEvent
		if event, err = session.Recv(t.Context()); err != nil {
			break
		}
		switch e := event.(type) {
		case *voicelive.ServerEventMCPListToolsFailed:
			got["gone"] = "not listed"
		case *voicelive.ServerEventResponseOutputItemDone:
			if call, ok := e.Item.(*voicelive.ResponseMCPCallItem); ok && call.Output != nil {
				got[call.ServerLabel] = call.Name + call.Arguments + ": " + *call.Output
			} else if ok {
				got[call.ServerLabel] = call.Name + call.Arguments + ": " + string(call.Error)
			}
		case *voicelive.ServerEventResponseDone:
			if _, called := got["down"]; !called {
				err = session.SendText(t.Context(), "down")
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the servers differ (-want +got):\n%s", diff)
	}
	s.interrupt()
	s.end(t)
}

func TestScriptsThatAreRefused(t *testing.T) {
	schema, err := scriptSchema().Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	var full any
	if err := json.Unmarshal([]byte(fullScript), &full); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(full); err != nil {
		t.Errorf("the schema refuses a script: %v", err)
	}
	for _, test := range []struct{ script, want string }{
		{`{"hear": ["x"]}`, `script.json:1:15: json: unknown field "hear"`},
		{"{\n  \"keys\": 7}", "script.json:2:11: json: cannot unmarshal number into Go struct field script.keys of type []string"},
		{`{"latency": "soon"}`, `script.json:1:19: time: invalid duration "soon"`},
		{`{"latency": "-1s"}`, `script.json:1:18: a duration cannot be negative`},
		{`{"rules": [{"if_said": 1}]}`, "cannot unmarshal number"},
		{`[]`, "cannot unmarshal array"},
		{`{"mcp": {"a": {"tool": []}}}`, `unknown field "tool"`},
	} {
		var value any
		if err := json.Unmarshal([]byte(test.script), &value); err != nil {
			t.Fatal(err)
		}
		if schema.Validate(value) == nil {
			t.Errorf("the schema takes %s", test.script)
		}
		r := do(t, nil, none(), "simulate", "-script", lines(t, "script.json", test.script))
		if r.code != exitUsage || !strings.Contains(r.err, test.want) {
			t.Errorf("%s: exit code %d, errors %q, want %s", test.script, r.code, r.err, test.want)
		}
	}
	for _, test := range []struct{ script, want string }{
		{`{} {}`, "there is something after the script"},
		{`{} x`, "there is something after the script"},
		{`{"keys": [}`, "script.json:1:11: invalid character '}'"},
		{`{"faults": ["", "end.explode"]}`, "faults of connection 2: "},
		{``, "script.json:1:1: EOF"},
	} {
		r := do(t, nil, none(), "simulate", "-script", lines(t, "script.json", test.script))
		if r.code != exitUsage || !strings.Contains(r.err, test.want) {
			t.Errorf("%s: exit code %d, errors %q, want %s", test.script, r.code, r.err, test.want)
		}
	}
}

func TestSchemaOfScripts(t *testing.T) {
	r := do(t, nil, none(), "simulate", "-schema")
	if r.code != 0 || strings.Contains(r.out, `"null"`) {
		t.Errorf("exit code %d, output\n%s", r.code, r.out)
	}
	golden.Check(t, *update, "../../docs/simulator-script.schema.json", r.out)
	var full map[string]any
	if err := json.Unmarshal([]byte(fullScript), &full); err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(full)), slices.Sorted(maps.Keys(scriptSchema().Properties)); !slices.Equal(got, want) {
		t.Errorf("the script of the tests has %q, the schema %q", got, want)
	}
	for name, sub := range map[string]*jsonschema.Schema{"rule": scriptSchema().Properties["rules"].Items, "mcp": scriptSchema().Properties["mcp"].AdditionalProperties} {
		for property := range sub.Properties {
			if !strings.Contains(fullScript, `"`+property+`"`) {
				t.Errorf("the script of the tests has no %s of a %s", property, name)
			}
		}
	}
	if _, err := os.Stat("../../docs/simulator-script.schema.json"); err != nil {
		t.Error(err)
	}
}
