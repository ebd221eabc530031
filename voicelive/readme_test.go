package voicelive_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A block is what stands between fences in the README.
type block struct{ language, text string }

func (b block) program() bool {
	return b.language == "go" && strings.HasPrefix(b.text, "package main\n")
}

func readme(t *testing.T) (blocks []block) {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile("(?sm)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, block{found[1], found[2]})
	}
	return blocks
}

// TestTheReadmeIsTrue runs the programs of the README and compares what they print with the text that follows. What
// they connect to is a simulator.
func TestTheReadmeIsTrue(t *testing.T) {
	srv := voicelivetest.NewServer(t, &voicelivetest.Options{
		Transport: voicelivetest.TCP, Pace: voicelivetest.Instant, Keys: []string{"key"},
		Respond: voicelivetest.Reply("Hello, dear reader! Your first session works."),
	})
	blocks, ran := readme(t), 0
	for i, b := range blocks {
		if !b.program() {
			continue
		}
		ran++
		if i+1 == len(blocks) || blocks[i+1].language != "text" {
			t.Fatalf("program %d has no output behind it", ran)
		}
		run := exec.Command("go", "run", write(t, b.text))
		run.Env = append(os.Environ(), "AZURE_VOICELIVE_ENDPOINT="+srv.URL(), "AZURE_VOICELIVE_API_KEY=key", "NO_PROXY=127.0.0.1")
		got, err := run.CombinedOutput()
		if err != nil {
			t.Fatalf("program %d: %v\n%s", ran, err, got)
		}
		if diff := cmp.Diff(blocks[i+1].text, string(got)); diff != "" {
			t.Errorf("the README says (-), program %d prints (+):\n%s", ran, diff)
		}
	}
	if sessions := len(srv.Sessions()); ran != 2 || sessions != 1 {
		t.Errorf("%d programs ran with %d sessions, want 2 with 1", ran, sessions)
	}
}

// surroundings are what fragments of the README take for granted.
const surroundings = `package main

import (
	"context"
	"errors"
	"io"
	"log"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var (
	ctx          context.Context
	credential   azcore.TokenCredential
	client       *voicelive.Client
	session      *voicelive.Session
	done         *voicelive.ServerEventResponseDone
	recorder     io.Reader
	caller       io.Writer
	callFunction func(name, arguments string) string
	options      *voicelive.ConnectOptions
	converse     func(context.Context, *voicelive.Session) error
	speaker      interface {
		Play(item string, audio []byte)
		Stop() (item string, heard time.Duration)
	}

	_ = errors.New
	_ = log.Print
	_ *testing.T
	_ *voicelivetest.Server
)

func main() {}
`

// TestTheReadmeCompiles puts the fragments of the README into functions.
func TestTheReadmeCompiles(t *testing.T) {
	file := surroundings
	for i, b := range readme(t) {
		switch {
		case b.language != "go" || b.program():
		case strings.HasPrefix(b.text, "func "):
			file += "\n" + b.text
		default:
			file += fmt.Sprintf("\nfunc fragment%d() error {\n%s\nreturn nil\n}\n", i, b.text)
		}
	}
	if out, err := exec.Command("go", "build", "-o", os.DevNull, write(t, file)).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// write writes a program to a file that does not outlive the test. It can import what this package can.
func write(t *testing.T, program string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(path, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
