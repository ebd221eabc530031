// Package readme_test runs what the README prints: commands, programs and fragments, in the
// empty module of a user.
package readme_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

const module = "github.com/go-voicelive/voicelive-go"

// A block stands between fences in the README.
type block struct{ language, text string }

func (b block) program() bool {
	return b.language == "go" && strings.HasPrefix(b.text, "package main\n")
}

func read(t *testing.T) (text string, blocks []block) { return readFile(t, "../../README.md") }

func readFile(t *testing.T, path string) (text string, blocks []block) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile("(?sm)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(string(data), -1) {
		blocks = append(blocks, block{found[1], found[2]})
	}
	return string(data), blocks
}

// A user has an empty folder. Modules come from the module cache: the tests of this
// project have filled it. Until there is a release, the project itself is replaced by the
// clone under test.
type user struct {
	t      *testing.T
	folder string
	clone  string
}

func newUser(t *testing.T) *user {
	clone, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return &user{t: t, folder: t.TempDir(), clone: clone}
}

// setUp runs the first commands of the README.
func (u *user) setUp(blocks []block) {
	u.t.Helper()
	i := slices.IndexFunc(blocks, func(b block) bool { return b.language == "sh" })
	for command := range strings.Lines(blocks[i].text) {
		u.run(command)
		if strings.HasPrefix(command, "go mod init") {
			u.run("go mod edit -replace " + module + "=" + u.clone)
		}
	}
}

// run runs a command as printed, and returns what it prints to its standard output.
func (u *user) run(command string, env ...string) string {
	u.t.Helper()
	cmd := exec.Command("sh", "-e", "-c", command)
	cmd.Dir = u.folder
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOPROXY=off", "GOSUMDB=off", "NO_PROXY=127.0.0.1", "AZURE_VOICELIVE_ENDPOINT=")
	cmd.Env = append(cmd.Env, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		u.t.Fatalf("%s: %v\n%s%s", command, err, stdout.Bytes(), stderr.Bytes())
	}
	return stdout.String()
}

func (u *user) write(name, text string) {
	u.t.Helper()
	path := filepath.Join(u.folder, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		u.t.Fatal(err)
	}
}

// The commands and programs of the README do in an empty module what it says.
func TestProgramsPrintWhatTheReadmeSays(t *testing.T) {
	t.Parallel()
	text, blocks := read(t)
	u := newUser(t)
	u.setUp(blocks)
	srv := voicelivetest.NewServer(t, &voicelivetest.Options{Transport: voicelivetest.TCP, Pace: voicelivetest.Instant, Keys: []string{"key"}})
	ran := 0
	for i, b := range blocks {
		if !b.program() {
			continue
		}
		ran++
		u.write("main.go", b.text)
		if i+1 == len(blocks) || blocks[i+1].language != "text" || !strings.Contains(text, "`go run .` prints:\n\n```text") {
			t.Fatalf("program %d has no output behind it", ran)
		}
		for where, env := range map[string][]string{
			"without an account": nil,
			"with an endpoint":   {"AZURE_VOICELIVE_ENDPOINT=" + srv.URL(), "AZURE_VOICELIVE_API_KEY=key"},
		} {
			if diff := cmp.Diff(blocks[i+1].text, u.run("go run .", env...)); diff != "" {
				t.Errorf("the README says (-), program %d prints %s (+):\n%s", ran, where, diff)
			}
		}
	}
	if sessions := len(srv.Sessions()); ran != 1 || sessions != 1 {
		t.Errorf("%d programs ran, with %d sessions at the endpoint, want 1 with 1", ran, sessions)
	}
}

// ownModule names guides to modules of their own, where their programs are tested.
var ownModule = []string{"sip.md"}

// The programs of each guide print what the guide says, and the files of its package pass their
// tests, in the module of a user. Each guide has a folder there, so that go is asked once for all.
func TestProgramsOfGuides(t *testing.T) {
	t.Parallel()
	guides, err := filepath.Glob("../../docs/guides/*.md")
	if err != nil || len(guides) == 0 {
		t.Fatalf("%d guides, error %v", len(guides), err)
	}
	_, readme := read(t)
	u := newUser(t)
	u.setUp(readme)
	programs := map[string]string{} // what they print, by folder
	for _, guide := range guides {
		if !slices.Contains(ownModule, filepath.Base(guide)) {
			u.copy(guide, programs)
		}
	}
	u.run("go mod tidy && go test -vet=all ./...")
	for folder, want := range programs {
		t.Run(folder, func(t *testing.T) {
			t.Parallel() // they wait for audio
			u := user{t, u.folder, u.clone}
			if diff := cmp.Diff(want, u.run("go run ./"+folder)); diff != "" {
				t.Errorf("the guide says (-), its program prints (+):\n%s", diff)
			}
		})
	}
}

