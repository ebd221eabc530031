// Package drift reports how a checked-in document and the one upstream differ: the
// changes of the API, the places of the document that differ, and the newer versions
// of the API.
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
	From string // the URL or file of its document, empty if it is not known
}

// API is the report about the differences between the resolved models.
type API interface {
	Empty() bool
	Summary() string
	Breaks() []string // the changes that break, a line of Markdown each
	Text() string
	Markdown() string
	JSON() []byte
}

// Report lists the differences between two documents.
type Report struct {
	Checked, Upstream Document
	// Places lists the places where the content of the documents differs.
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
