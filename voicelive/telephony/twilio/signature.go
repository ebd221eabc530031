package twilio

import (
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

// algorithm returns how a request is signed, by the header that tells: key=NAME,algorithm=HMAC_SHA256. The
// secret is empty if it is not ours.
func (h *Handler) algorithm(settings string) (algorithm func() hash.Hash, secret string) {
	values := map[string]string{}
	for setting := range strings.SplitSeq(settings, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(setting), "=")
		values[name] = value
	}
	switch values["algorithm"] {
	case "", "HMAC_SHA1":
		return sha1.New, h.AuthToken
	case "HMAC_SHA256":
		return sha256.New, h.SharedKeys[values["key"]]
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
// its proxies the port.
func spellings(address string) (all []string) {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	schemes := map[string][]string{"wss": {"wss", "https"}, "https": {"https"}}
	hosts := []string{u.Host}
	if host, ok := strings.CutSuffix(u.Host, ":443"); ok {
		hosts = append(hosts, host)
	} else if u.Port() == "" {
		hosts = append(hosts, u.Host+":443")
	}
	_, rest, _ := strings.Cut(address, "://"+u.Host)
	rests := []string{rest}
	if u.Scheme == "wss" {
		rests = []string{strings.TrimSuffix(rest, "/"), strings.TrimSuffix(rest, "/") + "/"}
	}
	for _, scheme := range schemes[u.Scheme] {
		for _, host := range hosts {
			for _, rest := range rests {
				all = append(all, scheme+"://"+host+rest)
			}
		}
	}
	return all
}
