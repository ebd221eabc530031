package twilio

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// signed reports whether Twilio has signed a request for an address, as Twilio knows it, with a form, which
// may be nil.
func (h *Handler) signed(address string, header http.Header, form url.Values) bool {
	signature, err := base64.StdEncoding.DecodeString(header.Get("X-Twilio-Signature"))
	if err != nil {
		return false
	}
	algorithm, secret := h.algorithm(header.Get("X-Twilio-Webhooks-Signature-Settings"))
	if secret == "" {
		return false
	}
	text := formText(form)
	return slices.ContainsFunc(spellings(address), func(address string) bool {
		mac := hmac.New(algorithm, []byte(secret))
		mac.Write([]byte(address + text))
		return hmac.Equal(signature, mac.Sum(nil))
	})
}

// algorithm returns how a request is signed, by the header that tells: key=NAME,algorithm=HMAC_SHA256. Whoever names a
// key signs with it, and not with the AuthToken. The secret is empty if it is not ours.
func (h *Handler) algorithm(settings string) (algorithm func() hash.Hash, secret string) {
	values := map[string]string{}
	for setting := range strings.SplitSeq(settings, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(setting), "=")
		values[name] = value
	}
	secret = h.SharedKeys[values["key"]]
	switch values["algorithm"] {
	case "", "HMAC_SHA1":
		if values["key"] == "" {
			secret = h.AuthToken
		}
		return sha1.New, secret
	case "HMAC_SHA256":
		return sha256.New, secret
	}
	return nil, ""
}

// formText is what a signature has behind the address: names and values in the order of names.
func formText(form url.Values) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(form)) {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	return b.String()
}

// spellings are the ways to write an address that a signature may be of: Twilio adds a slash to some, and
// its proxies add the port or drop it.
func spellings(address string) (all []string) {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	schemes := map[string][]string{"wss": {"wss", "https"}, "https": {"https"}}
	_, behind, _ := strings.Cut(address, "://")
	authority, rest := behind, ""
	if i := strings.IndexAny(behind, "/?"); i >= 0 {
		authority, rest = behind[:i], behind[i:]
	}
	host := strings.TrimSuffix(authority, ":"+u.Port())
	rests := []string{rest}
	switch {
	case u.Scheme == "wss":
		rests = []string{strings.TrimSuffix(rest, "/"), strings.TrimSuffix(rest, "/") + "/"}
	case !strings.HasPrefix(rest, "/"):
		rests = []string{rest, "/" + rest}
	}
	for _, scheme := range schemes[u.Scheme] {
		for _, host := range []string{host, host + ":" + cmp.Or(u.Port(), "443")} {
			for _, rest := range rests {
				all = append(all, scheme+"://"+host+rest)
			}
		}
	}
	return all
}
