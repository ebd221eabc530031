package voicelive

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// disguise writes a name in another case, with separators, and with escapes, as the
// bits say.
func disguise(name string, upper, escape, separate uint32) string {
	var b strings.Builder
	for i, r := range name {
		if separate>>(i%32)&1 != 0 {
			b.WriteByte("-_. "[i%4])
		}
		c := string(r)
		if upper>>(i%32)&1 != 0 {
			c = strings.ToUpper(c)
		}
		if escape>>(i%32)&1 != 0 {
			c = fmt.Sprintf(`\u%04x`, c[0])
		}
		b.WriteString(c)
	}
	return b.String()
}

// No credential survives in what is logged, however its name is written.
func FuzzRedact(f *testing.F) {
	const canary = "CANARY"
	values := []string{
		`"CANARY"`, `"\u0043ANARY"`, `["CANARY"]`, `{"X":"CANARY"}`, `{"X":["CANARY",{"Y":"CANARY"}]}`, `"Bearer CANARY"`, `"wss://h/?a=CANARY"`,
	}
	for i := range values {
		f.Add([]byte(`{"type":"x","n":1.50}`), uint8(i), uint8(i), uint8(i), uint32(i)*7, uint32(i)*5, uint32(i)*3)
	}
	f.Add([]byte(`{"server_url":"https://u:p@h/?k=v","urls":["turn:h?x=1"]}`), uint8(0), uint8(0), uint8(9), uint32(0), uint32(0), uint32(0))
	names := strings.Fields(`auth headers key pass sdpanswer sdpoffer sig username jwt pwd sas sdp accesskey accountkey apikey authorization bearer
		connectionstring cookie credential credentials passphrase passwd password privatekey secret secretkey secrets sharedkey signature
		signingkey subscriptionkey token clientsdp serversdp`)
	f.Fuzz(func(t *testing.T, other []byte, name, value, depth uint8, upper, escape, separate uint32) {
		key := disguise(names[int(name)%len(names)], upper, escape, separate)
		if strings.Contains(string(other), canary) || !json.Valid(other) || !utf8.Valid(other) { // json.Valid takes any bytes in strings
			other = []byte("1")
		}
		doc := fmt.Sprintf(`{"a":%s,"%s":%s}`, other, key, values[int(value)%len(values)])
		for i := range depth % 16 {
			doc = fmt.Sprintf([]string{`[%s]`, `{"session":%s}`, `{"tools":[1,%s]}`}[i%3], doc)
		}
		if !json.Valid([]byte(doc)) {
			t.Fatalf("%s is no JSON", doc)
		}
		got := redact([]byte(doc))
		if strings.Contains(got, canary) || !strings.Contains(got, "REDACTED") {
			t.Errorf("%s is logged as %s", doc, got)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s is logged as %s, which is no JSON", doc, got)
		}
		for _, cut := range []string{doc[:len(doc)-1], doc[1:] + "x", "x" + doc} {
			if got := redact([]byte(cut)); strings.Contains(got, canary) {
				t.Errorf("%s is logged as %s", cut, got)
			}
		}
	})
}

// An endpoint is taken as it is meant, or refused without being repeated.
func FuzzEndpoint(f *testing.F) {
	const canary = "CANARY"
	for _, endpoint := range []string{
		"https://r.services.ai.azure.com", "h", "wss://h:8443/a/voice-live/realtime?x=1#f", "http://[::1]:80/%2f", "https://user:CANARY@h", "https://h?api-key=CANARY",
		"https://h?Bearer CANARY", "https://h?CANARY_token", "CANARY://h", "https://h:CANARY", "https://h/%zz?key=CANARY", "https://h?%zz=CANARY", "https://[CANARY", "a@CANARY", "h?x=%20+", "wss://h:8x://h/", "h/%2Fvoice-live/realtime",
	} {
		f.Add(endpoint)
	}
	f.Fuzz(func(t *testing.T, endpoint string) {
		u, err := parseEndpoint(endpoint)
		if err != nil {
			if strings.Contains(err.Error(), canary) {
				t.Errorf("%q: %v", endpoint, err)
			}
			return
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || secretParameter(u.Query()) != "" {
			t.Errorf("%q is taken as %v", endpoint, u)
		}
		again, err := parseEndpoint(u.String())
		if err != nil || again.String() != u.String() {
			t.Errorf("%q is taken as %v, and that as %v, %v", endpoint, u, again, err)
		}
		full, err := realtimeURL(u, "", &ConnectOptions{Model: "m"})
		if err != nil {
			t.Fatalf("%q: %v", endpoint, err)
		}
		if !strings.HasSuffix(full.Path, realtimePath) || full.Host != u.Host || full.Query().Get("model") != "m" {
			t.Errorf("%q makes %v", endpoint, full)
		}
		if parsed, err := url.Parse(full.String()); err != nil || parsed.Host != u.Host || parsed.Path != full.Path {
			t.Errorf("%q makes %v, which is %v", endpoint, full, err)
		}
		twice, err := realtimeURL(full, "", &ConnectOptions{Model: "m"})
		if err != nil || twice.Path != full.Path {
			t.Errorf("%q makes %v, and that %v, %v", endpoint, full, twice, err)
		}
	})
}
