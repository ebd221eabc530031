package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
)

// An entry of the cache is a file: a line of JSON, then the document. Its name
// is a digest of the URL, which may hold secrets.
type entry struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	From         string `json:"from"`   // digest of the URL that sent the document, after redirects
	Digest       string `json:"digest"` // of the document

	data []byte
}

func digest[T string | []byte](v T) string {
	sum := sha256.Sum256([]byte(v))
	return hex.EncodeToString(sum[:])
}

func (f *Fetcher) path(u *url.URL) string { return filepath.Join(f.Cache, digest(u.String())) }

// kept returns the cache entry of a URL, or nil if there is none or if it is
// damaged.
func (f *Fetcher) kept(u *url.URL) (*entry, error) {
	if f.Cache == "" {
		return nil, nil
	}
	text, err := os.ReadFile(f.path(u))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("the cache cannot be read: %w", err)
	}
	head, data, _ := bytes.Cut(text, []byte("\n"))
	e := &entry{data: data}
	if json.Unmarshal(head, e) != nil || e.Digest != digest(data) {
		return nil, nil
	}
	return e, nil
}

// keep puts a response into the cache, if it has an ETag or a Last-Modified with
// which a later request can be conditional.
func (f *Fetcher) keep(u *url.URL, h http.Header, from string, data []byte) error {
	e := entry{ETag: h.Get("ETag"), LastModified: h.Get("Last-Modified"), From: from, Digest: digest(data)}
	if f.Cache == "" || e.ETag == "" && e.LastModified == "" {
		return nil
	}
	head, err := json.Marshal(e)
	if err == nil {
		err = replace(f.path(u), append(append(head, '\n'), data...))
	}
	if err != nil {
		return fmt.Errorf("the cache cannot be written: %w", err)
	}
	return nil
}

// replace writes a file. If it fails, the old file is unchanged.
func replace(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".vlgen-*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // fails once it is renamed
	_, err = temp.Write(data)
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
