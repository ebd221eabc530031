package agent_test

import (
	"encoding/json"
	"flag"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/go-voicelive/voicelive-go/internal/golden"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
)

var update = flag.Bool("update", false, "write docs/report.schema.json")

const schemaFile = "../../docs/report.schema.json"

// reportSchema returns the schema of reports, and what validates them.
var reportSchema = sync.OnceValues(func() (*jsonschema.Schema, *jsonschema.Resolved) {
	schema, err := jsonschema.For[agent.Report](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[transcript.Transcript](): {Type: "object", Description: "as transcript.schema.json says"},
	}})
	if err != nil {
		panic(err)
	}
	schema.Schema, schema.Title = "https://json-schema.org/draft/2020-12/schema", "The report of a conversation of a voice agent"
	schema.Properties["version"].Const = jsonschema.Ptr[any](agent.ReportVersion)
	resolved, err := schema.Resolve(nil)
	if err != nil {
		panic(err)
	}
	return schema, resolved
})

// valid fails the test if a report is not as its schema says.
func valid(t *testing.T, r *agent.Report) {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	_, resolved := reportSchema()
	if err := resolved.Validate(v); err != nil {
		t.Errorf("the report is not as its schema says: %v", err)
	}
}

// TestSchema holds the schema in docs to the types.
func TestSchema(t *testing.T) {
	schema, resolved := reportSchema()
	b, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, *update, schemaFile, string(b)+"\n")
	valid(t, &agent.Report{Version: agent.ReportVersion, Began: time.Now(), Ended: time.Now()})
	if err := resolved.Validate(map[string]any{"version": 2.0}); err == nil || !strings.Contains(err.Error(), "version") {
		t.Errorf("a report of version 2 is valid: %v", err)
	}
}
