package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A project is a copy of this one, committed and with an origin, in which
// scripts can do their work. A program called gh stands for GitHub's: it notes
// its arguments and the file after --body-file, and answers what gh[…] says for
// arguments that begin so.
type project struct {
	*testing.T
	dir, origin, tools string
}

func newProject(t *testing.T) *project {
	t.Helper()
	p := &project{t, t.TempDir(), t.TempDir(), t.TempDir()}
	files := p.run("../..", "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	for name := range strings.SplitSeq(strings.TrimSuffix(files, "\x00"), "\x00") {
		info, err := os.Stat(filepath.Join("../..", name))
		if os.IsNotExist(err) {
			continue // removed, and not committed yet
		}
		data, readErr := os.ReadFile(filepath.Join("../..", name))
		if err != nil || readErr != nil {
			t.Fatal(err, readErr)
		}
		to := filepath.Join(p.dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, info.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
	p.run(p.origin, "git", "init", "--quiet", "--bare", "--initial-branch=main")
	// Files that count as big become one pack, which takes a tenth of the time.
	p.sh("git init --quiet --initial-branch=main && git remote add origin '" + p.origin + "' && git -c core.bigFileThreshold=1 add -A && git commit --quiet -m start && git push --quiet -u origin main")
	p.answer("")
	return p
}

// answer makes gh answer, by the first words of its arguments.
func (p *project) answer(cases string) {
	p.Helper()
	script := `#!/bin/sh
printf '%s\n' "$*" >>"` + p.tools + `/log"
before=
for arg; do
	if [ "$before" = --body-file ]; then cp "$arg" "` + p.tools + `/body"; fi
	before=$arg
done
case "$*" in
` + cases + `
esac
`
	if err := os.WriteFile(filepath.Join(p.tools, "gh"), []byte(script), 0o755); err != nil {
		p.Fatal(err)
	}
}

// asked returns the arguments that gh got since the last time, a line a call.
func (p *project) asked() string {
	p.Helper()
	log, err := os.ReadFile(filepath.Join(p.tools, "log"))
	if err != nil && !os.IsNotExist(err) {
		p.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(p.tools, "log")); err != nil {
		p.Fatal(err)
	}
	return string(log)
}

// body returns the last text that gh got.
func (p *project) body() string { return p.text(filepath.Join(p.tools, "body")) }

func (p *project) text(path string) string {
	p.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		p.Fatal(err)
	}
	return string(text)
}

// sh runs a script and returns what it printed.
func (p *project) sh(script string, env ...string) string {
	p.Helper()
	code, out := p.try(script, env...)
	if code != 0 {
		p.Fatalf("%s: exit %d\n%s", script, code, out)
	}
	return out
}

// try is sh for a script that may fail.
func (p *project) try(script string, env ...string) (code int, out string) {
	p.Helper()
	cmd := exec.CommandContext(p.Context(), "bash", "-euc", script)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "PATH="+p.tools+string(os.PathListSeparator)+os.Getenv("PATH"), "GOWORK=off",
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a",
		"MAKEFLAGS=", "MAKELEVEL=",
		// Nobody debugs what a copy links. With -trimpath, copies would share what they compile, but compile the standard
		// library for themselves.
		"GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -buildvcs=false -ldflags=-s"))
	// git -c user.name loses to GIT_COMMITTER_EMAIL, so that one is configured.
	cmd.Env = append(cmd.Env, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=user.email", "GIT_CONFIG_VALUE_0=a@example.com")
	cmd.Env = append(cmd.Env, env...)
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		p.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), b.String()
}

func (p *project) run(dir string, command ...string) string {
	p.Helper()
	cmd := exec.CommandContext(p.Context(), command[0], command[1:]...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		p.Fatalf("%v: %v", command, err)
	}
	return string(out)
}

// guard adds an action to the overlay, committed, that expects the title of the
// document. It changes nothing that is generated.
func (p *project) guard() {
	p.Helper()
	file := filepath.Join(p.dir, "spec/overlay.yaml")
	write(p.T, file, p.text(file)+fmt.Sprintf(guard, p.info("title")))
	p.sh("git add -A && git commit --quiet -m guard && git push --quiet")
}

const guard = `
  - target: $.info
    description: It is expected to be called so.
    x-expect: {title: %q}
    update: {x-guarded: true}
`

// unguard removes the action again.
func (p *project) unguard() {
	p.Helper()
	file := filepath.Join(p.dir, "spec/overlay.yaml")
	before, _, _ := strings.Cut(p.text(file), guard[:strings.Index(guard, "%q")])
	write(p.T, file, before)
}

// info returns a member of the document's info that is text.
func (p *project) info(key string) string {
	p.Helper()
	var doc struct{ Info map[string]any }
	if err := json.Unmarshal([]byte(p.text("../../spec/voicelive.json")), &doc); err != nil {
		p.Fatal(err)
	}
	return doc.Info[key].(string)
}

// retitled writes a document that makes the guard fail.
func (p *project) retitled() string {
	p.Helper()
	return p.upstream(fmt.Sprintf(`"title": %q`, p.info("title")), `"title": "Another title"`)
}

// grown writes a document with another event that the service sends.
func (p *project) grown() string {
	p.Helper()
	const definitions = `"definitions": {`
	return p.upstream(definitions, definitions+` "ServerEventGrown": {"type": "object",
		"allOf": [{"$ref": "#/definitions/ServerEvent"}], "x-ms-discriminator-value": "test.grown"},`)
}

// upstream writes a document that differs from the one in spec/ by one
// replacement, and returns its path.
func (p *project) upstream(old, new string) string {
	p.Helper()
	text := p.text("../../spec/voicelive.json")
	if !strings.Contains(text, old) {
		p.Fatalf("spec/voicelive.json has no %s", old)
	}
	return write(p.T, filepath.Join(p.TempDir(), "VoiceLive.json"), strings.Replace(text, old, new, 1))
}
