package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
)

// maxRedirects is how many redirects a request may follow.
const maxRedirects = 5

var redirects = []int{
	http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
}

// parse parses a URL, and refuses those that fetch may not request. Its errors do
// not quote the URL, because a URL that cannot be parsed cannot be redacted.
func parse(source string) (*url.URL, error) {
	u, err := url.Parse(source)
	switch {
	case err != nil:
		return nil, errors.New("this is not a URL: check its host, its port and its %-escapes")
	case u.Host == "":
		return nil, errors.New("the URL names no host (to read a file, write its path)")
	case u.Scheme == "https", plain(u):
		return u, nil
	}
	return nil, fmt.Errorf("%s: only https is fetched (http on loopback addresses only)", Redact(u))
}

// plain reports whether a URL needs no TLS: http on a loopback address.
func plain(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// Redact returns a URL without user, password, query and fragment.
func Redact(u *url.URL) string {
	public := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	if u.RawQuery != "" {
		return public.String() + "?…"
	}
	return public.String()
}

// url requests a document. If the cache has it, the request is conditional.
func (f *Fetcher) url(ctx context.Context, u *url.URL) (Document, error) {
	kept, err := f.kept(u)
	if err != nil {
		return Document{}, err
	}
	resp, from, err := f.follow(ctx, u, kept)
	if err != nil {
		return Document{}, err
	}
	if resp.StatusCode == http.StatusNotModified && kept != nil && from != kept.From {
		// The redirect leads elsewhere now, where the same ETag may mean something else.
		resp.Body.Close()
		kept = nil
		if resp, from, err = f.follow(ctx, u, nil); err != nil {
			return Document{}, err
		}
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified && kept != nil:
		return Document{Name: Redact(u), Data: kept.data, Cached: true}, nil
	case resp.StatusCode != http.StatusOK:
		return Document{}, fmt.Errorf("the server replies %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	data, err := f.Read(resp.Body)
	if err != nil {
		return Document{}, cause(err)
	}
	return Document{Name: Redact(u), Data: data}, f.keep(u, resp.Header, from, data)
}

// follow sends the request and those of the redirects after it. It returns the
// digest of the URL of the last response.
func (f *Fetcher) follow(ctx context.Context, u *url.URL, kept *entry) (resp *http.Response, from string, err error) {
	secure := u.Scheme == "https"
	for range 1 + maxRedirects {
		resp, err := f.send(ctx, u, kept)
		if err != nil {
			return nil, "", cause(err)
		}
		if !slices.Contains(redirects, resp.StatusCode) {
			return resp, digest(u.String()), nil
		}
		resp.Body.Close()
		// A Location may carry a signature: no error quotes it.
		next, err := u.Parse(resp.Header.Get("Location"))
		switch {
		case err != nil || resp.Header.Get("Location") == "" || next.Host == "":
			return nil, "", errors.New("the server redirects to something that is not a URL")
		case next.Scheme != "https" && (secure || !plain(next)):
			return nil, "", fmt.Errorf("the server redirects to %s, which is not https", Redact(next))
		}
		u, secure = next, next.Scheme == "https"
	}
	return nil, "", fmt.Errorf("the server redirects more than %d times", maxRedirects)
}

// send makes one request. It goes through RoundTrip, because http.Client would
// tell each server the query of the one before in Referer.
func (f *Fetcher) send(ctx context.Context, u *url.URL, kept *entry) (*http.Response, error) {
	req := (&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{"User-Agent": {"vlgen"}}}).WithContext(ctx)
	if u.User != nil {
		password, _ := u.User.Password()
		req.SetBasicAuth(u.User.Username(), password)
	}
	if kept != nil {
		setIfAny(req.Header, "If-None-Match", kept.ETag)
		setIfAny(req.Header, "If-Modified-Since", kept.LastModified)
	}
	if f.Transport != nil {
		return f.Transport.RoundTrip(req)
	}
	once := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, DisableKeepAlives: true}
	return once.RoundTrip(req)
}

func setIfAny(h http.Header, key, value string) {
	if value != "" {
		h.Set(key, value)
	}
}

// cause replaces the io.ErrUnexpectedEOF of net/http by an error in plain words.
func cause(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the response ends early: %w", err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("the server closes the connection without a reply: %w", err)
	}
	return err
}
