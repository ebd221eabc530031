package comment

import (
	"regexp"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// plain is text without what a Go comment cannot show or must not hold: HTML,
// links in Markdown's form, control characters, overrides of the direction of
// writing. Its lines end in \n.
func plain(text string) string {
	lines := strings.Split(outsideCode(lineEnds.Replace(text), markup), "\n")
	for i, line := range lines {
		lines[i] = diag.Printable(line)
	}
	return strings.Join(lines, "\n")
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n",
	"\u0085", "\n", "\u2028", "\n", "\u2029", "\n\n", "\t", "    ", "\u00a0", " ")

// outsideCode applies f to the parts of text that are not between backquotes.
func outsideCode(text string, f func(string) string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = f(parts[i])
	}
	return strings.Join(parts, "`")
}

// markup replaces HTML and Markdown by the text that they decorate.
func markup(text string) string {
	if !strings.ContainsAny(text, "<[*&") {
		return text // nearly all descriptions; five searches are not free
	}
	text = anchor.ReplaceAllString(text, "$2 ($1)")
	text = tag.ReplaceAllStringFunc(text, func(t string) string {
		if plain, ok := tags[strings.ToLower(tag.FindStringSubmatch(t)[1])]; ok {
			return plain
		}
		return t // <name> is a placeholder
	})
	text = inlineLink.ReplaceAllString(text, "$1 ($2)")
	text = bold.ReplaceAllString(text, "$1")
	return entities.Replace(text)
}

var (
	anchor     = regexp.MustCompile(`(?is)<a\s[^<>]*\bhref\s*=\s*["']([^"'<>]*)["'][^<>]*>(.*?)</a>`)
	tag        = regexp.MustCompile(`<(/?[A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>`)
	inlineLink = regexp.MustCompile(`\[([^\[\]\n]+)\]\(((?:https?://|/|#)[^()\s]*)\)`)
	bold       = regexp.MustCompile(`\*\*([^\s*](?:[^*\n]*[^\s*])?)\*\*`)
	entities   = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&quot;", `"`, "&apos;", "'", "&#39;", "'", "&nbsp;", " ")
)

// tags is what stands for an HTML tag in plain text; others are left alone.
var tags = map[string]string{
	"br": "\n", "p": "\n\n", "/p": "\n\n", "div": "\n\n", "/div": "\n\n",
	"ul": "\n", "/ul": "\n\n", "ol": "\n", "/ol": "\n\n", "li": "\n- ", "/li": "\n",
	"code": "`", "/code": "`", "tt": "`", "/tt": "`", "pre": "\n\n", "/pre": "\n\n",
	"a": "", "/a": "", "b": "", "/b": "", "strong": "", "/strong": "", "i": "", "/i": "", "em": "", "/em": "",
	"u": "", "/u": "", "span": "", "/span": "",
}
