package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// The file has what Microsoft's JavaScript SDK sends in the conversation of .ci/js, with the audio shortened.
func TestEventsOfTheJavaScriptSDKDecodeWithoutLoss(t *testing.T) {
	text, err := os.ReadFile("testdata/javascript.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if len(lines) < 20 {
		t.Fatalf("only %d events", len(lines))
	}
	for _, line := range lines {
		event, err := voicelive.UnmarshalClientEvent(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if _, unknown := event.(*voicelive.UnknownClientEvent); unknown {
			t.Errorf("unknown: %s", line)
		}
		again, err := event.MarshalJSON()
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if diff := cmp.Diff(values(t, line), values(t, again)); diff != "" {
			t.Errorf("%s lost something:\n%s", event.EventType(), diff)
		}
	}
}

func values(t *testing.T, text []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
