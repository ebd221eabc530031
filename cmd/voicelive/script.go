package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A script says how the simulator behaves. Its JSON Schema is what voicelive simulate -schema prints.
type script struct {
	Schema               string               `json:"$schema,omitempty" jsonschema:"the place of this schema, for editors"`
	Keys                 []string             `json:"keys,omitempty" jsonschema:"the API keys that are accepted; without keys, any"`
	Tokens               []string             `json:"tokens,omitempty" jsonschema:"the bearer tokens that are accepted; without tokens, any"`
	Models               []string             `json:"models,omitempty" jsonschema:"the models that exist; without models, any"`
	DefaultModel         string               `json:"default_model,omitempty" jsonschema:"the model of requests that name neither a model nor an agent; without it they are refused"`
	APIVersions          []string             `json:"api_versions,omitempty" jsonschema:"the API versions that are accepted; without versions, all that are known"`
	ConnectionsPerMinute int                  `json:"connections_per_minute,omitempty" jsonschema:"more are refused with status 429; 0 is no limit"`
	SessionLimit         duration             `json:"session_limit,omitzero" jsonschema:"how long a session may last; an hour if it is not set"`
	Pace                 float64              `json:"pace,omitempty" jsonschema:"how fast output is sent, as a multiple of real time; 0 is real time, -1 at once"`
	Latency              duration             `json:"latency,omitzero" jsonschema:"what passes between the start of a response and its first output"`
	Heard                []string             `json:"heard,omitempty" jsonschema:"what the user says, one text for each utterance; the last one is repeated"`
	Rules                []rule               `json:"rules,omitempty" jsonschema:"replies to certain words and tools; the first rule that fits makes the response"`
	Replies              []reply              `json:"replies,omitempty" jsonschema:"the responses of a session by number, if no rule fits; after the last one the simulator repeats what the user said"`
	MCP                  map[string]mcpServer `json:"mcp,omitempty" jsonschema:"the MCP servers that sessions may name, by label"`
	Faults               []string             `json:"faults,omitempty" jsonschema:"what goes wrong, one text for each connection in their order, such as: end.close after=5s code=1011"`
	Seed                 uint64               `json:"seed,omitempty" jsonschema:"makes random faults for the connections that faults does not cover; 0 makes none"`
}

type rule struct {
	IfSaid   string `json:"if_said,omitempty" jsonschema:"fits if the latest words of the user contain this text, in any case, and no output of a tool came since"`
	IfOutput string `json:"if_output,omitempty" jsonschema:"fits if an output of the tool of this name came since the response before"`
	reply
}

type reply struct {
	Text       string         `json:"text,omitempty" jsonschema:"what is spoken, or written if the response has no audio; {output} stands for the latest output of a tool"`
	Calls      []call         `json:"calls,omitempty" jsonschema:"calls of functions"`
	MCPCalls   []mcpCall      `json:"mcp_calls,omitempty" jsonschema:"calls of tools of MCP servers"`
	Delay      duration       `json:"delay,omitzero" jsonschema:"what passes before the first output, in place of latency"`
	Warning    string         `json:"warning,omitempty" jsonschema:"the message of a warning event"`
	Incomplete string         `json:"incomplete,omitempty" jsonschema:"the reason with which the response ends as incomplete, such as max_output_tokens"`
	Failed     map[string]any `json:"failed,omitempty" jsonschema:"the error with which the response fails, an object"`
}

type call struct {
	Name      string          `json:"name" jsonschema:"the name of the function"`
	Arguments json.RawMessage `json:"arguments,omitempty" jsonschema:"the arguments, any JSON; without them an empty object"`
	ID        string          `json:"call_id,omitempty" jsonschema:"the call_id; without it the next number"`
}

type mcpCall struct {
	Server    string          `json:"server" jsonschema:"the label of the server"`
	Tool      string          `json:"tool" jsonschema:"the name of the tool"`
	Arguments json.RawMessage `json:"arguments,omitempty" jsonschema:"the arguments, any JSON; without them an empty object"`
}

type mcpServer struct {
	Tools    []mcpTool `json:"tools,omitempty" jsonschema:"the tools that the server lists; without tools, those that the session allows"`
	Unlisted bool      `json:"unlisted,omitempty" jsonschema:"makes the listing fail"`
	Latency  duration  `json:"latency,omitzero" jsonschema:"what passes before a listing or a call is completed"`
	Output   string    `json:"output,omitempty" jsonschema:"what each call returns; without it, the arguments"`
	Error    string    `json:"error,omitempty" jsonschema:"with which each call fails"`
}

type mcpTool struct {
	Name        string `json:"name" jsonschema:"the name of the tool"`
	Description string `json:"description,omitempty" jsonschema:"what the tool does"`
}

// A duration is text such as 200ms or 1m30s.
type duration time.Duration

func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err == nil && parsed < 0 {
		err = errors.New("a duration cannot be negative")
	}
	*d = duration(parsed)
	return err
}

func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// scriptSchema is the JSON Schema of a script.
func scriptSchema() *jsonschema.Schema {
	schema, err := jsonschema.For[script](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[duration]():        {Type: "string", Pattern: `^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`},
		reflect.TypeFor[json.RawMessage](): {},
	}})
	if err != nil {
		panic(err) // the type is ours
	}
	schema.Schema = "https://json-schema.org/draft/2020-12/schema"
	schema.Title = "A script for voicelive simulate"
	withoutNull(schema)
	return schema
}

