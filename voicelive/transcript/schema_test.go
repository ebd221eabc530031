package transcript

import (
	"bytes"
	"encoding/json"
	"flag"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/go-voicelive/voicelive-go/internal/golden"
)

var update = flag.Bool("update", false, "write docs/transcript.schema.json")

const schemaFile = "../../docs/transcript.schema.json"

// TestSchema holds the schema in docs to the types, and what is written to the schema.
func TestSchema(t *testing.T) {
	schema, err := jsonschema.For[document](nil)
	if err != nil {
		t.Fatal(err)
	}
	schema.Schema, schema.Title = "https://json-schema.org/draft/2020-12/schema", "The transcript of a VoiceLive conversation"
	schema.Properties["version"].Const = jsonschema.Ptr[any](Version)
	b, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, *update, schemaFile, string(b)+"\n")

	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	for text, valid := range map[string]bool{string(written): true, `{"version":1,"entries":[{"id":"a"}]}`: false, `{"version":2,"entries":[]}`: false} {
		var v any
		if err := json.NewDecoder(bytes.NewBufferString(text)).Decode(&v); err != nil {
			t.Fatal(err)
		}
		if err := resolved.Validate(v); (err == nil) != valid {
			t.Errorf("%.80s…: error %v, want one: %t", text, err, !valid)
		}
	}
}
