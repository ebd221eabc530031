package voicelivetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A conversation that takes too much forgets audio first, then items, the oldest first; never the latest, or what a
// response still produces.
func TestConversationsAreBounded(t *testing.T) {
	const half = maxConversation / 2
	audio, text := item{audio: make([]byte, half)}, item{text: half}
	generated := item{audio: make([]byte, half), generating: true}
	for _, tt := range []struct {
		items []item
		want  string // a for audio, t for text, - for an item that has lost its audio
	}{
		{[]item{}, ""},
		{[]item{audio, text}, "-t"}, // each takes some bytes more
		{[]item{audio, audio, audio}, "--a"},
		{[]item{text, text, text}, "t"},
		{[]item{audio, text, text}, "t"},
		{[]item{text, audio, {}}, "a-"},
		{[]item{generated, audio, audio, {}}, "a--"},
		{[]item{generated, generated, generated}, "aaa"},
		{[]item{{text: 3 * half}}, "t"},
	} {
		var c conversation
		for n := range tt.items {
			i := tt.items[n]
			i.value = &voicelive.ResponseMessageItem{ID: new(fmt.Sprint(n))}
			c.items = append(c.items, &i)
			c.forget(&i)
		}
		var got strings.Builder
		for _, i := range c.items {
			switch {
			case i.audio != nil:
				got.WriteByte('a')
			case i.text > 0:
				got.WriteByte('t')
			default:
				got.WriteByte('-')
			}
		}
		if got.String() != tt.want || slices.ContainsFunc(c.items, func(i *item) bool { return i.deleted }) {
			t.Errorf("%v: got %q, want %q", len(tt.items), got.String(), tt.want)
		}
	}
}

func TestActiveResponsesAreBounded(t *testing.T) {
	params := &voicelive.ResponseCreateParams{Instructions: new(strings.Repeat("x", 1<<20))}
	large, small := sizeOf(params), sizeOf(nil)
	for _, tt := range []struct {
		sizes []int
		busy  bool
	}{
		{nil, false},
		{slices.Repeat([]int{large}, 62), false},
		{slices.Repeat([]int{large}, 63), true},
		{slices.Repeat([]int{small}, 4050), true},
	} {
		s := &Session{}
		for _, size := range tt.sizes {
			s.responses = append(s.responses, &response{size: size})
		}
		if s.busy(params) != tt.busy {
			t.Errorf("beside %d responses: busy is %v", len(tt.sizes), s.busy(params))
		}
	}
}

func TestForgottenAudioStillCountsAsAudio(t *testing.T) {
	s := &Session{}
	r := &response{s: s}
	for n := range 3 {
		s.conversation.items = append(s.conversation.items, &item{
			value: &voicelive.ResponseMessageItem{ID: new(fmt.Sprint(n))},
			audio: make([]byte, maxConversation/2), duration: time.Minute, tokens: 600,
		})
	}
	s.conversation.forget(s.conversation.items[2])
	if s.conversation.items[0].audio != nil {
		t.Fatal("nothing is forgotten")
	}
	if in := r.usage().InputTokenDetails; in.AudioTokens != 1800 || in.TextTokens != 0 {
		t.Errorf("%d tokens of audio and %d of text, want 1800 and 0", in.AudioTokens, in.TextTokens)
	}
}
