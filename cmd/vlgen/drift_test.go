package main

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// TestMain lets the test binary be vlgen itself, for what a process reads only
// once: the proxies and the certificates of its environment.
func TestMain(m *testing.M) {
	if os.Getenv("VLGEN_TEST_MAIN") != "" {
		main()
	}
	os.Exit(m.Run())
}

// process runs vlgen as a process of its own.
func process(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), "VLGEN_TEST_MAIN=1"), env...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// driftArgs are the arguments that compare goodSpec with upstream.
func driftArgs(t *testing.T, upstream string, more ...string) []string {
	t.Helper()
	spec := write(t, filepath.Join(t.TempDir(), "spec.json"), datedSpec)
	return append([]string{"drift", "-spec", spec, "-overlay", "", "-guide", "", "-upstream", upstream}, more...)
}

var datedSpec = strings.Replace(goodSpec, `"version": "1"`, `"version": "2026-04-10"`, 1)

// upstream answers with what it has at a path.
func upstream(t *testing.T, has map[string]string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := has[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestDriftOfADocument(t *testing.T) {
	for _, c := range []struct {
		name, document string
		code           int
		want           []string
	}{
		{"the same", datedSpec, exitOK, []string{"no drift: ", "(2026-04-10)"}},
		{"layout and order", strings.ReplaceAll(`{"definitions": {"Thing": {"properties": {"name": {"type": "string"}}, "type": "object"}}, "paths": {},
			"info": {"version": "2026-04-10", "title": "T"}, "swagger": "2.0"}`, " ", "\r\n\t"), exitOK, []string{"no drift: "}},
		{"a byte order mark", "\ufeff" + datedSpec, exitOK, []string{"no drift: "}},
		{"what the model sees", strings.Replace(datedSpec, `"name"`, `"title"`, 1), exitDrift,
			[]string{"drift: ", "\n  /definitions/Thing/properties/name: gone: ", "\n  /definitions/Thing/properties/title: new: ", "\n  make spec FROM="}},
		{"what it does not see", strings.Replace(datedSpec, `"paths"`, `"tags": ["a"], "paths"`, 1), exitDrift,
			[]string{"The API is the same", "\n  /tags: new: [\"a\"]\n"}},
		{"the title", strings.Replace(datedSpec, `"T"`, `"U"`, 1), exitDrift, []string{"\n  /info/title: \"T\" became \"U\"\n"}},
		{"what cannot be resolved", strings.Replace(datedSpec, `"type": "string"`, `"$ref": "#/definitions/Missing"`, 1), exitDrift,
			[]string{"cannot be resolved", ":2:63: /definitions/Thing/properties/name/$ref"}},
		{"a page", "<!DOCTYPE html>", exitUsage, []string{":1:1: not JSON"}},
		{"another format", `{"openapi": "3.1.0"}`, exitUsage, []string{"this is not swagger 2.0 but OpenAPI"}},
		{"half a document", datedSpec[:99], exitUsage, []string{"not JSON: unexpected end"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := write(t, filepath.Join(t.TempDir(), "new.json"), c.document)
			for _, place := range []string{file, upstream(t, map[string]string{"/": c.document}) + "/"} {
				code, stdout, stderr := vlgen("", driftArgs(t, place)...)
				if code != c.code || (stdout == "") != (code == exitUsage) || (stderr == "") == (code == exitUsage) {
					t.Errorf("%s: exit %d, stdout %q, stderr %q", place, code, stdout, stderr)
				}
				for _, want := range append(c.want, place) {
					if !strings.Contains(stdout+stderr, want) {
						t.Errorf("%s: no %q in\n%s%s", place, want, stdout, stderr)
					}
				}
			}
		})
	}
}

func TestDriftToANewerVersion(t *testing.T) {
	url := upstream(t, map[string]string{
		"/stable/2026-04-10/spec.json": datedSpec,
		"/github":                      `[{"name": "2026-04-10", "type": "dir"}, {"name": "2026-07-15", "type": "dir"}, {"name": "readme.md", "type": "file"}]`,
	})
	place := url + "/{stage}/{version}/spec.json"
	file := write(t, filepath.Join(t.TempDir(), "versions"), "2025-10-01\n2026-06-01-preview\n")
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no index", nil, exitOK, "no drift: "},
		{"no newer one", []string{"-index", file, "-ignore", "2026-06-01-preview"}, exitOK, "no drift: "},
		{"a newer one", []string{"-index", url + "/github"}, exitDrift, "but there is a newer version: 2026-07-15\n"},
		{"its place", []string{"-index", url + "/github"}, exitDrift, "\n  make spec FROM=" + url + "/stable/2026-07-15/spec.json\n"},
		{"the place of a preview", []string{"-index", file}, exitDrift, "\n  make spec FROM=" + url + "/preview/2026-06-01-preview/spec.json\n"},
		{"two indexes", []string{"-index", file, "-index", url + "/github"}, exitDrift, "a newer version: 2026-06-01-preview, 2026-07-15\n"},
		{"ignored", []string{"-index", file, "-index", url + "/github", "-ignore", "2026-06-01-preview,2026-07-15"}, exitOK, "no drift: "},
		{"no index there", []string{"-index", url + "/nothing"}, exitUsage, url + "/nothing: the server replies 404 Not Found\n"},
		{"not an index", []string{"-index", url + "/stable/2026-04-10/spec.json"}, exitUsage, "neither a JSON array of names"},
	} {
		code, stdout, stderr := vlgen("", driftArgs(t, place, c.args...)...)
		if code != c.code || !strings.Contains(stdout+stderr, c.want) {
			t.Errorf("%s: exit %d, want %d with %q\nstdout %s\nstderr %s", c.name, code, c.code, c.want, stdout, stderr)
		}
	}
	undated := write(t, filepath.Join(t.TempDir(), "spec.json"), goodSpec)
	code, _, stderr := vlgen("", "drift", "-spec", undated, "-overlay", "", "-guide", "", "-upstream", undated, "-index", file)
	if code != exitUsage || !strings.Contains(stderr, `no version of an index can be newer than "1"`) {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

func TestDriftFormats(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "new.json"), strings.Replace(datedSpec, `"T"`, `"U"`, 1))
	_, stdout, _ := vlgen("", driftArgs(t, file, "-format", "json")...)
	var r struct {
		Drift  bool
		Places []struct{ Pointer, Before, After string }
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || !r.Drift || len(r.Places) != 1 || r.Places[0].After != "U" {
		t.Errorf("%v, %s", err, stdout)
	}
	if _, stdout, _ = vlgen("", driftArgs(t, file, "-format", "markdown")...); !strings.HasPrefix(stdout, "**drift: ") {
		t.Error(stdout)
	}
}

// TestDriftFetchesAsItShould holds the flags to what package fetch does; its own
// tests have the details.
func TestDriftFetchesAsItShould(t *testing.T) {
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hangs":
			<-r.Context().Done()
		case "/away":
			http.Redirect(w, r, "http://example.com/?sig=secret", http.StatusFound)
		case "/spec":
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			asked.Add(1)
			io.WriteString(w, datedSpec)
		case "/large":
			asked.Add(1)
			io.WriteString(w, datedSpec+strings.Repeat(" ", 999))
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer s.Close()
	cache := filepath.Join(t.TempDir(), "cache")
	for _, c := range []struct {
		name, place string
		args        []string
		code        int
		want        string
	}{
		{"into the cache", s.URL + "/spec", []string{"-cache", cache}, exitOK, "no drift: "},
		{"out of the cache", s.URL + "/spec", []string{"-cache", cache}, exitOK, "vlgen: " + s.URL + "/spec did not change since it was put into the cache\n"},
		{"timeout", s.URL + "/hangs", []string{"-timeout", "50ms"}, exitUsage, "vlgen: " + s.URL + "/hangs: no complete response within 50ms\n"},
		{"limit", s.URL + "/large", []string{"-limit", "999"}, exitUsage, "vlgen: " + s.URL + "/large: larger than the limit of 999 bytes\n"},
		{"redirect", s.URL + "/away?token=secret", nil, exitUsage, "vlgen: " + s.URL + "/away?…: the server redirects to http://example.com/?…, which is not https\n"},
		{"plain http", "http://me:secret@example.com/?secret", nil, exitUsage, "vlgen: http://example.com/?…: only https is fetched (http on loopback addresses only)\n"},
		{"error of the server", strings.Replace(s.URL, "//", "//me:secret@", 1), nil, exitUsage, "vlgen: " + s.URL + ": the server replies 500 Internal Server Error\n"},
	} {
		code, stdout, stderr := vlgen("", driftArgs(t, c.place, c.args...)...)
		if code != c.code || !strings.Contains(stderr+stdout, c.want) || strings.Contains(stderr+stdout, "secret") {
			t.Errorf("%s: exit %d, want %d with %q\nstdout %s\nstderr %s", c.name, code, c.code, c.want, stdout, stderr)
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("the document was sent %d times, want 2: for the cache and for the limit", n)
	}
}

func TestDriftThroughTheProxyOfTheEnvironment(t *testing.T) {
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, datedSpec) }))
	defer secure.Close()
	asked := make(chan string, 9)
	relay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", r.Header.Get("Proxy-Authorization"))
		user, password, _ := r.BasicAuth()
		asked <- user + ":" + password + "@" + r.Host
		tunnel(w, r, secure.Listener.Addr().String())
	}))
	defer relay.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	proxied := strings.Replace(relay.URL, "//", "//me:secret@", 1)
	env := []string{"HTTPS_PROXY=" + proxied, "NO_PROXY=", "no_proxy=", "https_proxy=",
		"SSL_CERT_FILE=" + write(t, filepath.Join(t.TempDir(), "ca.pem"), string(ca))}
	args := driftArgs(t, "https://example.com/spec.json") // a name that the certificate of httptest has

	code, stdout, stderr := process(t, env, args...)
	if code != exitOK || len(asked) != 1 || stderr != "" {
		t.Fatalf("the proxy was asked %d times; exit %d, stdout %q, stderr %q", len(asked), code, stdout, stderr)
	}
	if got := <-asked; got != "me:secret@example.com:443" {
		t.Errorf("the proxy was asked for %s", got)
	}
	code, _, stderr = process(t, append(env, "SSL_CERT_FILE=/dev/null", "SSL_CERT_DIR=/dev/null"), args...)
	if code != exitUsage || !strings.Contains(stderr, "failed to verify certificate") || strings.Contains(stderr, "secret") {
		t.Errorf("without the CA: exit %d, stderr %q", code, stderr)
	}
	relay.Close()
	code, _, stderr = process(t, env, args...)
	if code != exitUsage || !strings.Contains(stderr, "refused") || strings.Contains(stderr, "secret") {
		t.Errorf("without the proxy: exit %d, stderr %q", code, stderr)
	}
}

