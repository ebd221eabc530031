package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestContributingTakesANewSpec runs the commands of "When the spec changes" as
// they stand there, with an upstream whose document makes an overlay action wrong.
func TestContributingTakesANewSpec(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	_, section, found := strings.Cut(p.text("../../CONTRIBUTING.md"), "\n## When the spec changes\n")
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(section, -1)
	if !found || len(blocks) != 3 {
		t.Fatalf("CONTRIBUTING.md has %d blocks of commands, want 3", len(blocks))
	}
	p.guard()
	upstream := "UPSTREAM=" + p.retitled()

	out := p.sh("set +e\n"+blocks[0][1], upstream)
	expect(t, out, "drift: spec/voicelive.json ", "/info/title: ", " actions 1 do not apply, and 0 are unnecessary.",
		"make spec FROM=spec/voicelive.json", " spec/voicelive.json ")
	if code, out := p.try("make check"); code == 0 {
		t.Errorf("make check passes over an action that does not apply: %s", out)
	}

	p.unguard()
	out = p.sh(blocks[1][1], upstream)
	expect(t, out, "/info/title: ", "apply and are needed.")

	p.sh(blocks[2][1], upstream)
	expect(t, p.asked(), "pr create --title spec: follow upstream --body-file spec-report.md\n")
	expect(t, p.body(), "**spec/voicelive.json (", "/info/title: ", "apply and are needed.")
	expect(t, p.sh("git show --stat --format= origin/spec"), " spec/voicelive.json ", " spec/overlay.yaml ")
	if left := p.sh("git status --porcelain"); left != "" {
		t.Errorf("not committed:\n%s", left)
	}
}
