package jsonwire

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

const redacted = "REDACTED"

// Redact returns JSON for a log: without secrets, and with binary data shortened. Text
// that is no JSON is not repeated. A member is a secret if [SecretWord] knows its name,
// or if marked does, which gets the [PlainName].
func Redact(data []byte, marked func(plain string) bool) string {
	if !valid(data) {
		return fmt.Sprintf("(%d bytes that are not JSON)", len(data))
	}
	d := redactor{r: NewReader(data), marked: marked}
	defer d.r.release()
	if kind := d.r.Kind(); kind != '{' && kind != '[' {
		return fmt.Sprintf("(%d bytes that are no event)", len(data))
	}
	d.value(false)
	return lineEnds.Replace(string(d.w.buf))
}

// lineEnds escapes the ends of lines that JSON allows in strings.
var lineEnds = strings.NewReplacer("\u2028", `\u2028`, "\u2029", `\u2029`)

// Redacted is [Redact] of the JSON of v. What cannot be encoded is told by its error,
// which has no values.
func Redacted(v json.Marshaler, marked func(plain string) bool) string {
	data, err := v.MarshalJSON()
	if err != nil {
		return err.Error()
	}
	return Redact(data, marked)
}

// Format prints text, which has no secrets, as a string whatever the verb.
func Format(s fmt.State, verb rune, text string) {
	if verb == 'v' {
		io.WriteString(s, text)
		return
	}
	fmt.Fprintf(s, fmt.FormatString(s, verb), text)
}

// redactor copies valid JSON.
type redactor struct {
	r      *Reader
	w      Writer
	marked func(plain string) bool
}

// value copies the next value. Texts, and those in lists, are URLs if inURL is set.
func (d *redactor) value(inURL bool) {
	switch d.r.Kind() {
	case '{':
		d.each('}', func() { d.member() })
	case '[':
		d.each(']', func() { d.value(inURL) })
	case '"':
		b, _ := d.r.text()
		text := string(b)
		if short := shorten(text); short != text || !inURL {
			text = short
		} else {
			text = StripURL(text)
		}
		d.w.text(text)
	default:
		start := d.r.pos
		d.r.skip()
		d.w.buf = append(d.w.buf, d.r.data[start:d.r.pos]...)
	}
}

// each copies an array or an object, whose elements copy copies.
func (d *redactor) each(end byte, copy func()) {
	d.byte()
	for first := true; d.r.token() != end; first = false {
		if !first {
			d.byte() // the comma
			d.r.token()
		}
		copy()
	}
	d.byte()
}

// byte copies one byte.
func (d *redactor) byte() {
	d.w.buf = append(d.w.buf, d.r.data[d.r.pos])
	d.r.pos++
}

func (d *redactor) member() {
	b, _ := d.r.text()
	name := string(b)
	d.w.text(name)
	d.r.token()
	d.byte() // the colon
	plain := PlainName(name)
	switch isNull := d.r.token() == 'n'; {
	case !isNull && (d.marked(plain) || SecretWord(name, false) != ""):
		d.r.skip()
		d.w.text(redacted)
	default:
		d.value(slices.ContainsFunc(urlEndings, func(ending string) bool { return strings.HasSuffix(plain, ending) }))
	}
}

// urlEndings end the names of properties that hold URLs.
var urlEndings = []string{"endpoint", "endpoints", "uri", "uris", "url", "urls"}

// maxBinary is how long a text may be that looks like binary data.
const maxBinary = 64

// shorten returns binary data as its length, a URL without its secrets, and any other
// text as it is.
func shorten(text string) string {
	if kind, _, ok := strings.Cut(text, ","); ok && len(text) > maxBinary && len(kind) <= maxBinary && hasPrefixFold(kind, "data:") {
		return fmt.Sprintf("%s,(%d bytes)", kind, len(text)-len(kind)-1)
	}
	if len(text) > maxBinary && !strings.ContainsFunc(text, notBase64) {
		return fmt.Sprintf("(%d bytes of base64)", len(text))
	}
	if strings.Contains(text, "://") && !strings.ContainsFunc(text, unicode.IsSpace) {
		return StripURL(text)
	}
	return text
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// notBase64 reports whether r is in none of the alphabets of base64.
func notBase64(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune("+/-_=", r)
}
