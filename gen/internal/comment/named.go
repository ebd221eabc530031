package comment

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Named begins a description with the Go name that it describes, as Go
// documentation does: "The name of a tool." becomes "Tool is the name of a
// tool." Where no rule gives a sentence, the name and a colon stand in front of
// the description. Named returns "" for a blank description.
func Named(name, description string) string {
	description = strings.TrimSpace(description)
	first, _ := utf8.DecodeRuneInString(description)
	switch {
	case description == "":
		return ""
	case strings.HasPrefix(description, name+" "):
		return description
	case strings.ContainsRune("-*+•#><`0123456789", first) && !isProse(description):
		return name + ":\n" + description
	}
	for _, o := range openings {
		if rest, ok := o.match(description); ok {
			return name + " " + o.to + rest
		}
	}
	return name + ": " + description
}

// isProse reports whether a description does not start with a mark of Markdown.
func isProse(description string) bool {
	line, _, _ := strings.Cut(description, "\n")
	_, _, item := marker(line)
	return !item && unquoted(line) == line && !isRule(line) && line[0] != '<'
}

// match returns what follows the opening in a description that it fits.
func (o opening) match(description string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(description, o.from)
	if !ok {
		return "", false
	}
	next := nextWord(rest)
	switch {
	case next == "" || !unicode.IsSpace(rune(rest[0])):
		return "", false
	case o.before != nil && !o.before[next]:
		return "", false
	case o.notBefore[next]:
		return "", false
	case o.noun && isClause(rest):
		return "", false
	}
	if o.to == "" {
		rest = strings.TrimSpace(rest)
	}
	return rest, true
}

func nextWord(text string) string {
	for w := range strings.FieldsSeq(text) {
		return w
	}
	return ""
}

// isClause reports whether the first sentence has a verb of its own, such as
// "The server will respond": it says what happens, not what something is.
func isClause(sentence string) bool {
	for w := range strings.FieldsSeq(sentence) {
		switch {
		case finite[w]:
			return true
		case relative[w] || strings.ContainsAny(w[len(w)-1:], ".,;:()"):
			return false
		}
	}
	return false
}
