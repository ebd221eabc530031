package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```\n")
	scriptBlock  = regexp.MustCompile("(?s)```json\n(.*?)```\n")
	// varying differs from run to run and from machine to machine: times with the space before, and addresses.
	varying = regexp.MustCompile(`[0-9]+ ms|in [0-9.]+ s\b|_[0-9:]+_| +[0-9]+\.[0-9]\b|localhost is [0-9.:]+`)
)

const simulatorAddress = "localhost:8080"

// The examples of README.md, in one shell and with the simulator of the first of them, print what it says.
func TestREADME(t *testing.T) {
	t.Parallel()
	readme := mustRead(t, "README.md")
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := scriptBlock.FindSubmatch(readme)[1]
	session := "voice: {type: azure-standard, name: en-US-AvaNeural}\ninput_audio_format: g711_ulaw\ninput_audio_sampling_rate: 24000\n"
	for name, text := range map[string]string{"script.json": string(script), "session.yaml": session} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(self, filepath.Join(dir, "voicelive")); err != nil {
		t.Fatal(err)
	}

	var commands []string
	for _, block := range consoleBlock.FindAllSubmatch(readme, -1) {
		for line := range strings.Lines(string(block[1])) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				commands = append(commands, strings.TrimSpace(command))
			}
		}
	}
	if !strings.HasPrefix(commands[0], "voicelive simulate") {
		t.Fatalf("README.md begins with %s", commands[0])
	}
	simulate := start(t, "simulate", "-address", "localhost:0", "-quiet", "-script", filepath.Join(dir, "script.json"))
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(simulate.endpoint, "http://"))
	address := net.JoinHostPort("localhost", port)
	defer func() {
		simulate.interrupt()
		expect(t, simulate.end(t), result{})
	}()
	const mark = "--- end of a command ---"
	var program strings.Builder
	for _, command := range commands[1:] {
		fmt.Fprintf(&program, "%s\necho '%s'\n", strings.ReplaceAll(command, simulatorAddress, address), mark)
	}
	shell := exec.Command("bash", "-c", program.String())
	shell.Dir = dir
	shell.Env = append(os.Environ(), "VOICELIVE_TEST_COMMAND=1", "PATH="+dir+":"+os.Getenv("PATH"))
	printed, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	outputs := append([]string{"The simulator listens at http://" + simulatorAddress + "\n"}, strings.Split(strings.ReplaceAll(string(printed), address, simulatorAddress), mark+"\n")...)

	var n int
	got := consoleBlock.ReplaceAllFunc(readme, func(block []byte) []byte {
		var b bytes.Buffer
		b.WriteString("```console\n")
		for line := range bytes.Lines(block) {
			if bytes.HasPrefix(line, []byte("$ ")) {
				b.Write(line)
				b.WriteString(outputs[n])
				n++
			}
		}
		b.WriteString("```\n")
		return b.Bytes()
	})
	if *update {
		if err := os.WriteFile("README.md", got, 0o644); err != nil {
			t.Fatal(err)
		}
		readme = got
	}
	if diff := cmp.Diff(varying.ReplaceAllString(string(readme), "N"), varying.ReplaceAllString(string(got), "N")); diff != "" {
		t.Errorf("README.md is not current, run go test -update (-want +got):\n%s", diff)
	}
}
