package main

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/go-voicelive/voicelive-go"

// mayImport lists what each package of the module may import beside the
// standard library: packages of the module by their path in it, others in full.
// A package that is not listed fails the test: decide where it belongs.
var mayImport = map[string][]string{
	"cmd/vlgen":                {"gen", "gen/evolve", "gen/reference", "cmd/vlgen/internal/fetch"},
	"cmd/vlgen/internal/fetch": {}, // the only package of the generator that uses the network
	"gen": {
		"gen/internal/diag", "gen/internal/emit", "gen/internal/model", "gen/internal/output", "gen/internal/pipeline", "templates",
	},
	"gen/internal/pipeline": {
		"gen/internal/diag", "gen/internal/document", "gen/internal/model", "gen/internal/name", "gen/internal/overlay", "gen/internal/resolve",
	},
	"gen/internal/diag":     {},
	"gen/internal/model":    {"gen/internal/diag"},
	"gen/internal/gotype":   {"gen/internal/model"},
	"gen/internal/secret":   {"gen/internal/model"},
	"gen/internal/comment":  {"gen/internal/diag"},
	"gen/internal/document": {"gen/internal/diag", "github.com/go-openapi/spec", "gopkg.in/yaml.v3"},
	"gen/internal/overlay":  {"gen/internal/diag", "gen/internal/document", "gen/internal/index", "github.com/speakeasy-api/jsonpath/pkg/jsonpath", "gopkg.in/yaml.v3"},
	"gen/internal/resolve":  {"gen/internal/diag", "gen/internal/document", "gen/internal/model", "gen/internal/secret", "github.com/go-openapi/spec", "gopkg.in/yaml.v3"},
	"gen/internal/name":     {"gen/internal/diag", "gen/internal/gotype", "gen/internal/model"},
	"gen/internal/emit":     {"gen/internal/comment", "gen/internal/diag", "gen/internal/gotype", "gen/internal/model", "gen/internal/name", "gen/internal/secret", "github.com/dave/jennifer/jen"},
	"gen/internal/output":   {"github.com/aymanbagabas/go-udiff"},

	"gen/internal/ordered": {},
	"gen/internal/guide":   {"gen/internal/diag", "gen/internal/model", "gen/internal/ordered", "gopkg.in/yaml.v3"},
	"gen/internal/index":   {},

	"gen/reference": {
		"gen/internal/diag", "gen/internal/guide", "gen/internal/model", "gen/internal/output", "gen/internal/pipeline",
		"gen/reference/internal/asyncapi", "gen/reference/internal/markdown", "gen/reference/internal/schema", "gen/reference/internal/versions",
	},
	"gen/reference/internal/example":  {"gen/internal/model", "gen/internal/ordered"},
	"gen/reference/internal/versions": {"gen/internal/model", "gen/internal/ordered"},
	"gen/reference/internal/schema":   {"gen/internal/model", "gen/internal/ordered"},
	"gen/reference/internal/asyncapi": {
		"gen/internal/guide", "gen/internal/model", "gen/internal/ordered", "gen/reference/internal/example", "gen/reference/internal/schema",
	},
	"gen/reference/internal/markdown": {
		"gen/internal/diag", "gen/internal/guide", "gen/internal/model", "gen/internal/ordered",
		"gen/reference/internal/example", "gen/reference/internal/versions", "templates",
	},

	"gen/evolve": {
		"gen/evolve/internal/diff", "gen/evolve/internal/drift", "gen/evolve/internal/handwritten", "gen/internal/diag", "gen/internal/document",
		"gen/internal/gotype", "gen/internal/guide", "gen/internal/index", "gen/internal/model", "gen/internal/output", "gen/internal/overlay", "gen/internal/pipeline",
	},
	"gen/evolve/internal/diff":        {"gen/internal/diag", "gen/internal/gotype", "gen/internal/model"},
	"gen/evolve/internal/handwritten": {},
	"gen/evolve/internal/drift":       {"gen/internal/diag", "gen/internal/document", "gopkg.in/yaml.v3"},

	"gen/internal/golden":  {"github.com/google/go-cmp/cmp", "golang.org/x/tools/txtar"}, // for tests only
	"gen/internal/product": {"gen/internal/output", "gen/internal/pipeline"},             // for tests only
	"templates":            {},

	"voicelive":               {"voicelive/internal/ws", "voicelive/jsonwire", "github.com/gorilla/websocket", "github.com/Azure/azure-sdk-for-go/sdk/azcore/..."},
	"voicelive/audio":         {},
	"voicelive/leg":           {"voicelive", "voicelive/audio"},
	"voicelive/browser":       {"voicelive", "voicelive/audio", "voicelive/leg", "voicelive/transcript", "github.com/gorilla/websocket"},
	"voicelive/leg/legtest":   {"voicelive", "voicelive/audio", "voicelive/leg", "voicelive/voicelivetest"},
	"voicelive/floor":         {"voicelive"},
	"voicelive/transcript":    {"voicelive"},
	"voicelive/tools":         {"voicelive", "voicelive/internal/samejson", "github.com/google/jsonschema-go/jsonschema"},
	"voicelive/playback":      {"voicelive", "voicelive/leg", "voicelive/audio"},
	"voicelive/lint":          {"voicelive"},
	"voicelive/agent":         {"voicelive", "voicelive/leg", "voicelive/audio", "voicelive/playback", "voicelive/floor", "voicelive/tools", "voicelive/transcript"},
	"voicelive/record":        {"voicelive", "voicelive/jsonwire", "voicelive/audio", "voicelive/leg", "voicelive/playback"},
	"voicelive/record/replay": {"voicelive", "voicelive/record", "voicelive/voicelivetest"},
	"voicelive/agent/agenttest": {
		"voicelive", "voicelive/agent", "voicelive/internal/samejson", "voicelive/leg", "voicelive/leg/legtest", "voicelive/tools", "voicelive/voicelivetest",
		"github.com/Azure/azure-sdk-for-go/sdk/azcore/...",
	},
	"voicelive/internal/base64":   {},
	"voicelive/internal/lock":     {},
	"voicelive/internal/samejson": {},
	"voicelive/internal/timeline": {},                                                          // for tests
	"voicelive/internal/ws":       {"voicelive/internal/lock", "github.com/gorilla/websocket"}, // it knows no event
	"voicelive/jsonwire":          {"voicelive/internal/base64"},                               // public: packages generated in other modules call it
	"internal/readme":             {"voicelive/voicelivetest"},
	"internal/api":                {"internal/golden"},              // for tests only
	"internal/golden":             {"github.com/google/go-cmp/cmp"}, // for tests only
	"internal/race":               {},
	"internal/wstest":             {},
	"voicelive/voicelivetest":     {"internal/wstest", "voicelive", "voicelive/jsonwire", "github.com/gorilla/websocket", "github.com/Azure/azure-sdk-for-go/sdk/azcore/..."},

	"voicelive/telephony/internal/body":     {},
	"voicelive/telephony/internal/inbox":    {"voicelive/audio", "voicelive/leg"},
	"voicelive/telephony/internal/lifetime": {},
	"voicelive/telephony/internal/scan":     {"voicelive/internal/base64"},
	"voicelive/telephony/internal/socket":   {"voicelive/internal/lock", "github.com/gorilla/websocket"}, // it knows no telephone network

	"voicelive/telephony/acs":               {"voicelive/audio", "voicelive/internal/base64", "voicelive/leg", "voicelive/telephony/internal/...", "github.com/Azure/azure-sdk-for-go/sdk/azcore/..."},
	"voicelive/telephony/acs/acstest":       {"voicelive/leg", "voicelive/voicelivetest", "github.com/gorilla/websocket"},
	"voicelive/telephony/twilio":            {"voicelive/audio", "voicelive/internal/base64", "voicelive/internal/lock", "voicelive/leg", "voicelive/telephony/internal/..."},
	"voicelive/telephony/twilio/twiliotest": {"internal/wstest", "voicelive/leg", "github.com/gorilla/websocket"},
}

