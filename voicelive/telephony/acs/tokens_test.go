package acs_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs/acstest"
)

// forged returns a token with a signature made by sign.
func forged(header string, claims any, sign func(text string) []byte) string {
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(header)) + "." + encode(body)
	return text + "." + encode(sign(text))
}

// good are claims as they should be.
func good() map[string]any {
	return map[string]any{"iss": acstest.Issuer, "aud": acstest.Resource, "exp": time.Now().Add(time.Hour).Unix()}
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := acstest.New(t, nil)
		tokens := &acs.Tokens{Resource: acstest.Resource, Transport: service}
		now := time.Now()
		at := func(d time.Duration) int64 { return now.Add(d).Unix() }
		none := func(string) []byte { return nil }
		confused := func(text string) []byte { // the public key as the secret of HS256
			mac := hmac.New(sha256.New, service.PublicKey())
			mac.Write([]byte(text))
			return mac.Sum(nil)
		}
		signed := service.Token(nil)
		parts := strings.Split(signed, ".")
		for name, test := range map[string]struct {
			authorization string
			want          string // of the error; empty for none
		}{
			"good":                            {"Bearer " + signed, ""},
			"a scheme in small letters":       {"bearer " + signed, ""},
			"a list of resources":             {"Bearer " + service.Token(map[string]any{"aud": []string{"another", acstest.Resource}}), ""},
			"expired, within the skew":        {"Bearer " + service.Token(map[string]any{"exp": at(-time.Minute)}), ""},
			"not yet valid, within the skew":  {"Bearer " + service.Token(map[string]any{"nbf": at(time.Minute)}), ""},
			"without a beginning":             {"Bearer " + service.Token(map[string]any{"nbf": nil}), ""},
			"none":                            {"", "there is none"},
			"another scheme":                  {"Basic " + signed, "no bearer token"},
			"two parts":                       {"Bearer " + parts[0] + "." + parts[1], "three parts"},
			"four parts":                      {"Bearer " + signed + ".", "three parts"},
			"too long":                        {"Bearer " + strings.Repeat("a", 1<<20), "too long"},
			"expired":                         {"Bearer " + service.Token(map[string]any{"exp": at(-2 * time.Minute)}), "expired"},
			"without an end":                  {"Bearer " + service.Token(map[string]any{"exp": nil}), "does not expire"},
			"an end that is text":             {"Bearer " + service.Token(map[string]any{"exp": "tomorrow"}), "claims"},
			"not yet valid":                   {"Bearer " + service.Token(map[string]any{"nbf": at(121 * time.Second)}), "not valid yet"},
			"another resource":                {"Bearer " + service.Token(map[string]any{"aud": "another"}), "another resource"},
			"no resource":                     {"Bearer " + service.Token(map[string]any{"aud": nil}), "another resource"},
			"another issuer":                  {"Bearer " + service.Token(map[string]any{"iss": acstest.Issuer + ".evil.example"}), "another issuer"},
			"algorithm none":                  {"Bearer " + forged(`{"alg":"none","kid":"key0"}`, good(), none), "RS256"},
			"algorithm None, signed":          {"Bearer " + service.Token(map[string]any{"alg": "None"}), "RS256"},
			"algorithm HS256, the public key": {"Bearer " + forged(`{"alg":"HS256","kid":"key0"}`, good(), confused), "RS256"},
			"RS256, signed with HS256":        {"Bearer " + forged(`{"alg":"RS256","kid":"key0"}`, good(), confused), "signature"},
			"RS256 without a signature":       {"Bearer " + forged(`{"alg":"RS256","kid":"key0"}`, good(), none), "signature"},
			"critical extensions":             {"Bearer " + service.Token(map[string]any{"crit": []string{"exp"}}), "critical"},
			"an unknown key":                  {"Bearer " + service.Token(map[string]any{"kid": "key9"}), "unknown key"},
			"a key of another kind":           {"Bearer " + service.Token(map[string]any{"kid": "another kind"}), "unknown key"},
			"claims of another token":         {"Bearer " + parts[0] + "." + strings.Split(service.Token(map[string]any{"x": 1}), ".")[1] + "." + parts[2], "signature"},
			"signature in other base64":       {"Bearer " + parts[0] + "." + parts[1] + ".+/+/", "base64url"},
			"garbage":                         {"Bearer a.b.c", "header"},
		} {
			err := tokens.Check(t.Context(), test.authorization)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: error %v, want %q", name, err, test.want)
			}
			if err != nil && len(test.authorization) > 0 && strings.Contains(err.Error(), parts[0]) {
				t.Errorf("%s: the error repeats the token: %v", name, err)
			}
		}
		if err := new(acs.Tokens).Check(t.Context(), "Bearer "+signed); err == nil {
			t.Error("tokens for no resource are good")
		}
	})
}

