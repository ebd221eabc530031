package voicelive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

const redacted = "REDACTED"

// Names are compared without case and without what is neither letter nor digit.
var (
	// secretNames are the properties whose values are credentials, or lead to one.
	secretNames = map[string]bool{"headers": true, "key": true, "sdpanswer": true, "sdpoffer": true, "username": true}

	// secretEndings are what such names end with. Session descriptions hold the ICE password.
	secretEndings = []string{"accesskey", "apikey", "authorization", "cookie", "credential", "password", "sdp", "secret", "signature", "subscriptionkey", "token"}
)

// binaryFields are only told by their length if their values are long strings.
var binaryFields = map[string]bool{"audio": true, "delta": true}

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
			plain := plainName(name)
			text, isText := value.(string)
			switch {
			case value == nil:
			case isSecretName(plain):
				v[name] = redacted
			case binaryFields[plain] && isText && len(text) > 64 && !strings.Contains(text, " "):
				v[name] = fmt.Sprintf("(%d bytes of base64)", len(text))
			case strings.HasSuffix(plain, "url") || strings.HasSuffix(plain, "urls"):
				v[name] = redactURLs(value)
			default:
				v[name] = redactValue(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = redactValue(v[i])
		}
	}
	return v
}

func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

func isSecretName(plain string) bool {
	return secretNames[plain] || slices.ContainsFunc(secretEndings, func(ending string) bool { return strings.HasSuffix(plain, ending) })
}

// redactURLs is for one URL or a list of them.
func redactURLs(v any) any {
	switch v := v.(type) {
	case string:
		return withoutSecrets(v)
	case []any:
		for i := range v {
			v[i] = redactURLs(v[i])
		}
		return v
	}
	return redactValue(v)
}

// withoutSecrets returns a URL without user, query and fragment.
func withoutSecrets(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return redacted
	}
	if at := strings.LastIndexByte(u.Opaque, '@'); at >= 0 {
		u.Opaque = u.Opaque[at+1:] // such as that of turn:user@host
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
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