// mustNotReach lists what a package must not depend on, directly or through others.
var mustNotReach = []struct {
	from, to string
	why      string
}{
	{"voicelive/...", "gen/...", "users of the package do not get the generator"},
	{"gen/internal/...", "gen/reference/...", "the pipeline knows none of its wings"},
	{"gen/internal/...", "gen/evolve/...", "the pipeline knows none of its wings"},
	{"gen/reference/...", "gen/evolve/...", "documenting and comparing do not know each other"},
	{"gen/evolve/...", "gen/reference/...", "documenting and comparing do not know each other"},
	{"gen/...", "voicelive/...", "the generator must work when its output does not compile"},
	{"cmd/...", "voicelive/...", "the generator must work when its output does not compile"},
	{"voicelive/telephony/...", "voicelive/agent", "a call is a leg, for agents and for others"},
	{"voicelive/telephony/twilio/twiliotest", "voicelive/telephony/internal/...", "a mistake that both ends make is no mistake to a test"},
}

// mustNotImport lists packages of the standard library that are for few.
var mustNotImport = []struct {
	from, to string
	except   []string
	why      string
}{
	{"gen/...", "os/...", []string{"gen/internal/output", "gen/internal/golden", "gen/internal/product"}, "the pipeline is pure: files are read in cmd and written in output"},
	{"templates", "os/...", nil, "templates are embedded"},
	{"voicelive/jsonwire", "os/...", nil, "a codec touches nothing but bytes"},
	{"gen/...", "net/http/...", nil, "the pipeline is pure: documents are fetched in cmd"},
	{"gen/...", "log/...", nil, "problems are diagnostics"},
	{"voicelive/jsonwire", "log/...", nil, "problems are errors"},
	{"voicelive/jsonwire", "unsafe", nil, "the codec is safe"},
	{"voicelive/jsonwire", "reflect", nil, "the codec does not reflect"},
}

