package transcript

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A part is one content part of an item.
type part struct {
	text  string
	done  bool // the text is complete
	audio bool

	sound     time.Duration // of audio that arrived
	words     []word
	truncated bool
	heard     time.Duration
	arrived   time.Duration // how much audio there was when it was cut; 0 if unknown
}

// A word is one whose time the service told.
type word struct {
	text string
	end  time.Duration
}

// set sets the whole text. Copies of an item from which the service has removed text are ignored.
func (p *part) set(text string) {
	if text == "" || p.truncated && (p.done || len(text) < len(p.text)) {
		return
	}
	p.text, p.done = text, true
}

// add adds a delta.
func (p *part) add(delta string) {
	if !p.done {
		p.text += delta
	}
}

// cut notes that only a part of the audio was heard. The shortest one counts.
func (p *part) cut(heard, arrived time.Duration) {
	if p.truncated && heard >= p.heard {
		p.arrived = max(p.arrived, arrived)
		return
	}
	p.truncated, p.heard, p.arrived = true, heard, max(p.arrived, arrived)
}

// said returns what was heard of the text.
func (p *part) said() string {
	switch {
	case !p.truncated:
		return p.text
	case p.heard <= 0:
		return ""
	}
	if len(p.words) > 0 {
		return p.byWords()
	}
	total := max(p.sound, p.arrived)
	if total <= 0 {
		return ""
	}
	share := min(float64(p.heard)/float64(total), 1)
	return wholeWords(p.text, int(share*float64(utf8.RuneCountInString(p.text))))
}

// tolerance is how much of a word may be missing if it counts as heard.
const tolerance = 60 * time.Millisecond

// byWords returns the text up to the last word that was heard. Words that are not found in the
// text, because it spells them in another way, are skipped. They are looked for nearby: the same word
// may stand far behind.
func (p *part) byWords() string {
	const nearby, skipped = 8, 16 // bytes
	end, missing := 0, 0
	for _, w := range p.words {
		if w.end > p.heard+tolerance {
			break
		}
		text := strings.TrimFunc(w.text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) })
		if text == "" {
			continue
		}
		if i := strings.Index(p.text[end:], text); i >= 0 && i <= nearby+skipped*missing {
			end, missing = end+i+len(text), 0
		} else {
			missing++
		}
	}
	// With the punctuation behind the word.
	for end < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[end:])
		if end == 0 || !unicode.IsPunct(r) {
			break
		}
		end += n
	}
	return p.text[:end]
}

// wholeWords returns the words in the first n characters of a text.
func wholeWords(text string, n int) string {
	if n >= utf8.RuneCountInString(text) {
		return text
	}
	end := 0
	for i, r := range text {
		if n == 0 {
			if unicode.IsSpace(r) {
				end = i
			}
			break
		}
		n--
		if unicode.IsSpace(r) {
			end = i
		}
	}
	return strings.TrimRightFunc(text[:end], unicode.IsSpace)
}

// part returns a content part, which may be new.
func (n *node) part(index int) *part {
	if index < 0 || index > maxParts {
		index = maxParts
	}
	for len(n.parts) <= index {
		n.parts = append(n.parts, &part{})
	}
	return n.parts[index]
}

// maxParts bounds what a content_index can ask for.
const maxParts = 64

// snapshot returns the entry as it is now.
func (n *node) snapshot() Entry {
	e := n.Entry.clone()
	e.Pending = e.Pending && !n.over
	if e.Type != Message || n.frozen {
		return e
	}
	var texts, said []string
	pending := !n.closed
	for _, p := range n.parts {
		e.Audio = e.Audio || p.audio
		if p.truncated {
			e.Interrupted = true
			e.HeardFor += p.heard
		}
		if p.text != "" {
			texts = append(texts, p.text)
		}
		if s := p.said(); s != "" {
			said = append(said, s)
		}
		pending = pending || p.audio && !p.done && e.Role == User && e.Failed == ""
	}
	e.Text, e.Pending = strings.Join(texts, "\n"), pending && !n.over
	if e.Pending {
		e.Ended = time.Time{}
	}
	if e.Interrupted {
		e.Heard = strings.Join(said, "\n")
	}
	return e
}
