package document

import (
	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// otherFormats recognizes the format of a document that is not swagger 2.0, by a
// member that only this format has.
var otherFormats = []struct{ key, name string }{
	{"openapi", "OpenAPI"},
	{"asyncapi", "AsyncAPI"},
	{"overlay", "OpenAPI Overlay"},
	{"arazzo", "Arazzo"},
	{"swaggerVersion", "Swagger"},
	{"$schema", "JSON Schema"},
	{"$defs", "JSON Schema"},
	{"discoveryVersion", "Google API discovery"},
}

const convert = `vlgen reads swagger 2.0: convert the document, or let its generator write "swagger": "2.0"`

// identify checks that the document declares swagger 2.0. Otherwise the error names
// the format of the document.
func (d *Document) identify(diags *diag.List) {
	if d.Root.Kind != yaml.MappingNode {
		diags.Errorf(d.At(d.Root, ""), convert, "a swagger document is an object, this one is %s", describe(d.Root))
		return
	}
	version := Get(d.Root, "swagger")
	switch {
	case version == nil:
		d.identifyOther(diags)
	case version.Tag == "!!str" && version.Value == "2.0":
	case version.Value == "2.0":
		diags.Errorf(d.At(version, "/swagger"), `write "2.0"`, "the swagger version must be a string, not %s", describe(version))
	default:
		diags.Errorf(d.At(version, "/swagger"), convert, "the swagger version must be \"2.0\", not %s", describe(version))
	}
}

func (d *Document) identifyOther(diags *diag.List) {
	for _, format := range otherFormats {
		key := Key(d.Root, format.key)
		if key == nil {
			continue
		}
		diags.Errorf(d.At(key, "/"+diag.Escape(format.key)), convert, "this is not swagger 2.0 but %s: %q is %s",
			format.name, format.key, describe(Get(d.Root, format.key)))
		return
	}
	diags.Errorf(d.At(d.Root, ""), convert, "not a swagger 2.0 document: it has no member \"swagger\"")
}
