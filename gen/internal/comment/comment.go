// Package comment turns descriptions into Go doc comments. A description is
// text that somebody else wrote: whatever it holds, the result is nothing but
// comment lines, in the form that gofmt gives them.
package comment

import (
	"go/doc/comment"
	"strings"
)

// Doc is the doc comment of the given texts, each one or more paragraphs and
// lists in the manner of Markdown. Every line of the result starts with "//"
// and is at most width columns long, unless a single word is longer; the last
// has no newline. Doc returns "" if the texts are blank.
func Doc(width int, texts ...string) string {
	var blocks []block
	for _, text := range texts {
		blocks = append(blocks, parse(plain(text))...)
	}
	doc := &comment.Doc{}
	for _, b := range settle(blocks) {
		doc.Content = append(doc.Content, b.layout(width-len("// ")))
	}
	return commented(string(new(comment.Printer).Comment(doc)))
}

// commented puts the comment marker before each line.
func commented(text string) string {
	if text == "" {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("//")
		if line != "\n" {
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// listIndent is how far gofmt indents the text of list items.
const listIndent = 4

// layout wraps the text of a block, for lines of the given width.
func (b block) layout(width int) comment.Block {
	if b.items == nil {
		return &comment.Paragraph{Text: []comment.Text{comment.Plain(wrap(b.text, width))}}
	}
	list := &comment.List{}
	for _, it := range b.items {
		text := comment.Plain(wrap(it.text, width-listIndent))
		list.Items = append(list.Items, &comment.ListItem{
			Number:  it.number,
			Content: []comment.Block{&comment.Paragraph{Text: []comment.Text{text}}},
		})
	}
	return list
}

// wrap breaks text into lines of at most width runes.
func wrap(text string, width int) string {
	var b strings.Builder
	column := 0
	for _, w := range words(text) {
		n := len([]rune(w))
		switch {
		case column == 0:
		case column+1+n > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(w)
		column += n
	}
	return b.String()
}

// words are the words of text, where one that means something to gofmt or vet
// at the start of a line stays with the word before it.
func words(text string) []string {
	var out []string
	for _, w := range strings.Fields(text) {
		if len(out) > 0 && startsSomething(w) {
			out[len(out)-1] += " " + w
			continue
		}
		out = append(out, w)
	}
	return out
}

func startsSomething(word string) bool {
	_, _, item := marker(word + " x")
	return item || strings.HasPrefix(word, "#") || word == buildTag || word == deprecated
}
