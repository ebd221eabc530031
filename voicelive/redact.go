package voicelive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"unicode"
)

const redacted = "REDACTED"

// redact returns the JSON of an event for a log: without credentials, and with
// binary data shortened. Text that is no JSON is not repeated.
func redact(data []byte) string {
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
	if err := e.Encode(redactValue(v)); err != nil {
		return redacted
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func redactValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			switch plain := plainName(name); {
			case value == nil:
			case secretWord(name, false) != "":
				v[name] = redacted
			case slices.ContainsFunc(urlEndings, func(ending string) bool { return strings.HasSuffix(plain, ending) }):
				v[name] = redactURLs(value)
			default:
				v[name] = redactValue(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = redactValue(v[i])
		}
	case string:
		return shorten(v)
	}
	return v
}

// urlEndings end the names of properties that hold URLs.
var urlEndings = []string{"endpoint", "endpoints", "uri", "uris", "url", "urls"}

// redactURLs is for one URL or a list of them.
func redactURLs(v any) any {
	switch v := v.(type) {
	case string:
		if short := shorten(v); short != v {
			return short
		}
		return withoutSecrets(v)
	case []any:
		for i := range v {
			v[i] = redactURLs(v[i])
		}
		return v
	}
	return redactValue(v)
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

// What holds a credential prints without it, also as part of what contains it.

// String tells which server it is, without its credentials.
func (s MCPServer) String() string {
	return fmt.Sprintf("MCPServer{%s %s}", s.ServerLabel, withoutSecrets(s.ServerURL))
}

// GoString is String.
func (s MCPServer) GoString() string { return s.String() }

// LogValue is String.
func (s MCPServer) LogValue() slog.Value { return slog.StringValue(s.String()) }

// String tells which servers they are, without their credentials.
func (s ICEServer) String() string {
	urls := make([]string, len(s.URLs))
	for i, u := range s.URLs {
		urls[i] = withoutSecrets(u)
	}
	return fmt.Sprintf("ICEServer%v", urls)
}

// GoString is String.
func (s ICEServer) GoString() string { return s.String() }

// LogValue is String.
func (s ICEServer) LogValue() slog.Value { return slog.StringValue(s.String()) }

// String is the JSON without the session description, which holds a password.
func (e ClientEventSessionAvatarConnect) String() string { return redactedJSON(e).String() }

// GoString is String.
func (e ClientEventSessionAvatarConnect) GoString() string { return e.String() }

// String is the JSON without the session description, which holds a password.
func (e ClientEventRTCCallSDPCreate) String() string { return redactedJSON(e).String() }

// GoString is String.
func (e ClientEventRTCCallSDPCreate) GoString() string { return e.String() }

// String is the JSON without the session description, which holds a password.
func (e ServerEventSessionAvatarConnecting) String() string { return redactedJSON(e).String() }

// GoString is String.
func (e ServerEventSessionAvatarConnecting) GoString() string { return e.String() }

// String is the JSON without the session description, which holds a password.
func (e ServerEventRTCCallSDPCreated) String() string { return redactedJSON(e).String() }

// GoString is String.
func (e ServerEventRTCCallSDPCreated) GoString() string { return e.String() }

// String is the JSON without credentials, as far as names tell them.
func (u UnknownServerEvent) String() string { return redact(u.Raw) }

// GoString is String.
func (u UnknownServerEvent) GoString() string { return u.String() }

// LogValue is String.
func (u UnknownServerEvent) LogValue() slog.Value { return slog.StringValue(u.String()) }

// String is the JSON without credentials, as far as names tell them.
func (u UnknownClientEvent) String() string { return redact(u.Raw) }

// GoString is String.
func (u UnknownClientEvent) GoString() string { return u.String() }

// LogValue is String.
func (u UnknownClientEvent) LogValue() slog.Value { return slog.StringValue(u.String()) }

// String is the JSON without credentials, as far as names tell them.
func (u UnknownTool) String() string { return redact(u.Raw) }

// GoString is String.
func (u UnknownTool) GoString() string { return u.String() }

// LogValue is String.
func (u UnknownTool) LogValue() slog.Value { return slog.StringValue(u.String()) }

// String names what is connected to; headers and the query may hold anything.
func (o ConnectOptions) String() string {
	if o.Agent != nil {
		return fmt.Sprintf("ConnectOptions{agent %s/%s}", o.Agent.ProjectName, o.Agent.Name)
	}
	return fmt.Sprintf("ConnectOptions{model %s}", o.Model)
}

// GoString is String.
func (o ConnectOptions) GoString() string { return o.String() }
