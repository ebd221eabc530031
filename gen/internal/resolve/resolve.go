// Package resolve turns a linked document into the model that the generator
// emits: references are followed, allOf is flattened, discriminators become
// unions, and everything written in place gets a name of its own.
//
// It decides by rule and knows no definition by name. [Resolve] has four
// phases; each may rely on what holds after the ones before it.
package resolve

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Resolve returns the API that a linked document describes. Every mistake goes
// to diags; what is returned beside an error is incomplete. The result does not
// depend on the order of the definitions.
func Resolve(linked *document.Linked, diags *diag.List) *model.API {
	names := declare(reader{linked, diags})
	hierarchy := link(names)
	content := fill(hierarchy)
	return finish(content)
}
