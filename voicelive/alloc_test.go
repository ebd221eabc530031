//go:build !race

package voicelive_test

import (
	"bytes"
	"encoding/base64"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

func audioDelta(n int) []byte {
	return []byte(`{"type":"response.audio.delta","event_id":"event_1","response_id":"resp_1","item_id":"item_1",` +
		`"output_index":0,"content_index":0,"delta":"` + base64.StdEncoding.EncodeToString(make([]byte, n)) + `"}`)
}

// allocs checks a promise. The race detector makes the pools drop what they hold now
// and then, which is why these tests are not built with it.
func allocs(t *testing.T, name string, most float64, f func()) {
	t.Helper()
	f()
	got := testing.AllocsPerRun(200, f)
	if got > most {
		t.Errorf("%s: %v allocations, want at most %v", name, got, most)
	}
}

func TestAllocations(t *testing.T) {
	delta := audioDelta(4800)
	allocs(t, "audio delta, owned", 2, func() {
		if _, err := voicelive.UnmarshalServerEvent(delta); err != nil {
			t.Fatal(err)
		}
	})
	var event voicelive.ServerEvent = new(voicelive.ServerEventResponseAudioDelta)
	allocs(t, "audio delta, borrowed", 0, func() {
		var err error
		if event, err = voicelive.UnmarshalServerEventInto(delta, event); err != nil {
			t.Fatal(err)
		}
	})
	buf := make([]byte, 0, 1<<16)
	for _, n := range []int{960, 4800, 9600} {
		appendAudio := &voicelive.ClientEventInputAudioBufferAppend{Audio: make([]byte, n)}
		allocs(t, "append", 0, func() {
			if _, err := appendAudio.AppendJSON(buf); err != nil {
				t.Fatal(err)
			}
		})
		allocs(t, "check append", 0, func() {
			if err := appendAudio.Validate(); err != nil {
				t.Fatal(err)
			}
		})
	}
	for line := range lines(t, "testdata/client-events.jsonl") {
		update, err := voicelive.UnmarshalClientEvent(line)
		if err != nil {
			t.Fatal(err)
		}
		most := 0.0
		if bytes.Contains(line, []byte(`"require_approval": {`)) {
			most = 2 // a map of lists needs memory for the element that is being written
		}
		allocs(t, string(update.EventType()), most, func() {
			if _, err := update.AppendJSON(buf); err != nil {
				t.Fatal(err)
			}
		})
	}
}
