package acs

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	defaultIssuer = "https://acscallautomation.communication.azure.com"
	defaultKeys   = "https://acscallautomation.communication.azure.com/calling/keys"

	// defaultSkew is how much the clocks may differ.
	defaultSkew = 2 * time.Minute

	maxToken = 16 << 10 // bytes
)

// Tokens checks the tokens that Communication Services sends with its requests: JWT that are signed with RS256. It must
// not change after its first use, and may be shared by a [Handler] and [Callbacks].
type Tokens struct {
	// Resource is the immutable id of the resource of Communication Services, which the tokens are for. The portal
	// shows it as Immutable Resource Id. It is necessary.
	Resource string

	// Issuer is who issues tokens; empty is https://acscallautomation.communication.azure.com.
	Issuer string

	// KeysURL is where the issuer publishes its keys; empty is the address of Communication Services.
	KeysURL string

	// Skew is how much the clocks may differ; 0 is two minutes.
	Skew time.Duration

	// Transport gets the keys; nil is http.DefaultTransport.
	Transport http.RoundTripper

	keys keys
}

// A KeysError says that a token could not be checked, since the keys of the issuer are not to be had. All other errors
// of [Tokens.Check] are about the token.
type KeysError struct{ Err error }

func (e *KeysError) Error() string {
	return fmt.Sprintf("acs: the keys of the issuer are not to be had: %v", e.Err)
}
func (e *KeysError) Unwrap() error { return e.Err }

// Check checks the value of a header Authorization. The error repeats nothing of it.
func (t *Tokens) Check(ctx context.Context, authorization string) error {
	if t.Resource == "" {
		return errors.New("acs: Tokens.Resource is empty")
	}
	if err := t.check(ctx, authorization); err != nil {
		var keys *KeysError
		if errors.As(err, &keys) {
			return err
		}
		return fmt.Errorf("acs: the token is refused: %w", err)
	}
	return nil
}

// header is the part of a token that says how it is signed.
type header struct {
	Algorithm string          `json:"alg"`
	KeyID     string          `json:"kid"`
	Critical  json.RawMessage `json:"crit"`
}

// claims are the part of a token that counts.
type claims struct {
	Issuer    string   `json:"iss"`
	Audience  audience `json:"aud"`
	Expires   *float64 `json:"exp"` // seconds since 1970
	NotBefore *float64 `json:"nbf"`
}

// audience is one string, or a list.
type audience []string

func (a *audience) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

func (t *Tokens) check(ctx context.Context, authorization string) error {
	scheme, token, _ := strings.Cut(authorization, " ")
	switch {
	case authorization == "":
		return errors.New("there is none")
	case !strings.EqualFold(scheme, "Bearer"):
		return errors.New("it is no bearer token")
	case len(token) > maxToken:
		return errors.New("it is too long")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return errors.New("it has not three parts")
	}
	var h header
	if err := part(parts[0], &h); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	switch {
	case h.Algorithm != "RS256": // whatever the token says, nothing else is computed
		return errors.New("it is not signed with RS256")
	case h.Critical != nil:
		return errors.New("it has critical extensions")
	}
	var c claims
	if err := part(parts[1], &c); err != nil {
		return fmt.Errorf("claims: %w", err)
	}
	if err := t.checkClaims(&c, time.Now()); err != nil {
		return err
	}
	signature, err := encoding.DecodeString(parts[2])
	if err != nil {
		return errors.New("its signature is not base64url")
	}
	key, err := t.keys.get(ctx, t, h.KeyID)
	if err != nil {
		return err
	}
	signed := sha256.Sum256([]byte(token[:len(parts[0])+1+len(parts[1])]))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, signed[:], signature) != nil {
		return errors.New("its signature is wrong")
	}
	return nil
}

var encoding = base64.RawURLEncoding.Strict()

// part decodes one of the first two parts of a token.
func part(text string, v any) error {
	decoded, err := encoding.DecodeString(text)
	if err != nil {
		return errors.New("not base64url")
	}
	if json.Unmarshal(decoded, v) != nil { // the error would repeat some of it
		return errors.New("not the JSON of a token")
	}
	return nil
}

func (t *Tokens) checkClaims(c *claims, now time.Time) error {
	skew := cmp.Or(t.Skew, defaultSkew).Seconds()
	seconds := float64(now.UnixMilli()) / 1000
	switch {
	case c.Issuer != cmp.Or(t.Issuer, defaultIssuer):
		return errors.New("it is of another issuer")
	case !slices.Contains(c.Audience, t.Resource):
		return errors.New("it is for another resource")
	case c.Expires == nil:
		return errors.New("it does not expire")
	case seconds >= *c.Expires+skew:
		return errors.New("it has expired")
	case c.NotBefore != nil && seconds < *c.NotBefore-skew:
		return errors.New("it is not valid yet")
	}
	return nil
}

// maxUsed is how many tokens of one generation are remembered.
const maxUsed = 50_000

// used remembers tokens that have opened a socket. Communication Services makes a new one for each
// connection, so that one which comes twice was stolen. The oldest are forgotten.
type used struct {
	mu            sync.Mutex
	recent, older map[[sha256.Size]byte]bool
}

// first reports whether a token comes for the first time.
func (u *used) first(authorization string) bool {
	_, token, _ := strings.Cut(authorization, " ")
	sum := sha256.Sum256([]byte(token))
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.recent[sum] || u.older[sum] {
		return false
	}
	if len(u.recent) >= maxUsed || u.recent == nil {
		u.older, u.recent = u.recent, map[[sha256.Size]byte]bool{}
	}
	u.recent[sum] = true
	return true
}
