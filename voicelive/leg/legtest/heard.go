package legtest

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// An Item is the audio of one content part of an item: how much was sent, heard and kept.
type Item struct {
	ResponseID   string
	ItemID       string
	ContentIndex int

	Sent  time.Duration // the audio that the service sent
	Heard time.Duration // how much of it the user heard
	Kept  time.Duration // the audio in the conversation of the service, after truncations and deletions
	Text  string        // the words that began before Heard

	// OutOfBand says that the item is in no conversation; Kept is 0.
	OutOfBand bool
}

// Heard returns the speech of a session so far, in order. The user recognizes audio by its
// bytes: the leg must be in the format of the session and not be converted, and responses
// should differ in sound. The test fails if the user has heard audio that the session
// did not send, or, by more than a millisecond, audio twice or audio without its beginning.
func (u *User) Heard(s *voicelivetest.Session) []Item {
	u.t.Helper()
	said := saidIn(s)
	for _, p := range said {
		if p.truncated {
			p.end = min(u.format.Bytes(p.kept), len(p.audio))
		}
	}
	u.mu.Lock()
	u.speaker.advance(time.Now())
	for _, piece := range u.speaker.heard {
		if rest := attribute(said, piece, u.format.Bytes(time.Millisecond)); len(rest) > 0 {
			u.t.Errorf("legtest: of %v of audio that the user heard, the service did not say the last %v next",
				u.format.Duration(len(piece)), u.format.Duration(len(rest)))
		}
	}
	u.mu.Unlock()
	var items []Item
	for _, p := range said {
		i := Item{ResponseID: p.response, ItemID: p.item, ContentIndex: p.content, OutOfBand: p.outOfBand}
		i.Sent, i.Heard = u.format.Duration(len(p.audio)), u.format.Duration(p.heard)
		if !p.deleted && !p.outOfBand {
			i.Kept = i.Sent
			if p.truncated {
				i.Kept = min(i.Sent, p.kept)
			}
		}
		for _, w := range p.words {
			if w.at < p.heard {
				i.Text += w.text
			}
		}
		i.Text = strings.TrimSpace(i.Text)
		items = append(items, i)
	}
	return items
}

// Check fails the test if the service keeps more or less of an item of the conversation
// than the user has heard, by more than a millisecond. Call it when nothing plays. See
// [User.Heard].
func (u *User) Check(s *voicelivetest.Session) {
	u.t.Helper()
	for _, i := range u.Heard(s) {
		if off := i.Kept - i.Heard; !i.OutOfBand && (off > time.Millisecond || off < -time.Millisecond) {
			u.t.Errorf("legtest: the service keeps %v of item %s, of which the user heard %v", i.Kept, i.ItemID, i.Heard)
		}
	}
}

// MustNotHear fails the test if the user has heard a text in a session, in one item.
func (u *User) MustNotHear(s *voicelivetest.Session, text string) {
	u.t.Helper()
	for _, i := range u.Heard(s) {
		if strings.Contains(i.Text, text) {
			u.t.Errorf("legtest: the user heard %q, in %q", text, i.Text)
		}
	}
}

// A part is the audio of one content part, as the service sent it.
type part struct {
	response, item string
	content        int
	audio          []byte
	words          []word
	outOfBand      bool
	truncated      bool
	kept           time.Duration
	deleted        bool

	end   int // bytes that are kept of a part that was truncated
	heard int // bytes
}

// A word and the place in the audio where it begins, or a bit earlier.
type word struct {
	text string
	at   int
}

// saidIn collects what a session has said, in its order.
func saidIn(s *voicelivetest.Session) (parts []*part) {
	outOfBand := map[string]bool{}
	find := func(response, item string, content int) *part {
		for _, p := range parts {
			if p.item == item && p.content == content {
				return p
			}
		}
		p := &part{response: response, item: item, content: content, outOfBand: outOfBand[response]}
		parts = append(parts, p)
		return p
	}
	for _, sent := range s.Sent() {
		event, err := voicelive.UnmarshalServerEvent(sent.Raw)
		if err != nil {
			continue // a fault
		}
		switch e := event.(type) {
		case *voicelive.ServerEventResponseCreated:
			if e.Response.ID != nil {
				outOfBand[*e.Response.ID] = e.Response.OutOfBand()
			}
		case *voicelive.ServerEventResponseAudioDelta:
			p := find(e.ResponseID, e.ItemID, e.ContentIndex)
			p.audio = append(p.audio, e.Delta...)
		case *voicelive.ServerEventResponseAudioTranscriptDelta:
			p := find(e.ResponseID, e.ItemID, e.ContentIndex)
			p.words = append(p.words, word{e.Delta, len(p.audio)})
		case *voicelive.ServerEventConversationItemTruncated:
			for _, p := range parts {
				if p.item == e.ItemID && p.content == e.ContentIndex {
					p.truncated, p.kept = true, time.Duration(e.AudioEndMS)*time.Millisecond
				}
			}
		case *voicelive.ServerEventConversationItemDeleted:
			for _, p := range parts {
				p.deleted = p.deleted || p.item == e.ItemID
			}
		}
	}
	return slices.DeleteFunc(parts, func(p *part) bool { return len(p.audio) == 0 })
}

// attribute says of which parts a piece of audio is, and returns what it is of none. The
// piece was played without a clear: each part but the last is heard to its end, or to where it
// was truncated while the leg was dry. Parts may begin with the same samples, so that it tries
// all that fit, and last those whose end was cut off in the conversation. A part that goes on
// after a clear may do so up to slip bytes before or behind the place where it was.
func attribute(parts []*part, piece []byte, slip int) (rest []byte) {
	rest = piece
	for _, cut := range []bool{false, true} {
		for _, p := range parts {
			heard := p.heard
			if cut != (heard > 0 && (p.truncated || p.deleted)) {
				continue
			}
			for _, from := range places(heard, slip) {
				for _, to := range []int{len(p.audio), p.end} {
					n := min(to-from, len(piece))
					if n <= 0 || !bytes.Equal(p.audio[from:from+n], piece[:n]) {
						continue
					}
					p.heard = from + n
					r := attribute(parts, piece[n:], 0)
					if len(r) == 0 {
						return nil
					}
					p.heard = heard
					if len(r) < len(rest) {
						rest = r
					}
				}
			}
		}
	}
	return rest
}

// places are where a part may go on, the likeliest first. One that was not heard yet begins at
// its beginning.
func places(heard, slip int) []int {
	places := []int{heard}
	if heard > 0 {
		for n := 1; n <= slip; n++ {
			places = append(places, max(heard-n, 0), heard+n)
		}
	}
	return places
}