func TestKeysRotate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := acstest.New(t, nil)
		tokens := &acs.Tokens{Resource: acstest.Resource, Transport: service}
		check := func(token string) error { return tokens.Check(t.Context(), "Bearer "+token) }
		old := service.Token(nil)
		for range 3 {
			if err := check(old); err != nil || service.KeyRequests() != 1 {
				t.Fatalf("error %v, %d requests for keys", err, service.KeyRequests())
			}
		}
		time.Sleep(time.Minute)
		service.RotateKeys()
		if err := check(service.Token(nil)); err != nil || service.KeyRequests() != 2 {
			t.Errorf("behind a rotation: error %v, %d requests for keys", err, service.KeyRequests())
		}
		if err := check(old); err == nil {
			t.Error("a token of a key that is not published any more is good")
		}
		time.Sleep(time.Hour)
		if err := check(service.Token(nil)); err != nil || service.KeyRequests() != 3 {
			t.Errorf("an hour later: error %v, %d requests for keys", err, service.KeyRequests())
		}
	})
}

func TestAFloodOfUnknownKeysIsNoFloodOfRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := acstest.New(t, nil)
		tokens := &acs.Tokens{Resource: acstest.Resource, Transport: service}
		bad := "Bearer " + service.Token(map[string]any{"kid": "unknown"})
		flood := func() {
			var wg sync.WaitGroup
			for range 100 {
				wg.Go(func() {
					if err := tokens.Check(t.Context(), bad); err == nil {
						t.Error("a token of an unknown key is good")
					}
				})
			}
			wg.Wait()
		}
		for range 60 { // a minute
			flood()
			if err := tokens.Check(t.Context(), "Bearer "+service.Token(nil)); err != nil {
				t.Fatalf("a good token is refused in a flood: %v", err)
			}
			time.Sleep(time.Second)
		}
		if n := service.KeyRequests(); n != 2 {
			t.Errorf("%d requests for keys in a minute, want 2", n)
		}
	})
}

func TestKeysThatAreNotToBeHad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := acstest.New(t, nil)
		tokens := &acs.Tokens{Resource: acstest.Resource, Transport: service}
		check := func() error { return tokens.Check(t.Context(), "Bearer "+service.Token(nil)) }
		service.RefuseKeys(http.StatusInternalServerError)
		var keys *acs.KeysError
		for range 10 {
			if err := check(); !errors.As(err, &keys) {
				t.Fatalf("error %v, want a KeysError", err)
			}
		}
		if n := service.KeyRequests(); n != 1 {
			t.Errorf("%d requests for keys at once, want 1", n)
		}
		service.RefuseKeys(0)
		time.Sleep(2 * time.Second)
		if err := check(); err != nil {
			t.Errorf("two seconds later: %v", err)
		}
		service.RefuseKeys(http.StatusInternalServerError)
		time.Sleep(2 * time.Hour)
		for range 2 {
			if err := check(); err != nil {
				t.Errorf("keys that were good are not used: %v", err)
			}
		}
		hanging := &acs.Tokens{Resource: acstest.Resource, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := hanging.Check(ctx, "Bearer "+service.Token(nil)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("keys that never come: %v", err)
		}
		time.Sleep(time.Minute) // the request ends by itself
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// FuzzTokens: nothing but the token that was signed is good.
func FuzzTokens(f *testing.F) {
	service := acstest.New(f, nil)
	tokens := &acs.Tokens{Resource: acstest.Resource, Transport: service}
	signed := service.Token(nil)
	f.Add(signed)
	f.Add(signed + "=")
	f.Add(strings.ToUpper(signed))
	f.Add(forged(`{"alg":"none"}`, good(), func(string) []byte { return nil }))
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		if err := tokens.Check(t.Context(), "Bearer "+token); (err == nil) != (token == signed) {
			t.Errorf("%q: %v", token, err)
		}
	})
}
