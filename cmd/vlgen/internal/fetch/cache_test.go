package fetch

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An origin serves a text with validators and counts how it was asked.
type origin struct {
	*httptest.Server
	text, etag, modified string
	full, unchanged      int
}

func newOrigin(t *testing.T) *origin {
	o := &origin{text: text}
	o.Server = serve(t, func(w http.ResponseWriter, r *http.Request) {
		setIfAny(w.Header(), "ETag", o.etag)
		setIfAny(w.Header(), "Last-Modified", o.modified)
		if o.etag != "" && r.Header.Get("If-None-Match") == o.etag || o.etag == "" && o.modified != "" && r.Header.Get("If-Modified-Since") == o.modified {
			o.unchanged++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		o.full++
		io.WriteString(w, o.text)
	})
	return o
}

func (o *origin) expect(t *testing.T, full, unchanged int) {
	t.Helper()
	if o.full != full || o.unchanged != unchanged {
		t.Errorf("the server sent the document %d times and said unchanged %d times, want %d and %d", o.full, o.unchanged, full, unchanged)
	}
}

func TestAnUnchangedDocumentComesFromTheCache(t *testing.T) {
	for name, o := range map[string]*origin{"ETag": newOrigin(t), "Last-Modified": newOrigin(t)} {
		t.Run(name, func(t *testing.T) {
			if name == "ETag" {
				o.etag = `"1"`
			} else {
				o.modified = "Mon, 02 Jan 2006 15:04:05 GMT"
			}
			f := &Fetcher{Cache: filepath.Join(t.TempDir(), "made", "as needed")}
			if get(t, f, o.URL).Cached {
				t.Error("the first response is from the cache")
			}
			if !get(t, f, o.URL).Cached {
				t.Error("the second response is not from the cache")
			}
			o.expect(t, 1, 1)
			get(t, f, o.URL+"/?other") // another document
			o.expect(t, 2, 1)
		})
	}
}

func TestAChangedDocumentReplacesTheCached(t *testing.T) {
	o := newOrigin(t)
	o.etag = `"1"`
	f := &Fetcher{Cache: t.TempDir()}
	get(t, f, o.URL)
	o.text, o.etag = `{"swagger": "3"}`, `"2"`
	for _, cached := range []bool{false, true} {
		doc, err := f.Get(t.Context(), o.URL)
		if err != nil || string(doc.Data) != o.text || doc.Cached != cached {
			t.Errorf("got %+v, %v", doc, err)
		}
	}
	o.expect(t, 2, 1)
}

func TestWithoutValidatorsOrACacheNothingIsKept(t *testing.T) {
	o := newOrigin(t)
	f := &Fetcher{Cache: filepath.Join(t.TempDir(), "cache")}
	get(t, f, o.URL)
	get(t, f, o.URL)
	if _, err := os.Stat(f.Cache); !os.IsNotExist(err) {
		t.Error("something was kept")
	}
	o.etag = `"1"`
	get(t, &Fetcher{}, o.URL)
	get(t, &Fetcher{}, o.URL)
	o.expect(t, 4, 0)
}

func TestTheCacheHoldsNoSecretAndIsNotTrusted(t *testing.T) {
	o := newOrigin(t)
	o.etag = `"1"`
	f := &Fetcher{Cache: t.TempDir()}
	source := strings.Replace(o.URL, "://", "://me:secret@", 1) + "/?token=secret"
	get(t, f, source)
	entries, err := filepath.Glob(filepath.Join(f.Cache, "*"))
	if err != nil || len(entries) != 1 {
		t.Fatalf("the cache has %v, %v", entries, err)
	}
	kept, err := os.ReadFile(entries[0])
	if err != nil || strings.Contains(entries[0]+string(kept), "secret") {
		t.Errorf("%v\n%s: %s", err, entries[0], kept)
	}
	for _, damaged := range []string{"", "\n", "{}\n", string(kept[:len(kept)-1]), strings.Replace(string(kept), "2.0", "3.0", 1)} {
		if err := os.WriteFile(entries[0], []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if get(t, f, source).Cached {
			t.Errorf("%q was taken from the cache", damaged)
		}
	}
}

func TestTheSameETagElsewhereIsAnotherDocument(t *testing.T) {
	first, second := newOrigin(t), newOrigin(t)
	first.etag, second.etag = `"1"`, `"1"`
	first.text = "old"
	to := first.URL
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	f := &Fetcher{Cache: t.TempDir()}
	if doc, err := f.Get(t.Context(), s.URL); err != nil || string(doc.Data) != "old" {
		t.Fatalf("got %+v, %v", doc, err)
	}
	to = second.URL
	if get(t, f, s.URL).Cached {
		t.Error("the document of another URL was taken from the cache")
	}
	second.expect(t, 1, 1)
	if !get(t, f, s.URL).Cached {
		t.Error("the new document is not in the cache")
	}
}

func TestACacheThatCannotBeUsedIsAnError(t *testing.T) {
	o := newOrigin(t)
	o.etag = `"1"`
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := refuses(t, &Fetcher{Cache: file}, o.URL); !strings.HasPrefix(got, o.URL+": the cache cannot be ") {
		t.Error(got)
	}
}
