package voicelive

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive/jsonwire"
)

const (
	realtimePath = "/voice-live/realtime"
	callsPath    = realtimePath + "/calls"
)

// parseEndpoint reads the endpoint of a resource: https, http, wss, ws, or a bare
// host. The result has the scheme https or http. Its errors never repeat the
// endpoint, which may hold a secret by mistake.
func parseEndpoint(endpoint string) (*url.URL, error) {
	if endpoint == "" {
		return nil, errors.New("voicelive: the endpoint is empty; it looks like https://<resource>.services.ai.azure.com")
	}
	scheme, rest, found := strings.Cut(endpoint, "://")
	if !found {
		scheme, rest = "https", endpoint
	}
	switch strings.ToLower(scheme) {
	case "https", "wss":
		scheme = "https"
	case "http", "ws":
		scheme = "http"
	default:
		return nil, errors.New("voicelive: the scheme of the endpoint is not https or wss")
	}
	u, err := url.Parse(scheme + "://" + rest) // which is less strict about the host of other schemes
	if err != nil {
		return nil, errors.New("voicelive: the endpoint is not a URL")
	}
	switch {
	case u.Hostname() == "":
		return nil, errors.New("voicelive: the endpoint has no host")
	case u.User != nil:
		return nil, errors.New("voicelive: the endpoint contains a user or password; pass a credential instead")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errors.New("voicelive: the query of the endpoint is malformed")
	}
	if word := secretParameter(query); word != "" {
		return nil, fmt.Errorf("voicelive: the endpoint has a query parameter that looks like a secret (%s); pass a credential instead", word)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// secretParameter returns what makes the name of a parameter one of a secret, and "" if
// there is none. URLs end up in logs of proxies and servers.
func secretParameter(query url.Values) string {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if word := jsonwire.SecretWord(name, true); word != "" {
			return word
		}
		if plain := jsonwire.PlainName(name); secretProperty(plain) {
			return plain
		}
	}
	return ""
}

// realtimeURL returns the URL of a session: the endpoint with its path prefix and
// query, the path of the service once, and the parameters of the options, which
// win over those of the endpoint. The version of the API is that of the options, the
// client, the endpoint or the package, whichever comes first.
func realtimeURL(endpoint *url.URL, apiVersion string, o *ConnectOptions) (*url.URL, error) {
	params, err := o.params()
	if err != nil {
		return nil, err
	}
	if word := secretParameter(o.Query); word != "" {
		return nil, fmt.Errorf("voicelive: ConnectOptions.Query has a parameter that looks like a secret (%s); pass a credential instead", word)
	}
	u := *endpoint
	path := strings.TrimRight(u.EscapedPath(), "/") // a slash in a segment stays escaped
	prefix, ok := cutSuffixFold(strings.TrimSuffix(path, "/calls"), realtimePath)
	if !ok {
		prefix = path
	}
	u.RawPath = prefix + realtimePath
	if o.RTC {
		u.RawPath = prefix + callsPath
	}
	if u.Path, err = url.PathUnescape(u.RawPath); err != nil {
		return nil, errors.New("voicelive: the path of the endpoint is malformed")
	}
	query := u.Query()
	switch {
	case apiVersion != "":
		query.Set("api-version", apiVersion)
	case !query.Has("api-version"):
		query.Set("api-version", APIVersion)
	}
	maps.Copy(query, params)
	maps.Copy(query, o.Query)
	// Spaces as %20: not every gateway in front of the service reads + as one.
	u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	return &u, nil
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if n := len(s) - len(suffix); n >= 0 && strings.EqualFold(s[n:], suffix) {
		return s[:n], true
	}
	return s, false
}

// params returns the query parameters that the options stand for.
func (o *ConnectOptions) params() (url.Values, error) {
	query := url.Values{}
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	switch {
	case o.Agent == nil:
		set("model", o.Model)
	case o.Model != "":
		return nil, errors.New("voicelive: ConnectOptions has both a Model and an Agent; an agent brings its own model")
	case o.Agent.Name == "" || o.Agent.ProjectName == "":
		return nil, errors.New("voicelive: ConnectOptions.Agent needs a Name and a ProjectName")
	default:
		set("agent-name", o.Agent.Name)
		set("agent-project-name", o.Agent.ProjectName)
		set("agent-version", o.Agent.Version)
		set("conversation-id", o.Agent.ConversationID)
		set("agent-authentication-identity-client-id", o.Agent.AuthenticationIdentityClientID)
		set("foundry-resource-override", o.Agent.FoundryResourceOverride)
	}
	set("api-version", o.APIVersion)
	set("profile", o.Profile)
	set("features", strings.Join(o.Features, ","))
	return query, nil
}

// reservedHeaders belong to the handshake or to the credential.
var reservedHeaders = []string{
	"Api-Key", "Authorization", "Connection", "Content-Length", "Host", "Upgrade",
	"Sec-Websocket-Accept", "Sec-Websocket-Extensions", "Sec-Websocket-Key", "Sec-Websocket-Protocol", "Sec-Websocket-Version",
}

const previewsHeader = "Voicelive-Features"

// header returns the header of the handshake.
func (o *ConnectOptions) header() (http.Header, error) {
	h := http.Header{}
	for name, values := range o.Header {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case slices.Contains(reservedHeaders, canonical):
			return nil, fmt.Errorf("voicelive: ConnectOptions.Header must not have %s; the client sets it", name)
		case canonical == previewsHeader && len(o.Previews) > 0:
			return nil, fmt.Errorf("voicelive: ConnectOptions has both Previews and a Header with %s", name)
		}
		h[canonical] = values
	}
	if len(o.Previews) > 0 {
		h.Set(previewsHeader, strings.Join(o.Previews, ", "))
	}
	for name, values := range h {
		for _, value := range values {
			if !sentAsItIs(name, value) {
				return nil, fmt.Errorf("voicelive: the header %q of ConnectOptions is not valid HTTP: its name is no token, or its value has line breaks", name)
			}
		}
	}
	return h, nil
}

// sentAsItIs reports whether net/http writes a header line, of which it drops and changes invalid ones.
func sentAsItIs(name, value string) bool {
	var line strings.Builder
	http.Header{name: {value}}.Write(&line)
	return line.String() == name+": "+textproto.TrimString(value)+"\r\n"
}

// resolved is a copy of the options with what the URL says.
func (o *ConnectOptions) resolved(u *url.URL) *ConnectOptions {
	r, query := *o, u.Query()
	r.Model, r.Profile, r.APIVersion, r.Features = query.Get("model"), query.Get("profile"), query.Get("api-version"), nil
	if features := query.Get("features"); features != "" {
		r.Features = strings.Split(features, ",")
	}
	return &r
}
