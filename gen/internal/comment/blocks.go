package comment

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// block is a paragraph or, if it has items, a list.
type block struct {
	text  string
	items []item
}

// item is one item of a list; its number is empty for a bullet.
type item struct{ number, text string }

// passage is the text of a block or an item while it is read: its lines.
type passage struct {
	number string
	lines  []string
	items  []*passage // of a list
}

func (p *passage) last() string { return p.lines[len(p.lines)-1] }

func (p *passage) text() string { return strings.Join(p.lines, " ") }

// parse finds paragraphs and lists. Everything else that Markdown has (quoted
// or fenced text, headings, rules) becomes paragraphs; Go comments know no
// lists in lists, so these become one.
func parse(text string) []block {
	var p blockParser
	for line := range strings.SplitSeq(text, "\n") {
		p.line(line)
	}
	var blocks []block
	for _, b := range p.blocks {
		var items []item
		for _, it := range b.items {
			items = append(items, item{it.number, it.text()})
		}
		blocks = append(blocks, block{b.text(), items})
	}
	return blocks
}

type blockParser struct {
	blocks []*passage
	open   *passage // what a line without a marker continues
}

func (p *blockParser) line(line string) {
	text := strings.TrimSpace(line)
	indented := line != "" && unicode.IsSpace(rune(line[0]))
	text, heading := unquoted(text), strings.HasPrefix(text, "#")
	if text == "" || isRule(text) {
		p.open = nil
		return
	}
	if number, rest, ok := marker(text); ok && p.mayStart(number) {
		if rest = unquoted(rest); rest != "" {
			p.item(number, rest)
		}
		return
	}
	switch {
	case heading:
		p.paragraph(text)
		p.open = nil
	case p.open == nil && indented && p.inList():
		items := p.blocks[len(p.blocks)-1].items
		p.open = items[len(items)-1]
		p.open.lines = append(p.open.lines, text)
	case p.open == nil || !indented && p.inList() && endsSentence(p.open.last()):
		p.paragraph(text)
	default:
		p.open.lines = append(p.open.lines, text)
	}
}

// mayStart tells a list from a sentence that a line break left with a number
// in front: only 1 starts a list in the middle of a paragraph.
func (p *blockParser) mayStart(number string) bool {
	return number == "" || number == "1" || p.open == nil || p.inList()
}

func (p *blockParser) inList() bool {
	return len(p.blocks) > 0 && p.blocks[len(p.blocks)-1].items != nil
}

func (p *blockParser) paragraph(text string) {
	if !p.insideSentence(text) {
		p.blocks = append(p.blocks, &passage{})
	}
	p.open = p.blocks[len(p.blocks)-1]
	p.open.lines = append(p.open.lines, text)
}

// insideSentence reports whether a blank line fell into a sentence: the last
// paragraph has no end, and text goes on with a small letter.
func (p *blockParser) insideSentence(text string) bool {
	if len(p.blocks) == 0 || p.inList() {
		return false
	}
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLower(first) && !isPunctuated(p.blocks[len(p.blocks)-1].last())
}

func (p *blockParser) item(number, text string) {
	if !p.inList() {
		p.blocks = append(p.blocks, &passage{})
	}
	list := p.blocks[len(p.blocks)-1]
	p.open = &passage{number: number, lines: []string{text}}
	list.items = append(list.items, p.open)
}

// marker splits the marker of a list item from its text. The number is empty
// for a bullet.
func marker(line string) (number, rest string, ok bool) {
	mark, rest, ok := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if !ok || rest == "" {
		return "", "", false
	}
	switch mark {
	case "-", "*", "+", "•":
		return "", rest, true
	}
	number = strings.TrimRight(mark, ".)")
	isNumber := number != "" && len(mark) == len(number)+1 &&
		strings.Trim(number, "0123456789") == ""
	return number, rest, isNumber
}

