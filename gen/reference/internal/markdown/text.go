package markdown

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// Descriptions are Markdown that somebody else wrote. The functions of this
// file keep what is meant as text, code and lists, and nothing that would break
// out of its place: headings, HTML, tables.

// prose is a description as paragraphs and lists.
func prose(text string) string {
	var blocks []string
	open := false // whether the last block takes more lines
	for l := range strings.SplitSeq(clean(text), "\n") {
		l = strings.TrimSpace(l)
		switch item, isItem := listItem(l); {
		case l == "":
			open = false
		case isItem:
			if len(blocks) > 0 && strings.HasPrefix(blocks[len(blocks)-1], "* ") {
				blocks[len(blocks)-1] += "\n* " + item
			} else {
				blocks = append(blocks, "* "+item)
			}
			open = true
		case open:
			blocks[len(blocks)-1] += " " + l
		default:
			blocks = append(blocks, unmarked(l))
			open = true
		}
	}
	for i, b := range blocks {
		blocks[i] = escape(b)
	}
	return strings.Join(blocks, "\n\n")
}

// cell is a description inside a table.
func cell(text string) string {
	text = prose(text)
	text = strings.ReplaceAll(text, "\n\n", "<br>")
	text = strings.ReplaceAll(text, "\n* ", "<br>• ")
	text = strings.ReplaceAll(text, "<br>* ", "<br>• ")
	text = strings.TrimPrefix(text, "* ")
	return strings.ReplaceAll(text, "|", `\|`)
}

// summary is the first sentence of a description, inside a table.
func summary(text string) string {
	text, _, _ = strings.Cut(prose(text), "\n")
	if end := sentenceEnd.FindStringIndex(text); end != nil {
		text = text[:end[1]-2]
	}
	return strings.ReplaceAll(text, "|", `\|`)
}

var sentenceEnd = regexp.MustCompile(`[a-z)` + "`" + `]{2,}\. [A-Z]`)

// line is text without a markup of its own.
func line(text string) string {
	return strings.ReplaceAll(escape(strings.Join(strings.Fields(clean(text)), " ")), "|", `\|`)
}

// code is text between backquotes, in a table or not.
func code(text string) string {
	text = strings.Join(strings.Fields(clean(text)), " ")
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || text == "" {
		text = " " + text + " "
	}
	return fence + strings.ReplaceAll(text, "|", `\|`) + fence
}

// quoted is code as a description may hold it.
func quoted(text string) string { return "`" + strings.ReplaceAll(text, "`", "'") + "`" }

// anchor is a wire name as an address.
func anchor(wire string) string { return url.PathEscape(wire) }

// clean is text with one kind of line end and no control characters.
func clean(text string) string {
	lines := strings.Split(lineEnds.Replace(text), "\n")
	for i, l := range lines {
		lines[i] = diag.Printable(l)
	}
	return strings.Join(lines, "\n")
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n", "\t", "    ")

// escape makes HTML harmless outside of code.
func escape(text string) string {
	parts := strings.Split(text, "`")
	if len(parts)%2 == 0 { // a backquote that nothing closes is no code
		last := len(parts) - 1
		parts[last-1] += "\\"
	}
	for i := 0; i < len(parts); i++ {
		if i%2 == 0 || len(parts)%2 == 0 && i == len(parts)-1 {
			parts[i] = htmlEscape.Replace(parts[i])
		}
	}
	return strings.Join(parts, "`")
}

var htmlEscape = strings.NewReplacer("<", "&lt;", ">", "&gt;")

// listItem returns the text of a line that is an item of a list.
func listItem(l string) (string, bool) {
	for _, mark := range []string{"- ", "* ", "+ "} {
		if text, ok := strings.CutPrefix(l, mark); ok {
			return strings.TrimSpace(text), true
		}
	}
	return "", false
}

// unmarked is a line that begins a paragraph and nothing else.
func unmarked(l string) string {
	if strings.ContainsRune("#=-+_~", rune(l[0])) || strings.HasPrefix(l, "```") {
		return `\` + l
	}
	return l
}

// article puts a or an before a word, which may be code or a link.
func article(word string) string {
	letters := strings.TrimLeftFunc(word, func(c rune) bool { return !unicode.IsLetter(c) })
	switch {
	case strings.HasPrefix(letters, "any"):
		return word
	case strings.ContainsRune("aeioAEIO", []rune(letters + "x")[0]):
		return "an " + word
	}
	return "a " + word
}

// spaced is a sentence that follows another, if there is one.
func spaced(text string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf(" It must be %s.", text)
}
