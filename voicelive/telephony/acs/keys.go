package acs

import (
	"cmp"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"sync"
	"time"
)

const (
	// keysAge is for how long keys are good. The issuer changes them now and then; a key that is not known is
	// asked for earlier.
	keysAge = time.Hour

	// keysPause is how long keys are not asked for again, whoever comes with tokens of unknown keys.
	keysPause = 30 * time.Second

	// keysRetry is keysPause after an attempt without success.
	keysRetry = 2 * time.Second

	keysTimeout = 10 * time.Second
	maxKeys     = 1 << 20 // bytes of the document
)

// keys are the public keys of the issuer, by their ids.
type keys struct {
	mu       sync.Mutex
	byID     map[string]*rsa.PublicKey
	good     time.Time     // until then
	pause    time.Time     // until then nobody asks
	err      error         // of the latest attempt
	fetching chan struct{} // closed at the end of the attempt that runs; nil if none does
}

var errUnknownKey = errors.New("it is signed with an unknown key")

// get returns a key. Keys that have been good are used on while others are not to be had.
func (k *keys) get(ctx context.Context, t *Tokens, id string) (*rsa.PublicKey, error) {
	for {
		key, wait, err := k.look(t, id)
		if wait == nil {
			return key, err
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, &KeysError{ctx.Err()}
		}
	}
}

// look looks for a key, or begins to fetch keys and returns what is closed at the end of that.
func (k *keys) look(t *Tokens, id string) (key *rsa.PublicKey, wait <-chan struct{}, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	key = k.byID[id]
	switch {
	case key != nil && now.Before(k.good):
		return key, nil, nil
	case k.fetching == nil && !now.Before(k.pause):
		k.fetching = make(chan struct{})
		go k.fetch(t)
		return nil, k.fetching, nil
	case k.fetching != nil && key == nil:
		return nil, k.fetching, nil
	case key != nil:
		return key, nil, nil
	case k.byID == nil:
		return nil, nil, &KeysError{k.err}
	}
	return nil, nil, errUnknownKey
}

// fetch replaces the keys. It depends on no request, since others wait for it as well.
func (k *keys) fetch(t *Tokens) {
	ctx, cancel := context.WithTimeout(context.Background(), keysTimeout)
	defer cancel()
	byID, err := fetchKeys(ctx, cmp.Or(t.Transport, http.DefaultTransport), cmp.Or(t.KeysURL, defaultKeys))
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	if k.err = err; err == nil {
		k.byID, k.good, k.pause = byID, now.Add(keysAge), now.Add(keysPause)
	} else {
		k.pause = now.Add(keysRetry)
	}
	close(k.fetching)
	k.fetching = nil
}

func fetchKeys(ctx context.Context, transport http.RoundTripper, url string) (map[string]*rsa.PublicKey, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxKeys))
	if err != nil {
		return nil, err
	}
	return parseKeys(text)
}

// parseKeys reads a JSON Web Key Set, RFC 7517. Keys that are not for RS256 are left out.
func parseKeys(text []byte) (map[string]*rsa.PublicKey, error) {
	var set struct {
		Keys []struct {
			Type      string `json:"kty"`
			Use       string `json:"use"`
			Algorithm string `json:"alg"`
			ID        string `json:"kid"`
			Modulus   string `json:"n"`
			Exponent  string `json:"e"`
		} `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, err
	}
	byID := map[string]*rsa.PublicKey{}
	for _, k := range set.Keys {
		if k.Type != "RSA" || k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != "RS256" {
			continue
		}
		n, errN := encoding.DecodeString(k.Modulus)
		e, errE := encoding.DecodeString(k.Exponent)
		if errN != nil || errE != nil || len(e) > 4 {
			continue
		}
		key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		if bits := key.N.BitLen(); bits < 2048 || bits > 8192 || key.E < 3 || key.E&1 == 0 || key.E > 1<<31-1 {
			continue
		}
		byID[k.ID] = key
	}
	if len(byID) == 0 {
		return nil, errors.New("the document has no key for RS256")
	}
	return byID, nil
}
