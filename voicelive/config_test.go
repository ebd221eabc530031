package voicelive

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// "The configuration in effect, as the latest session.created or session.updated that arrived tells it."
func TestConfigIsKeptCurrent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
			return []string{
				`{"type":"session.updated","session":{"id":"sess_1","model":"m","input_audio_format":"g711_ulaw","turn_detection":null}}`,
				`{"type":"session.updated","session":{"id":"sess_1","model":"n","input_audio_sampling_rate":8000}}`,
			}
		}))
		defer stop()
		if config := s.Config(); deref(config.Model) != "m" || deref(config.ID) != "sess_1" || s.Began() != began {
			t.Errorf("got %v, began %v", config, s.Began())
		}
		if _, err := s.Do(t.Context(), &ClientEventSessionUpdate{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		config := s.Config()
		if config.InputAudioFormat != "" || deref(config.InputAudioSamplingRate) != 8000 {
			t.Errorf("got %+v", config)
		}
		*config.InputAudioSamplingRate = 1
		if again := s.Config(); deref(again.InputAudioSamplingRate) != 8000 {
			t.Error("the caller does not own the configuration")
		}
	})
}

// What is kept is the whole configuration, whatever its members.
func TestAKeptConfigIsWhole(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"id":"s"}`, `{"a\"b":null,"id":"s","n":1e400,"o":[null]}`,
		`{"instructions":"` + strings.Repeat("x", longMember) + `"}`,
		`{"id":"s","instructions":"` + strings.Repeat("x", 10_000) + `","tools":[` + strings.Repeat(`{},`, 1000) + `{}]}`,
	} {
		var got, want map[string]json.RawMessage
		if err := json.Unmarshal(keep(membersOf([]byte(text))).json(), &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	for _, text := range []string{``, `null`, `[]`, `"x"`, `{`} {
		if kept := keep(membersOf([]byte(text))); kept != nil {
			t.Errorf("%q is kept as %s", text, kept.json())
		}
	}
}
