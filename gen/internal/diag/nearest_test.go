package diag

import "testing"

func TestDidYouMeanIsOneEditAway(t *testing.T) {
	known := []string{"type", "items", "x-vlgen-raw"}
	for word, want := range map[string]string{
		"Type": "type", "tpye": "type", "typ": "type", "types": "type", "tape": "type", "X-VLGEN-RAW": "x-vlgen-raw",
		"type": "", "tp": "", "": "", "epyt": "", "itmess": "",
	} {
		if want != "" {
			want = `did you mean "` + want + `"?`
		}
		if got := DidYouMean(word, known, ""); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}
