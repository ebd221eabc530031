package browser

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"path"
	"time"
)

// policy allows the page what is its own. Sockets of the own origin are part of 'self'.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func setPolicy(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", "microphone=(self)")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // of browsers that do not know frame-ancestors
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

//go:embed page
var embedded embed.FS

// files are what the page consists of, without the page itself.
var files = func() map[string]file {
	files := map[string]file{}
	for name, contentType := range map[string]string{
		"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml",
		"page.js": javascript, "call.js": javascript, "worklet.js": javascript, "rtc.js": javascript,
	} {
		data, err := embedded.ReadFile(path.Join("page", name))
		if err != nil {
			panic(err)
		}
		files[name] = file{contentType, data, tag(data)}
	}
	return files
}()

const javascript = "text/javascript; charset=utf-8"

type file struct {
	contentType string
	data        []byte
	tag         string
}

// tag is the entity tag of a file: browsers ask each time whether it has changed.
func tag(data []byte) string {
	sum := sha256.Sum256(data)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

var pageTemplate = template.Must(template.ParseFS(embedded, "page/index.html"))

func renderPage(title string) []byte {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, title); err != nil {
		panic(err) // the template is ours, and takes any text
	}
	return b.Bytes()
}

func (h *Handler) servePage(w http.ResponseWriter, r *http.Request) {
	file{"text/html; charset=utf-8", h.page, tag(h.page)}.serve(w, r)
}

func serveFile(w http.ResponseWriter, r *http.Request) {
	f, ok := files[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	f.serve(w, r)
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", f.contentType)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", f.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.data))
}
