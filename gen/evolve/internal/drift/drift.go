// Package drift says how a checked-in document and the one upstream differ: what
// that changes in the API, which places of the document are others, and which
// newer versions of the API there are.
package drift

import (
	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// Document is one of the two.
type Document struct {
	Name    string // the file or URL
	Version string // its info.version
}

// Version is a version of the API that is newer than the checked-in document.
type Version struct {
	Name string
	From string // where its document should be, empty if that is not known
}

// API is how the resolved models differ.
type API interface {
	Empty() bool
	Summary() string
	Breaks() []string // the changes that break, a line of Markdown each
	Text() string
	Markdown() string
	JSON() []byte
}

// Report is how two documents differ.
type Report struct {
	Checked, Upstream Document
	// Places is where the content of the documents differs.
	Places []document.Difference
	// API is nil if one of the documents cannot be resolved; Problems says why,
	// one diagnostic a line.
	API      API
	Problems []string
	Newer    []Version // oldest first
}

// Same reports whether there is nothing to do.
func (r *Report) Same() bool { return len(r.Places) == 0 && len(r.Newer) == 0 }

// VersionOf returns the info.version of a document, empty if it has none.
func VersionOf(doc *document.Document) string {
	n := document.Get(document.Get(doc.Root, "info"), "version")
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}