// tunnel answers CONNECT with a connection to addr, whichever was asked for.
func tunnel(w http.ResponseWriter, r *http.Request, addr string) {
	server, err := net.Dial("tcp", addr)
	if err != nil || r.Method != http.MethodConnect {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		io.Copy(server, client)
		server.Close()
	}()
	io.Copy(client, server)
}

func TestDriftUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
	}{
		"help":             {[]string{"-h"}, exitOK},
		"unknown flag":     {[]string{"-frobnicate"}, exitUsage},
		"argument":         {[]string{"-upstream", "x", "y"}, exitUsage},
		"bad format":       {[]string{"-upstream", "x", "-format", "xml"}, exitUsage},
		"bad timeout":      {[]string{"-upstream", "x", "-timeout", "0s"}, exitUsage},
		"bad limit":        {[]string{"-upstream", "x", "-limit", "-1"}, exitUsage},
		"missing spec":     {[]string{"-upstream", "x", "-spec", "/does/not/exist.json"}, exitUsage},
		"missing upstream": {[]string{"-spec", "../../spec/voicelive.json", "-overlay", "", "-guide", "", "-upstream", "/does/not/exist.json"}, exitUsage},
		"missing guide":    {[]string{"-upstream", "../../spec/voicelive.json", "-spec", "../../spec/voicelive.json", "-overlay", "", "-guide", "/does/not/exist.yaml"}, exitUsage},
		"missing overlay":  {[]string{"-upstream", "../../spec/voicelive.json", "-spec", "../../spec/voicelive.json", "-overlay", "/does/not/exist.yaml"}, exitUsage},
	} {
		if code, stdout, stderr := vlgen("", append([]string{"drift"}, c.args...)...); code != c.code || stdout != "" || stderr == "" {
			t.Errorf("%s: exit %d, want %d; stdout %q, stderr %q", name, code, c.code, stdout, stderr)
		}
	}
}
