package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const text = `{"swagger": "2.0"}`

func say(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// serveTLS also returns a Fetcher that trusts the server.
func serveTLS(t *testing.T, h http.HandlerFunc) (*httptest.Server, *Fetcher) {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	return s, &Fetcher{Transport: s.Client().Transport}
}

// get fails the test unless it gets the text.
func get(t *testing.T, f *Fetcher, source string) Document {
	t.Helper()
	doc, err := f.Get(t.Context(), source)
	if err != nil || string(doc.Data) != text {
		t.Fatalf("got %q, %v", doc.Data, err)
	}
	return doc
}

// refuses returns the error of Get and fails the test if there is none.
func refuses(t *testing.T, f *Fetcher, source string) string {
	t.Helper()
	doc, err := f.Get(t.Context(), source)
	if err == nil || doc.Data != nil {
		t.Fatalf("got %q, %v, want an error alone", doc.Data, err)
	}
	return err.Error()
}

func TestAFileIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spec.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if doc := get(t, &Fetcher{}, path); doc.Name != path || doc.Cached {
		t.Errorf("got %+v", doc)
	}
	if got := refuses(t, &Fetcher{Limit: 3}, path); got != path+": larger than the limit of 3 bytes" {
		t.Error(got)
	}
	if _, err := (&Fetcher{}).Get(t.Context(), path+".missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestADocumentComesOverTLS(t *testing.T) {
	s, f := serveTLS(t, say(text))
	get(t, f, s.URL+"/spec.json")
	if got := refuses(t, &Fetcher{}, s.URL+"/spec.json"); !strings.Contains(got, "certificate") {
		t.Errorf("without the CA: %s", got)
	}
}

func TestPlainHTTPIsForLoopback(t *testing.T) {
	s := serve(t, say(text))
	get(t, &Fetcher{}, s.URL)
	get(t, &Fetcher{}, strings.Replace(s.URL, "127.0.0.1", "localhost", 1))
	for source, want := range map[string]string{
		"http://example.com/spec.json":    "http://example.com/spec.json: only https is fetched (http on loopback addresses only)",
		"http://127.0.0.1.example.com/":   "http://127.0.0.1.example.com/: only https is fetched (http on loopback addresses only)",
		"ftp://127.0.0.1/spec.json":       "ftp://127.0.0.1/spec.json: only https is fetched (http on loopback addresses only)",
		"file:///spec/voicelive.json":     "the URL names no host (to read a file, write its path)",
		"https://user:secret@host:x/%zz?": "this is not a URL: check its host, its port and its %-escapes",
	} {
		if got := refuses(t, &Fetcher{}, source); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", source, got, want)
		}
	}
}

func TestRedirects(t *testing.T) {
	elsewhere := serve(t, say(text))
	var to func(r *http.Request) string
	plain := serve(t, func(w http.ResponseWriter, r *http.Request) { redirect(w, to(r)) })
	secure, f := serveTLS(t, func(w http.ResponseWriter, r *http.Request) { redirect(w, to(r)) })
	for _, c := range []struct{ name, from, to, want string }{
		{"within https", secure.URL, secure.URL + "/there", ""},
		{"relative", secure.URL, "/there", ""},
		{"from loopback to loopback", plain.URL, elsewhere.URL, ""},
		{"from loopback to https", plain.URL, secure.URL + "/there", ""},
		{"out of https", secure.URL, elsewhere.URL + "/a?sig=secret", "the server redirects to " + elsewhere.URL + "/a?…, which is not https"},
		{"from loopback to the web", plain.URL, "http://example.com/", "the server redirects to http://example.com/, which is not https"},
		{"to a file", secure.URL, "file:///etc/passwd", "the server redirects to something that is not a URL"},
		{"to nowhere", secure.URL, "", "the server redirects to something that is not a URL"},
		{"to a malformed URL", secure.URL, "https://user:secret@host:x/", "the server redirects to something that is not a URL"},
		{"for ever", secure.URL, "/", "the server redirects more than 5 times"},
	} {
		t.Run(c.name, func(t *testing.T) {
			to = func(r *http.Request) string {
				if r.URL.Path == "/there" {
					return "here"
				}
				return c.to
			}
			if c.want == "" {
				get(t, f, c.from)
			} else if got := refuses(t, f, c.from); got != c.from+": "+c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// redirect responds with the text if to is "here".
func redirect(w http.ResponseWriter, to string) {
	if to == "here" {
		io.WriteString(w, text)
		return
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
}

func TestARedirectLearnsNoSecret(t *testing.T) {
	var got http.Header
	there := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header.Clone(); io.WriteString(w, text) })
	var user, password string
	here := serve(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ = r.BasicAuth()
		http.Redirect(w, r, there.URL, http.StatusFound)
	})
	get(t, &Fetcher{}, strings.Replace(here.URL, "://", "://me:secret@", 1)+"/?token=secret")
	if user != "me" || password != "secret" {
		t.Errorf("the first server got user %q, password %q", user, password)
	}
	if strings.Contains(fmt.Sprint(got), "secret") || got.Get("Authorization") != "" {
		t.Errorf("the second server got %v", got)
	}
}

func TestErrorsNameTheURLWithoutSecrets(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"the server replies 404 Not Found":           http.NotFound,
		"the server replies 503 Service Unavailable": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
		"the server replies 304 Not Modified":        func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) },
		"the server replies 204 No Content":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"the response ends early: unexpected EOF": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			io.WriteString(w, "{")
		},
		"the server closes the connection without a ": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		s := serve(t, h)
		source := strings.Replace(s.URL, "://", "://me:secret@", 1) + "/spec.json?token=secret#secret"
		if got, want := refuses(t, &Fetcher{}, source), s.URL+"/spec.json?…: "+name; !strings.HasPrefix(got, want) || strings.Contains(got, "secret") {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	s := serve(t, nil)
	s.Close()
	if got := refuses(t, &Fetcher{}, s.URL+"/?token=secret"); !strings.Contains(got, "refused") || strings.Contains(got, "secret") {
		t.Error(got)
	}
}

func TestADocumentThatIsTooLargeIsRefused(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/zipped" {
			io.WriteString(w, text)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		for range 1024 {
			io.WriteString(z, strings.Repeat(" ", 1024))
		}
		z.Close()
	})
	get(t, &Fetcher{Limit: int64(len(text))}, s.URL)
	if got := refuses(t, &Fetcher{Limit: int64(len(text)) - 1}, s.URL); got != s.URL+": larger than the limit of 17 bytes" {
		t.Error(got)
	}
	if got := refuses(t, &Fetcher{Limit: 1 << 19}, s.URL+"/zipped"); got != s.URL+"/zipped: larger than the limit of 524288 bytes" {
		t.Error(got)
	}
}

func TestAServerThatDoesNotReply(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/begins" {
			io.WriteString(w, "{")
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	})
	for _, path := range []string{"/never", "/begins"} {
		if got := refuses(t, &Fetcher{Timeout: 50 * time.Millisecond}, s.URL+path); got != s.URL+path+": no complete response within 50ms" {
			t.Error(got)
		}
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&Fetcher{}).Get(canceled, s.URL); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
