package jsonwire

import (
	"bytes"
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
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return fmt.Sprintf("(%d bytes that are not JSON)", len(data))
	}
	switch v.(type) {
	case map[string]any, []any:
	default:
		return fmt.Sprintf("(%d bytes that are no event)", len(data))
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(redactor(marked).value(v)); err != nil {
		return redacted
	}
	return strings.TrimSuffix(b.String(), "\n")
}

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

// redactor tells the names of secrets.
type redactor func(plain string) bool

func (r redactor) value(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			switch plain := PlainName(name); {
			case value == nil:
			case r(plain) || SecretWord(name, false) != "":
				v[name] = redacted
			case slices.ContainsFunc(urlEndings, func(ending string) bool { return strings.HasSuffix(plain, ending) }):
				v[name] = r.urls(value)
			default:
				v[name] = r.value(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = r.value(v[i])
		}
	case string:
		return shorten(v)
	}
	return v
}

// urlEndings end the names of properties that hold URLs.
var urlEndings = []string{"endpoint", "endpoints", "uri", "uris", "url", "urls"}

// urls is value for one URL or a list of them.
func (r redactor) urls(v any) any {
	switch v := v.(type) {
	case string:
		if short := shorten(v); short != v {
			return short
		}
		return withoutSecrets(v)
	case []any:
		for i := range v {
			v[i] = r.urls(v[i])
		}
		return v
	}
	return r.value(v)
}

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
		return withoutSecrets(text)
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
