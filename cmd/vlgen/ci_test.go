package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lists answers the questions of .ci/drift compare with a stable version and a
// preview.
func lists(stable, preview string) string {
	return `*/stable) echo '[{"name": "` + stable + `", "type": "dir"}]' ;;
*/preview) echo '[{"name": "` + preview + `", "type": "dir"}]' ;;`
}

func TestTheWorkflowAsksWhereVlgenDoes(t *testing.T) {
	script, err := os.ReadFile("../../.ci/drift")
	if err != nil {
		t.Fatal(err)
	}
	repository, place, _ := strings.Cut(strings.TrimPrefix(publishedAt, "https://raw.githubusercontent.com/"), "/main/")
	expect(t, string(script), "repository="+repository+" folder="+strings.TrimSuffix(place, "/{stage}/{version}/VoiceLive.json")+"\n")
}

func TestTheWorkflowOfDrift(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.guard()
	version, changed := p.info("version"), p.grown()
	same, err := filepath.Abs("../../spec/voicelive.json")
	if err != nil {
		t.Fatal(err)
	}

	t.Run("compare", func(t *testing.T) {
		output, summary := filepath.Join(t.TempDir(), "output"), filepath.Join(t.TempDir(), "summary")
		compare := func(upstream string) (int, string) {
			return p.try(".ci/drift compare", "UPSTREAM="+upstream, "GITHUB_OUTPUT="+output, "GITHUB_STEP_SUMMARY="+summary)
		}
		p.answer(lists("2020-01-01", version))
		if code, out := compare(same); code != 0 || !strings.HasPrefix(p.text(output), "drift=0\nreport<<") || !strings.Contains(out, "**no drift: ") {
			t.Errorf("exit %d, %s", code, out)
		}
		if code, out := compare(changed); code != 0 || !strings.Contains(p.text(output), "\ndrift=1\nreport<<") || !strings.Contains(p.text(summary), "/definitions/ServerEventGrown: new") {
			t.Errorf("exit %d, %s", code, out)
		}
		p.answer(lists("2999-01-01", version))
		if code, out := compare(same); code != 0 || !strings.Contains(out, "there is a newer version: 2999-01-01") {
			t.Errorf("exit %d, %s", code, out)
		}
		p.answer("*) exit 1 ;;")
		if code, out := compare(same); code == 0 {
			t.Errorf("GitHub does not answer, and nobody notices: %s", out)
		}
		p.answer(lists("2020-01-01", version))
		if code, out := compare(same + ".missing"); code == 0 {
			t.Errorf("upstream does not answer, and nobody notices: %s", out)
		}
		p.asked()
	})

	t.Run("issue", func(t *testing.T) {
		for _, c := range []struct{ name, open, drift, want string }{
			{"no drift, no issue", "", "0", ""},
			{"drift, no issue", "", "1", "issue create --title"},
			{"drift, an issue", "7", "1", "issue edit 7 --title"},
			{"no drift, an issue", "7", "0", "issue close 7"},
		} {
			p.answer(`"issue list"*) echo ` + c.open + ` ;;`)
			p.sh(".ci/drift issue", "DRIFT="+c.drift, "REPORT=the report `$(exit 1)`", "RUN=https://example.com/run")
			got := p.asked()
			if writes := strings.Count(got, "\nissue "); !strings.Contains(got, c.want) || writes > 1 || (c.want == "") != (writes == 0) {
				t.Errorf("%s: gh was asked\n%s", c.name, got)
			}
		}
		expect(t, p.body(), "the report `$(exit 1)`\n", "https://example.com/run")
	})

	t.Run("pull request", func(t *testing.T) {
		p.answer("")
		expect(t, p.sh(".ci/drift pull-request", "FROM="+same), "nothing to propose")
		if asked := p.asked(); asked != "" {
			t.Errorf("gh was asked\n%s", asked)
		}

		propose := func(from string) (out, asked string) {
			p.sh("git checkout --quiet main && git reset --quiet --hard origin/main")
			return p.sh(".ci/drift pull-request", "FROM="+from), p.asked()
		}
		_, asked := propose(changed)
		expect(t, asked, "auth setup-git\n", "pr create --head spec-drift --title spec: take "+version+" from upstream", "workflow run ci.yml --ref spec-drift\n")
		if strings.Contains(asked, "--draft") {
			t.Errorf("a pull request that needs no decision is a draft:\n%s", asked)
		}
		expect(t, p.body(), "/definitions/ServerEventGrown: new", "apply and are needed.", "voicelive/codec.gen.go")
		expect(t, p.sh("git fetch --quiet && git diff --stat origin/main origin/spec-drift"),
			"spec/voicelive.json", "voicelive/codec.gen.go", "docs/schema.json")
		expect(t, p.sh("git log -1 --format='%an %ae %ce %s' origin/spec-drift"), "github-actions[bot]")

		p.answer(`"pr list"*) echo 8 ;;`)
		_, asked = propose(p.retitled())
		expect(t, asked, "pr edit 8 --title")
		expect(t, p.body(), "Overlay actions that do not apply")

		p.sh("git fetch --quiet && git checkout --quiet -B mine origin/spec-drift && git commit --quiet --allow-empty -m mine && git push --quiet origin mine:spec-drift")
		out, asked := propose(p.retitled())
		expect(t, out, "somebody works on the branch spec-drift: it is left alone")
		if strings.Contains(asked, "pr ") {
			t.Errorf("gh was asked\n%s", asked)
		}
		expect(t, p.sh("git fetch --quiet && git log -1 --format=%s origin/spec-drift"), "mine\n")
	})

	if code, out := p.try(".ci/drift"); code != 2 || !strings.Contains(out, "usage: ") {
		t.Errorf("without a job: exit %d, %s", code, out)
	}
}
