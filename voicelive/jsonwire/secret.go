package jsonwire

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// A secretName is a part of the names of properties and parameters that hold a
// credential, or a way to one. Names are compared without case and without characters
// that are neither letter nor digit.
type secretName struct {
	word string
	rule nameRule
}

// A nameRule says which names a secretName stands for.
type nameRule int

const (
	wholeName  nameRule = iota // the name is the word
	wholeInURL                 // the same, but only in a URL: an event has code and key of other kinds
	endOfName                  // the name ends with the word
	partInURL                  // the same; in a URL, it is enough that the name contains the word
)

// secretNames is the one list for URLs, which must not have such a parameter, and for
// logs, which leave out such values. What a specification marks is not in it.
var secretNames = []secretName{
	{"auth", wholeName},
	{"code", wholeInURL},
	{"key", wholeName},
	{"pass", wholeName},
	{"sig", wholeName},

	{"jwt", endOfName},
	{"pwd", endOfName},
	{"sas", endOfName},
	{"sdp", endOfName},
	{"sdpanswer", endOfName}, // of a version of the API that the specification is not of
	{"sdpoffer", endOfName},

	{"accesskey", partInURL},
	{"accountkey", partInURL},
	{"apikey", partInURL},
	{"authorization", partInURL},
	{"bearer", partInURL},
	{"connectionstring", partInURL},
	{"cookie", partInURL},
	{"credential", partInURL},
	{"credentials", partInURL},
	{"passphrase", partInURL},
	{"passwd", partInURL},
	{"password", partInURL},
	{"privatekey", partInURL},
	{"secret", partInURL},
	{"secretkey", partInURL},
	{"secrets", partInURL},
	{"sharedkey", partInURL},
	{"signature", partInURL},
	{"signingkey", partInURL},
	{"subscriptionkey", partInURL},
	{"token", partInURL}, // a property ...tokens is a number of them
}

// SecretWord returns the word that makes a name one of a secret, in an event or in a
// URL, and "" if there is none. The whole name may be the secret itself, and is not
// repeated.
func SecretWord(name string, inURL bool) string {
	plain := PlainName(name)
	i := slices.IndexFunc(secretNames, func(s secretName) bool {
		switch s.rule {
		case wholeInURL:
			return inURL && plain == s.word
		case endOfName:
			return strings.HasSuffix(plain, s.word)
		case partInURL:
			return strings.HasSuffix(plain, s.word) || inURL && strings.Contains(plain, s.word)
		}
		return plain == s.word
	})
	if i < 0 {
		return ""
	}
	return secretNames[i].word
}

// PlainName returns the letters and digits of a name, in lower case.
func PlainName(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// StripURL returns a URL without user, query and fragment, where credentials may stand.
func StripURL(text string) string {
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
