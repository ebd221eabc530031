package acs

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

func TestKeySets(t *testing.T) {
	key := func(bits int, exponent, more string) string {
		n := make([]byte, bits/8)
		for i := range n {
			n[i] = 0xff
		}
		return fmt.Sprintf(`{"kty":"RSA","kid":"one","n":"%s","e":"%s"%s}`, base64.RawURLEncoding.EncodeToString(n), exponent, more)
	}
	for text, good := range map[string]bool{
		key(2048, "AQAB", ""):                                     true,
		key(2048, "AQAB", `,"use":"sig","alg":"RS256"`):           true,
		key(8192, "Aw", ""):                                       true,
		key(2048, "AQAB", `,"use":"enc"`):                         false,
		key(2048, "AQAB", `,"alg":"RS512"`):                       false,
		key(1024, "AQAB", ""):                                     false,
		key(16384, "AQAB", ""):                                    false, // it would take long
		key(2048, "AQ", ""):                                       false,
		key(2048, "AQAA", ""):                                     false,
		key(2048, "AQABAQAB", ""):                                 false,
		key(2048, "", ""):                                         false,
		strings.Replace(key(2048, "AQAB", ""), "/", "", 1) + `,5`: false,
		`{"kty":"RSA","kid":"one","n":"++","e":"AQAB"}`:           false,
		`{"kty":"oct","kid":"one","k":"c2VjcmV0"}`:                false,
		``: false,
	} {
		keys, err := parseKeys([]byte(`{"keys":[` + text + `]}`))
		if (err == nil) != good || good && keys["one"] == nil {
			t.Errorf("%s: %d keys, error %v", text, len(keys), err)
		}
	}
	if keys, err := parseKeys([]byte(`{"keys":[{"kty":"EC","kid":"two"},` + key(2048, "AQAB", "") + `]}`)); err != nil || len(keys) != 1 {
		t.Errorf("%d keys beside one of another kind, error %v", len(keys), err)
	}
	for _, text := range []string{"", "null", "[]", `{"keys":5}`, "<html>"} {
		if _, err := parseKeys([]byte(text)); err == nil {
			t.Errorf("%q is taken for keys", text)
		}
	}
}

func TestUsedTokensAreBounded(t *testing.T) {
	var u used
	for i := range 3 * maxUsed {
		if !u.first(fmt.Sprint("Bearer ", i)) {
			t.Fatalf("token %d comes for the first time", i)
		}
	}
	if u.first(fmt.Sprint("bearer ", 3*maxUsed-1)) || u.first(fmt.Sprint("Bearer ", 2*maxUsed)) {
		t.Error("tokens of late come again")
	}
	if n := len(u.recent) + len(u.older); n > 2*maxUsed {
		t.Errorf("%d tokens are remembered", n)
	}
}
