package record_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"reflect"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/google/jsonschema-go/jsonschema"

	"github.com/go-voicelive/voicelive-go/internal/golden"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
)

var update = flag.Bool("update", false, "write docs/cassette.schema.json")

var key = azcore.NewKeyCredential("simulated-key")

const schemaFile = "../../docs/cassette.schema.json"

// cassetteSchema returns the schema of the lines of a cassette, and what validates them.
var cassetteSchema = sync.OnceValues(func() (*jsonschema.Schema, *jsonschema.Resolved) {
	header, err := jsonschema.For[record.Header](nil)
	if err != nil {
		panic(err)
	}
	header.Description = "The first line."
	header.Properties["cassette"] = &jsonschema.Schema{Const: jsonschema.Ptr[any](record.Version), Description: "The version of the format."}
	header.Properties["began"].Format = "date-time"
	for _, name := range []string{"audio", "text"} {
		header.Properties[name] = &jsonschema.Schema{Enum: []any{record.All, record.Shorten, record.Drop}}
	}
	entry, err := jsonschema.For[record.Line](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[json.RawMessage](): {Type: "object"}, reflect.TypeFor[[]byte](): {Type: "string", ContentEncoding: "base64"},
	}})
	if err != nil {
		panic(err)
	}
	entry.Description = "Any other line: an event, the beginning or the end of a session, or a loss."
	for name, text := range map[string]string{
		"at_ns": "Nanoseconds since the header's began.", "session": "Counts the sessions of the cassette from 1.", "from": "The side that sent the event.",
		"order":  "Of events within a session: a reply has a higher one than its cause.",
		"was":    "The length of the event on the wire, if something was replaced. Without event and base64 it was not JSON, and is left out.",
		"base64": "In place of event: the event has line ends.", "event": "The event, byte for byte except for what was replaced.",
		"connected": "An attempt to connect; session is absent if it failed.", "closed": "The end of a session.", "lost": "Events of any session that are not recorded.",
	} {
		entry.Properties[name].Description = text
	}
	entry.Properties["session"].Maximum = jsonschema.Ptr(float64(record.MaxSessions))
	entry.Properties["from"] = &jsonschema.Schema{Enum: []any{record.Client, record.Service}, Description: entry.Properties["from"].Description}
	for _, name := range []string{"connected", "closed", "lost"} {
		entry.Properties[name].Types, entry.Properties[name].Type = nil, "object"
	}
	for _, name := range []string{"from", "connected", "closed", "lost"} {
		entry.OneOf = append(entry.OneOf, &jsonschema.Schema{Required: []string{name}})
	}
	schema := &jsonschema.Schema{
		Schema: "https://json-schema.org/draft/2020-12/schema", Title: "A line of a cassette: a recording of sessions in JSON Lines",
		OneOf: []*jsonschema.Schema{header, entry},
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		panic(err)
	}
	return schema, resolved
})

// validate fails the test if a cassette is not as its schema says.
func validate(t *testing.T, cassette []byte) {
	t.Helper()
	_, resolved := cassetteSchema()
	for n, text := range bytes.Split(bytes.TrimSuffix(cassette, []byte("\n")), []byte("\n")) {
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		if err := resolved.Validate(v); err != nil {
			t.Errorf("line %d is not as the schema says: %v\n%.1000s", n+1, err, text)
		}
	}
}

// TestSchema holds the schema in docs to the types.
func TestSchema(t *testing.T) {
	schema, resolved := cassetteSchema()
	b, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, *update, schemaFile, string(b)+"\n")
	for _, wrong := range []string{`{}`, `{"cassette":2}`, `{"at_ns":1}`, `{"at_ns":1,"lost":{"events":1,"bytes":1},"closed":{}}`, `{"at_ns":1,"from":"x","event":{}}`} {
		var v any
		if err := json.Unmarshal([]byte(wrong), &v); err != nil {
			t.Fatal(err)
		}
		if resolved.Validate(v) == nil {
			t.Errorf("%s is valid", wrong)
		}
	}
}
