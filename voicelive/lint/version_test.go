package lint_test

import (
	"slices"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/lint"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// TestStableVersions connects with each version that is no preview. What a version lacks is a
// finding, not an error.
func TestStableVersions(t *testing.T) {
	for version, lacks := range map[string][]string{
		"2025-10-01": {"metadata", "reasoning_effort", "tools[0]"},
		"2026-04-10": nil,
		"2026-07-15": nil,
	} {
		t.Run(version, func(t *testing.T) {
			simulator, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant})
			if err != nil {
				t.Fatal(err)
			}
			defer simulator.Close()
			client, err := simulator.NewClient()
			if err != nil {
				t.Fatal(err)
			}
			var found []lint.Finding
			session, err := client.Connect(t.Context(), &voicelive.ConnectOptions{
				Model: "gpt-5", APIVersion: version,
				Session: &voicelive.RequestSession{
					Instructions: new("Be brief."), ReasoningEffort: "low", Metadata: map[string]string{"call": "42"},
					Tools: []voicelive.Tool{&voicelive.MCPServer{ServerLabel: "docs", ServerURL: "https://mcp.example"}},
				},
				Check: lint.Report(func(f lint.Finding) { found = append(found, f) }),
			})
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			var paths []string
			for _, f := range found {
				paths = append(paths, f.Path)
				if f.Rule != "version" || f.Severity != lint.Warning {
					t.Errorf("got %v, want only what the version lacks", f)
				}
			}
			if !slices.Equal(paths, lacks) {
				t.Errorf("got %q, want %q", paths, lacks)
			}
			strict := &voicelive.ConnectOptions{Model: "gpt-5", APIVersion: version, Session: &voicelive.RequestSession{ReasoningEffort: "low"}, Check: lint.Refuse}
			again, err := client.Connect(t.Context(), strict)
			if err != nil {
				t.Fatalf("lint.Refuse refuses what a version lacks: %v", err)
			}
			again.Close()
		})
	}
}