// copy writes the programs of a guide, or the files of its package agent.
func (u *user) copy(guide string, programs map[string]string) {
	u.t.Helper()
	_, blocks := readFile(u.t, guide)
	name := strings.TrimSuffix(filepath.Base(guide), ".md")
	ran, tested := 0, false
	for i, b := range blocks {
		switch {
		case b.program():
			ran++
			if i+1 == len(blocks) || blocks[i+1].language != "text" {
				u.t.Fatalf("%s: program %d has no output behind it", guide, ran)
			}
			folder := fmt.Sprintf("%s/program%d", name, ran)
			u.write(folder+"/main.go", b.text)
			programs[folder] = blocks[i+1].text
		case b.language != "go" || !strings.HasPrefix(b.text, "package agent\n"):
		case strings.Contains(b.text, "\nfunc Test"):
			tested = true
			u.write(fmt.Sprintf("%s/agent/file%d_test.go", name, i), b.text)
		default:
			u.write(fmt.Sprintf("%s/agent/file%d.go", name, i), b.text)
		}
	}
	if ran == 0 && !tested {
		u.t.Errorf("%s has neither a program nor a test", guide)
	}
}

// The commands for a clone are make's, and .ci/run runs each of them.
func TestCommandsForACloneRunInCI(t *testing.T) {
	text, _ := read(t)
	steps, err := os.ReadFile("../../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile("`(make [a-z-]+)`").FindAllStringSubmatch(text, -1)
	for _, command := range commands {
		if !regexp.MustCompile(`(?m)^step .* ` + command[1] + `$`).Match(steps) {
			t.Errorf(".ci/run does not run %s", command[1])
		}
	}
	if len(commands) == 0 {
		t.Error("the README has no command for a clone")
	}
}

// surroundings declare the names that fragments of the README use.
const surroundings = `package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/agent/agenttest"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var (
	ctx          context.Context
	session      *voicelive.Session
	recorder     io.Reader
)

func newAgent(client *voicelive.Client) *agent.Agent { return &agent.Agent{Client: client} }

func TestMain(m *testing.M) { m.Run() }
`

// The test of the README passes, and its fragments compile.
func TestFragments(t *testing.T) {
	t.Parallel()
	_, blocks := read(t)
	u := newUser(t)
	u.setUp(blocks)
	file, tests := surroundings, 0
	for i, b := range blocks {
		switch {
		case b.language != "go" || b.program():
		case strings.HasPrefix(b.text, "func Test"):
			tests++
			file += "\n" + b.text
		case strings.HasPrefix(b.text, "func "):
			file += "\n" + b.text
		default:
			file += fmt.Sprintf("\nfunc fragment%d() error {\nif ctx != nil { // so that a fragment may return\n%s\n}\nreturn nil\n}\n", i, b.text)
		}
	}
	u.write("readme_test.go", file)
	u.run("go mod tidy")
	u.run("go test -vet=all .")
	if tests != 1 {
		t.Errorf("the README has %d tests, want 1", tests)
	}
}

// featureFiles are the files whose deletion takes a feature out, where a version of the API
// does not have it. The README marks its row.
var featureFiles = map[string]string{"an avatar ¹": "helpers_avatar.go", "audio over WebRTC ¹": "helpers_webrtc.go"}

// A newcomer reads the README to its end; guides have the rest.
func TestReadmeIsShort(t *testing.T) {
	const most = 220
	if text, _ := read(t); strings.Count(text, "\n") > most {
		t.Errorf("the README has %d lines, more than %d", strings.Count(text, "\n"), most)
	}
}

// The methods and fields in the table of features exist.
func TestFeaturesExist(t *testing.T) {
	text, _ := read(t)
	api, err := os.ReadFile("../../voicelive/testdata/api.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(text, "\n## Features\n")
	table, _, _ = strings.Cut(table, "\n## ")
	for feature, file := range featureFiles {
		if _, err := os.Stat("../../voicelive/" + file); err != nil {
			table = regexp.MustCompile(`(?m)^\| `+feature+` \|.*\n`).ReplaceAllString(table, "")
		}
	}
	names := regexp.MustCompile("`([A-Z]\\w+)(?:\\.(\\w+))?`").FindAllStringSubmatch(table, -1)
	for _, name := range names {
		pattern := `(?m)^(type|func|func \(.*\)\.) ?` + name[1] + `\b`
		if name[2] != "" {
			pattern = `(?m)^(func \(\*?` + name[1] + `\)\.|type ` + name[1] + ` field )` + name[2] + `\b`
		}
		if !regexp.MustCompile(pattern).Match(api) {
			t.Errorf("there is no %s", strings.Trim(name[0], "`"))
		}
	}
	if len(names) < 15 {
		t.Errorf("only %d names", len(names))
	}
}
