package name

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// identifier is the exported Go identifier of a wire name.
func identifier(wire string) string { return exported(join(goWords(wire))) }

// goWords are the words of a wire string as they stand in a Go identifier. They
// are never empty: symbols are named if nothing else is there.
func goWords(wire string) []string {
	words := split(wire)
	if len(words) == 0 {
		return symbolWords(wire)
	}
	// Without a small letter, capitals are a way of writing (IN_PROGRESS) and
	// do not tell an acronym from a word.
	shouted := !strings.ContainsFunc(wire, unicode.IsLower)
	for i, w := range words {
		if shouted {
			w = strings.ToLower(w)
		}
		words[i] = capitalize(spell(w))
	}
	return words
}

// split cuts a wire string into words: at everything that is neither letter nor
// digit, before a capital that follows a small letter or a digit, and before
// the last capital of an acronym (MCPServer). Digits stay with the letters
// around them (pcm16, 8000hz).
func split(wire string) []string {
	var words []string
	runes := []rune(wire)
	start := -1 // of the current word
	for i, r := range runes {
		if !isWord(r) {
			if start >= 0 {
				words = append(words, string(runes[start:i]))
			}
			start = -1
			continue
		}
		if start >= 0 && startsWord(runes, i) {
			words = append(words, string(runes[start:i]))
			start = i
		}
		if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		words = append(words, string(runes[start:]))
	}
	return words
}

// isWord tells what a Go identifier may hold; the underscore is a separator.
func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// startsWord reports whether runes[i], which continues a word, starts a new one.
func startsWord(runes []rune, i int) bool {
	if !isCapital(runes[i]) {
		return false
	}
	if !isCapital(runes[i-1]) {
		return true
	}
	return i+1 < len(runes) && unicode.IsLower(runes[i+1])
}

func isCapital(r rune) bool { return unicode.IsUpper(r) || unicode.IsTitle(r) }

// spell writes a word in its Go form. Digits beside the letters do not hide
// them: PCM16, GPT4o, 8000Hz.
func spell(word string) string {
	if known, ok := spellings[strings.ToLower(word)]; ok {
		return known
	}
	letters, digits := strings.IndexFunc(word, unicode.IsLetter), strings.IndexFunc(word, unicode.IsDigit)
	switch {
	case digits < 0:
		return word
	case letters == 0:
		if known, ok := spellings[strings.ToLower(word[:digits])]; ok {
			return known + word[digits:]
		}
	case letters > 0:
		if known, ok := spellings[strings.ToLower(word[letters:])]; ok {
			return word[:letters] + known
		}
	}
	return word
}

func capitalize(word string) string {
	first, size := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(first)) + word[size:]
}

// join writes words as one identifier. An underscore keeps two numbers apart.
func join(words []string) string {
	var b strings.Builder
	var last rune
	for _, w := range words {
		first, _ := utf8.DecodeRuneInString(w)
		if unicode.IsDigit(last) && unicode.IsDigit(first) {
			b.WriteByte('_')
		}
		b.WriteString(w)
		last, _ = utf8.DecodeLastRuneInString(w)
	}
	return b.String()
}

// exported puts an X before an identifier whose first rune is no capital: a
// digit, or a letter of a script without case.
func exported(id string) string {
	if first, _ := utf8.DecodeRuneInString(id); !unicode.IsUpper(first) {
		return "X" + id
	}
	return id
}

// symbolWords names each symbol of a string without letters and digits.
func symbolWords(wire string) []string {
	if wire == "" {
		return []string{"Value"}
	}
	var words []string
	for _, r := range wire {
		name, ok := symbols[r]
		if !ok {
			name = fmt.Sprintf("U%04X", r)
		}
		words = append(words, name)
	}
	return words
}