// unquoted is a line without Markdown's marks of headings and quotations.
func unquoted(line string) string {
	for {
		rest := strings.TrimLeft(line, "#>")
		if rest == line || rest != "" && rest[0] != ' ' {
			return line
		}
		line = strings.TrimSpace(rest)
	}
}

// isRule reports whether a line only separates: ---, ***, ```, ====.
func isRule(line string) bool {
	fence, isFence := strings.CutPrefix(line, "```")
	return isFence && !strings.ContainsAny(fence, "` ") ||
		len(line) > 2 && strings.Trim(line, line[:1]) == "" && strings.Contains("-*_=", line[:1])
}

// Words that tools act on at the start of a line.
const (
	buildTag   = "+build"
	deprecated = "Deprecated:"
)

// settle gives the blocks the form that the comment parser reads back as the
// same blocks.
func settle(blocks []block) []block {
	blocks = merged(blocks)
	if !hasParagraph(blocks) {
		blocks = unlisted(blocks)
	}
	for i, b := range blocks {
		for j, it := range b.items {
			b.items[j].text = ordinary(it.text)
		}
		if b.items == nil {
			beforeList := i+1 < len(blocks) && blocks[i+1].items != nil
			blocks[i].text = ended(ordinary(b.text), beforeList)
		}
	}
	return blocks
}

// merged joins lists that follow each other, and makes bullets of numbers in a
// list that has both: a comment cannot hold them apart.
func merged(blocks []block) []block {
	var out []block
	for _, b := range blocks {
		if last := len(out) - 1; b.items != nil && last >= 0 && out[last].items != nil {
			out[last].items = append(out[last].items, b.items...)
			continue
		}
		out = append(out, b)
	}
	for _, b := range out {
		if isMixed(b.items) {
			for i, it := range b.items {
				b.items[i] = item{text: it.paragraph()}
			}
		}
	}
	return out
}

func isMixed(items []item) bool {
	for _, it := range items {
		if (it.number == "") != (items[0].number == "") {
			return true
		}
	}
	return false
}

// paragraph is the item as a text of its own.
func (it item) paragraph() string {
	if it.number == "" {
		return it.text
	}
	return it.number + ". " + it.text
}

func hasParagraph(blocks []block) bool {
	for _, b := range blocks {
		if b.items == nil {
			return true
		}
	}
	return false
}

// unlisted makes paragraphs of list items. A comment that is nothing but a list
// is none to gofmt: all of it is indented, hence none of it.
func unlisted(blocks []block) []block {
	var out []block
	for _, b := range blocks {
		for _, it := range b.items {
			out = append(out, block{text: it.paragraph()})
		}
	}
	return out
}

// ordinary defuses what gofmt and other tools give a meaning.
func ordinary(text string) string {
	text = backquotes.ReplaceAllString(strings.ReplaceAll(text, "''", `""`), "`") // gofmt would make “ and ” of them
	if strings.HasPrefix(text, "[") {
		text = strings.ReplaceAll(text, "]:", "] :") // a link definition, which is not shown
	}
	if rest, ok := strings.CutPrefix(text, buildTag); ok {
		text = `"` + buildTag + `"` + rest
	}
	if rest, ok := strings.CutPrefix(text, deprecated); ok {
		text = "(Deprecated)" + rest
	}
	return text
}

var backquotes = regexp.MustCompile("``+")

// ended is a paragraph with punctuation at its end. Without it, gofmt could
// take a short one for a heading.
func ended(text string, beforeList bool) string {
	switch {
	case isPunctuated(text):
		return text
	case beforeList:
		return text + ":"
	}
	return text + "."
}

func endsSentence(text string) bool { return strings.ContainsRune(".!?:。！？", lastRune(text)) }

func isPunctuated(text string) bool {
	return strings.ContainsRune(".!?:;,…。！？-–—", lastRune(text))
}

// lastRune looks behind closing quotes and brackets.
func lastRune(text string) rune {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(text, ")]}>\"'`*”’»"))
	return last
}