// withoutNull takes null from the types of lists and objects, which Go allows.
func withoutNull(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if len(s.Types) == 2 && s.Types[0] == "null" {
		s.Type, s.Types = s.Types[1], nil
	}
	withoutNull(s.Items)
	withoutNull(s.AdditionalProperties)
	for _, property := range s.Properties {
		withoutNull(property)
	}
}

// schemaText is what voicelive simulate -schema prints.
func schemaText() []byte {
	text, err := json.MarshalIndent(scriptSchema(), "", "  ")
	if err != nil {
		panic(err) // the schema is ours
	}
	return append(text, '\n')
}

// readScript reads a script, or returns an empty one for no path. The error names the file, the line and the column.
func readScript(path string) (*script, error) {
	s := &script{}
	if path == "" {
		return s, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(s)
	if err == nil {
		if _, more := decoder.Token(); more != io.EOF {
			err = errors.New("there is something after the script")
		}
	}
	if err != nil {
		offset := decoder.InputOffset()
		if e := (*json.SyntaxError)(nil); errors.As(err, &e) {
			offset = e.Offset
		}
		if e := (*json.UnmarshalTypeError)(nil); errors.As(err, &e) {
			offset = e.Offset
		}
		return nil, unreadable(fmt.Errorf("%s: %w", position(path, text, offset), err))
	}
	return s, nil
}

// position is file:line:column of the byte before an offset in a text, which is the last one that was read.
func position(path string, text []byte, offset int64) string {
	before := text[:max(0, min(int(offset), len(text))-1)]
	return fmt.Sprintf("%s:%d:%d", filepath.ToSlash(path), 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n'))
}

// options are those of the simulator that the script describes.
func (s *script) options() (*voicelivetest.Options, error) {
	o := &voicelivetest.Options{
		Keys: s.Keys, Tokens: s.Tokens, Models: s.Models, DefaultModel: s.DefaultModel, APIVersions: s.APIVersions,
		ConnectionsPerMinute: s.ConnectionsPerMinute, SessionLimit: time.Duration(s.SessionLimit),
		Pace: voicelivetest.Pace(s.Pace), Latency: time.Duration(s.Latency), Respond: s.respond,
	}
	if len(s.Heard) > 0 {
		o.Hear = voicelivetest.Hear(s.Heard...)
	}
	for label, server := range s.MCP {
		if o.MCP == nil {
			o.MCP = map[string]voicelivetest.MCPServer{}
		}
		o.MCP[label] = server.simulated()
	}
	o.Faults.Seed = s.Seed
	for i, text := range s.Faults {
		faults, err := voicelivetest.ParseScript(text)
		if err != nil {
			return nil, unreadable(fmt.Errorf("faults of connection %d: %w", i+1, err))
		}
		o.Faults.Scripts = append(o.Faults.Scripts, faults)
	}
	return o, nil
}

func (m mcpServer) simulated() voicelivetest.MCPServer {
	simulated := voicelivetest.MCPServer{Unlisted: m.Unlisted, Latency: time.Duration(m.Latency)}
	for _, tool := range m.Tools {
		listed := voicelive.MCPTool{Name: tool.Name}
		if tool.Description != "" {
			listed.Description = new(tool.Description)
		}
		simulated.Tools = append(simulated.Tools, listed)
	}
	switch {
	case m.Error != "":
		simulated.Call = func(string, string) (string, error) { return "", errors.New(m.Error) }
	case m.Output != "":
		simulated.Call = func(string, string) (string, error) { return m.Output, nil }
	}
	return simulated
}

// respond makes the responses of all sessions.
func (s *script) respond(r voicelivetest.Request) voicelivetest.Response {
	for _, rule := range s.Rules {
		if rule.fits(r) {
			return rule.response(r)
		}
	}
	if r.N < len(s.Replies) {
		return s.Replies[r.N].response(r)
	}
	if len(r.Outputs) > 0 {
		return voicelivetest.Response{Text: "The tool says: " + r.Outputs[len(r.Outputs)-1].Output}
	}
	return voicelivetest.Echo()(r)
}

func (u *rule) fits(r voicelivetest.Request) bool {
	said := u.IfSaid == "" || len(r.Outputs) == 0 && strings.Contains(strings.ToLower(r.Text), strings.ToLower(u.IfSaid))
	if u.IfOutput == "" {
		return said
	}
	for _, output := range r.Outputs {
		for _, item := range r.Items {
			if call, ok := item.(*voicelive.ResponseFunctionCallItem); ok && call.CallID == output.CallID && call.Name == u.IfOutput {
				return u.IfSaid == "" || strings.Contains(strings.ToLower(r.Text), strings.ToLower(u.IfSaid))
			}
		}
	}
	return false
}

func (p *reply) response(r voicelivetest.Request) voicelivetest.Response {
	var output string
	if n := len(r.Outputs); n > 0 {
		output = r.Outputs[n-1].Output
	}
	var failed json.RawMessage
	if p.Failed != nil {
		failed, _ = json.Marshal(p.Failed) // it was JSON
	}
	response := voicelivetest.Response{
		Text: strings.ReplaceAll(p.Text, "{output}", output), Delay: time.Duration(p.Delay), Warning: p.Warning,
		Incomplete: voicelive.ResponseIncompleteDetailsReason(p.Incomplete), Failed: failed,
	}
	for _, c := range p.Calls {
		response.Calls = append(response.Calls, voicelivetest.Call{Name: c.Name, Arguments: cmp.Or(string(c.Arguments), "{}"), ID: c.ID})
	}
	for _, c := range p.MCPCalls {
		response.MCPCalls = append(response.MCPCalls, voicelivetest.MCPCall{Server: c.Server, Tool: c.Tool, Arguments: cmp.Or(string(c.Arguments), "{}")})
	}
	return response
}
