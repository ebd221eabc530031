package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A Tool is a Go function that a model can call. Make one with [New] or [Raw]. It may be
// used by any number of sessions at once.
type Tool struct {
	name, description string
	parameters        json.RawMessage
	call              func(ctx context.Context, arguments json.RawMessage) (any, error)
	options           Options
	err               error // why it is no tool
}

// Options of a [Tool]. The zero value is usable.
type Options struct {
	// Timeout is how long the function may run; its context ends then. A call may wait as long before,
	// if RunnerOptions.Parallel others run. 0 is 60 s.
	Timeout time.Duration

	// Early starts the function when its call is complete, without waiting for the end of the
	// response. It is for functions that only read: the response may still be interrupted.
	Early bool

	// CancelOnInterruption ends the context of the function when the user begins to speak.
	CancelOnInterruption bool

	// Background sends an output at once, which says that the function runs, so that the
	// conversation goes on. The result follows as a message of the system. Results that come
	// within 300 ms, or while somebody speaks, have one response together.
	Background bool

	// Duplicates is the treatment of a call while another one with the same arguments runs.
	Duplicates Duplicates

	// Filler is a sentence for [RunnerOptions.Say], if the function takes longer than FillerAfter.
	// Empty is none.
	Filler string

	// FillerAfter is how long the user waits before the Filler. 0 is 2 s.
	FillerAfter time.Duration
}

// Duplicates is a treatment of a call while another one with the same name and arguments runs.
type Duplicates string

// The values of Duplicates. Empty is AllowDuplicates.
const (
	AllowDuplicates   Duplicates = "allow"   // both run
	RejectDuplicates  Duplicates = "reject"  // the later one gets an output that says so
	ReplaceDuplicates Duplicates = "replace" // the earlier one is cancelled
)

const (
	defaultTimeout = time.Minute
	defaultFiller  = 2 * time.Second
)

// New returns a tool that calls f. The name has letters, digits, _ and -, 64 at most; the
// description tells the model what the function does and when to call it.
//
// In is a struct, or a map with strings as keys. Its schema is made from its type: the tag
// json gives a property its name, and makes it optional with omitempty or omitzero; pointers are
// optional, too. A type with a method UnmarshalText is a string, one with UnmarshalJSON any value, and
// []byte is base64. The tag jsonschema describes it, and the tag enum lists its values,
// separated by commas; a type with a method Enum() []string lists its own. Arguments that do
// not fit the schema are not decoded: the model is told what is wrong.
//
// Out is encoded as JSON; a string, or a [json.RawMessage], is the output as it is. One of
// [NoReply], [EndCall], [HandOff] and [Transfer] says what is to follow, with the output in
// it. The text of an error is told to the model.
//
// A tool that cannot be made, such as one whose type contains itself, is an error of
// [Tool.Err], [Definitions] and [NewRunner].
func New[In, Out any](name, description string, f func(ctx context.Context, in In) (Out, error)) Tool {
	t := Tool{name: name, description: description}
	schema, resolved, err := schemaOf[In]()
	if err != nil {
		t.err = err
		return t
	}
	t.parameters = schema
	t.call = func(ctx context.Context, arguments json.RawMessage) (any, error) {
		in, err := decode[In](resolved, arguments)
		if err != nil {
			return nil, err
		}
		return f(ctx, in)
	}
	return t
}

// Raw returns a tool with a schema of the caller's, a JSON object, or nil for none. The function gets the
// arguments as the model wrote them, if they are a JSON object.
func Raw(name, description string, schema json.RawMessage, f func(ctx context.Context, arguments json.RawMessage) (any, error)) Tool {
	t := Tool{name: name, description: description, parameters: schema}
	if schema != nil && !isObject(schema) {
		t.err = errors.New("the schema is no JSON object")
	}
	t.call = func(ctx context.Context, arguments json.RawMessage) (any, error) {
		if !isObject(arguments) {
			return nil, errArguments{errors.New("they are no JSON object")}
		}
		return f(ctx, arguments)
	}
	return t
}

func isObject(text []byte) bool {
	return json.Valid(text) && bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{"))
}

// With returns t with other options.
func (t Tool) With(o Options) Tool {
	t.options = o
	return t
}

// Name returns the name of the tool.
func (t Tool) Name() string { return t.name }

// Err returns why t is no tool that the service takes, or nil.
func (t Tool) Err() error {
	switch {
	case t.err != nil:
		return fmt.Errorf("tools: %q: %w", t.name, t.err)
	case !validName(t.name):
		return fmt.Errorf("tools: %q is no name: it needs 1 to 64 letters, digits, _ and -", t.name)
	case t.call == nil:
		return fmt.Errorf("tools: %q has no function; make it with New or Raw", t.name)
	}
	return nil
}

func validName(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// Definitions describes tools to the service, for RequestSession.Tools. Two tools of one name
// are an error.
func Definitions(tools ...Tool) ([]voicelive.Tool, error) {
	var definitions []voicelive.Tool
	names := map[string]bool{}
	for _, t := range tools {
		if err := t.Err(); err != nil {
			return nil, err
		}
		if names[t.name] {
			return nil, fmt.Errorf("tools: two tools have the name %q", t.name)
		}
		names[t.name] = true
		f := &voicelive.FunctionTool{Name: t.name, Parameters: voicelive.JSONSchema(t.parameters)}
		if t.description != "" {
			f.Description = new(t.description)
		}
		definitions = append(definitions, f)
	}
	return definitions, nil
}

// errArguments says that the arguments of a call do not fit.
type errArguments struct{ err error }

func (e errArguments) Error() string {
	return "the arguments are invalid: " + e.err.Error() + "; call the function again with arguments that fit its schema"
}

// decode checks arguments against the schema, and decodes them.
func decode[In any](schema *jsonschema.Resolved, arguments json.RawMessage) (in In, err error) {
	var value any
	if err := json.Unmarshal(arguments, &value); err != nil {
		return in, errArguments{fmt.Errorf("they are no JSON: %w", err)}
	}
	if err := schema.Validate(value); err != nil {
		return in, errArguments{err}
	}
	if err := json.Unmarshal(arguments, &in); err != nil {
		return in, errArguments{err}
	}
	return in, nil
}