func TestDependencyRules(t *testing.T) {
	packages := list(t)
	for path, p := range packages {
		if p.Module == nil || p.Module.Path != module {
			continue
		}
		t.Run(local(path), func(t *testing.T) {
			checkAllowed(t, packages, p)
			checkForbidden(t, p)
			checkGenerated(t, packages, p)
		})
	}
}

func checkAllowed(t *testing.T, packages map[string]listed, p listed) {
	allowed, ok := mayImport[local(p.ImportPath)]
	if !ok {
		t.Fatalf("package %s is not in mayImport: say there what it may import", local(p.ImportPath))
	}
	for _, to := range p.Imports {
		if !packages[to].Standard && !slices.ContainsFunc(allowed, matches(to)) {
			t.Errorf("%s imports %s, but may import only %s", local(p.ImportPath), local(to), orNothing(allowed))
		}
	}
}

func checkForbidden(t *testing.T, p listed) {
	for _, r := range mustNotImport {
		for _, to := range p.Imports {
			if matches(p.ImportPath)(r.from) && matches(to)(r.to) && !slices.Contains(r.except, local(p.ImportPath)) {
				t.Errorf("%s imports %s: %s", local(p.ImportPath), to, r.why)
			}
		}
	}
	for _, r := range mustNotReach {
		for _, to := range p.Deps {
			if matches(p.ImportPath)(r.from) && matches(to)(r.to) {
				t.Errorf("%s depends on %s: %s", local(p.ImportPath), local(to), r.why)
			}
		}
	}
}

// checkGenerated holds generated files to what compiles in any module that
// requires this one.
func checkGenerated(t *testing.T, packages map[string]listed, p listed) {
	for _, file := range p.GoFiles {
		if !strings.HasSuffix(file, ".gen.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if !packages[to].Standard && local(to) != "voicelive/jsonwire" {
				t.Errorf("%s/%s imports %s, but may import only the standard library and voicelive/jsonwire", local(p.ImportPath), file, local(to))
			}
		}
	}
}

// listed is what go list tells about a package.
type listed struct {
	Dir, ImportPath string
	Standard        bool
	Module          *struct{ Path string }
	GoFiles         []string
	Imports, Deps   []string
}

// list returns the packages of the module and all that they depend on.
func list(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,ImportPath,Standard,Module,GoFiles,Imports,Deps", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			t.Fatalf("%v: %v\n%s", cmd, err, exit.Stderr)
		}
		t.Fatal(err)
	}
	packages := map[string]listed{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		switch err := d.Decode(&p); {
		case err == io.EOF:
			return packages
		case err != nil:
			t.Fatal(err)
		}
		packages[p.ImportPath] = p
	}
}

// local is an import path as the tables write it.
func local(path string) string { return strings.TrimPrefix(path, module+"/") }

// matches returns a function that reports whether a pattern of the tables
// stands for an import path; /... is the package and everything below it.
func matches(path string) func(pattern string) bool {
	path = local(path)
	return func(pattern string) bool {
		tree, ok := strings.CutSuffix(pattern, "/...")
		return path == tree || ok && strings.HasPrefix(path, tree+"/")
	}
}

func orNothing(allowed []string) string {
	if len(allowed) == 0 {
		return "the standard library"
	}
	return strings.Join(allowed, ", ")
}
