// Package fetch reads a document from a file or from the web.
//
// vlgen compares the document with the checked-in one, or replaces it. Therefore
// fetch accepts a response only if it is complete, within the size limit, and
// every redirect used HTTPS. Errors name a URL without user, password and query,
// since they end up in public logs.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// The limits of a Fetcher whose own are 0.
const (
	DefaultTimeout = 30 * time.Second
	DefaultLimit   = 16 << 20 // bytes
)

// Fetcher reads documents. Its zero value is ready to use.
type Fetcher struct {
	// Timeout is for one document from the first connection to the last byte,
	// redirects included; 0 is DefaultTimeout.
	Timeout time.Duration
	// Limit is the largest size of a document in bytes, after decompression; 0 is
	// DefaultLimit.
	Limit int64
	// Cache is a folder for documents with their ETag or Last-Modified, so that the
	// server need not send an unchanged document again. Get creates the folder if it
	// does not exist. Empty keeps nothing.
	Cache string
	// Transport sends the requests; nil is a transport of net/http with the proxies
	// of HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
	Transport http.RoundTripper
}

// Document is a document that a Fetcher has read.
type Document struct {
	Name string // the file, or the URL without its secrets
	Data []byte
	// Cached reports that the document comes from the cache, since the server has
	// confirmed that it is current.
	Cached bool
}

// IsURL reports whether a source is a URL and not a file.
func IsURL(source string) bool { return strings.Contains(source, "://") }

// Get reads a source, which is a URL or a file. A URL is https; http is for
// tests, and only on loopback addresses.
func (f *Fetcher) Get(ctx context.Context, source string) (Document, error) {
	if !IsURL(source) {
		return f.File(source)
	}
	u, err := parse(source)
	if err != nil {
		return Document{}, err
	}
	timeout := orDefault(f.Timeout, DefaultTimeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	doc, err := f.url(ctx, u)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no complete response within %v", timeout)
	}
	if err != nil {
		return Document{}, fmt.Errorf("%s: %w", Redact(u), err)
	}
	return doc, nil
}

// File reads a file.
func (f *Fetcher) File(path string) (Document, error) {
	file, err := os.Open(path)
	if err != nil {
		return Document{}, err
	}
	defer file.Close()
	data, err := f.Read(file)
	if err != nil {
		return Document{}, fmt.Errorf("%s: %w", path, err)
	}
	return Document{Name: path, Data: data}, nil
}

// Read returns all of r, or an error if it exceeds the limit.
func (f *Fetcher) Read(r io.Reader) ([]byte, error) {
	limit := orDefault(f.Limit, DefaultLimit)
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("larger than the limit of %d bytes", limit)
	}
	return data, nil
}

func orDefault[T int64 | time.Duration](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}
