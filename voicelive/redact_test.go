package voicelive

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Logs and URLs know the same names of secrets.
func TestNamesOfSecrets(t *testing.T) {
	for _, name := range []string{
		"secret_key", "private_key", "accountKey", "auth", "JWT", "id_jwt", "pass", "pwd", "db-pwd", "sas", "bearer", "Connection String", "x_credentials", "Signing.Key", "api-key", "Cookie",
	} {
		if got := redact([]byte(fmt.Sprintf(`{%q:"CANARY"}`, name))); strings.Contains(got, "CANARY") {
			t.Errorf("%s is logged as %s", name, got)
		}
		if !IsSecret(name) {
			t.Errorf("%s is no secret", name)
		}
		if _, err := parseEndpoint("https://h?" + strings.ReplaceAll(name, " ", "%20") + "=CANARY"); err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("an endpoint with %s: %v", name, err)
		}
	}
	for _, name := range []string{"total_tokens", "max_response_output_tokens", "code", "author", "monkey", "event_id", "passage"} {
		if got, want := redact([]byte(fmt.Sprintf(`{%q:"text"}`, name))), fmt.Sprintf(`{%q:"text"}`, name); got != want {
			t.Errorf("%s is logged as %s", name, got)
		}
		if IsSecret(name) {
			t.Errorf("%s is a secret", name)
		}
	}
	for _, name := range []string{"code", "token_value", "my-secret-1", "credential"} {
		if _, err := parseEndpoint("https://h?" + name + "=CANARY"); err == nil {
			t.Errorf("an endpoint with %s is accepted", name)
		}
	}
	for _, name := range []string{"conversation-id", "agent-authentication-identity-client-id", "author", "api-version"} {
		if _, err := parseEndpoint("https://h?" + name + "=x"); err != nil {
			t.Errorf("an endpoint with %s: %v", name, err)
		}
	}
}

func TestLoggedValues(t *testing.T) {
	long := strings.Repeat("AbC+", 100)
	for _, tt := range []struct{ event, want string }{
		{`{"uri":"https://u:CANARY@h/p?k=CANARY"}`, `{"uri":"https://h/p"}`},
		{`{"project_endpoint":"wss://CANARY@h","endpoint":"h.example"}`, `{"project_endpoint":"wss://h","endpoint":"h.example"}`},
		{`{"target":"redis://:CANARY@h:6379/0"}`, `{"target":"redis://h:6379/0"}`},
		{`{"text":"see https://h/?a=1 for more"}`, `{"text":"see https://h/?a=1 for more"}`},
		{`{"image_url":"data:image/png;base64,` + long + `"}`, `{"image_url":"data:image/png;base64,(400 bytes)"}`},
		{`{"image_url":{"url":"DATA:;base64,` + long + `"}}`, `{"image_url":{"url":"DATA:;base64,(400 bytes)"}}`},
		{`{"content":[{"image":"data:text/plain,` + strings.Repeat("a b", 100) + `"}]}`, `{"content":[{"image":"data:text/plain,(300 bytes)"}]}`},
		{`{"anything":"` + long + `"}`, `{"anything":"(400 bytes of base64)"}`},
		{`{"delta":"Hello","audio":"AAAA"}`, `{"delta":"Hello","audio":"AAAA"}`},
		{`{"transcript":"` + strings.Repeat("你好", 100) + `"}`, `{"transcript":"` + strings.Repeat("你好", 100) + `"}`},
	} {
		if got := redact([]byte(tt.event)); got != tt.want {
			t.Errorf("%s is logged as %s, want %s", tt.event, got, tt.want)
		}
	}
}

// A service cannot write lines or colours of its own into a log.
func TestTextsHaveNoControlCharacters(t *testing.T) {
	const bad = "id\nlevel=INFO \x1b[31m\u2028\u202e"
	for _, err := range []error{
		&SessionError{Kind: KindNetwork, CloseCode: 1011, Reason: bad, SessionID: bad, RequestID: bad, Err: errors.New(bad)},
		&ServiceError{Type: bad, Code: bad, Message: bad, Param: bad},
		&EventError{Type: bad, Err: errors.New(bad)},
	} {
		if text := err.Error(); strings.ContainsAny(text, "\n\x1b\u2028\u202e") {
			t.Errorf("%T prints %q", err, text)
		}
	}
	var extra Extra
	extra.Set(bad, []byte("1"))
	for _, v := range []any{&Session{id: bad}, EventInfo{Type: bad}, extra} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(verb, v); strings.ContainsAny(text, "\n\x1b\u2028\u202e") {
				t.Errorf("%T prints %q", v, text)
			}
		}
	}
}
