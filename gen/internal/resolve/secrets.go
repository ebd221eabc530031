package resolve

import (
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/secret"
)

// markSecret marks a property that x-vlgen-secret says is a secret.
func (c *content) markSecret(f *model.Field, p *property) {
	for _, d := range p.decls {
		if d.keyword(extSecret) != nil {
			f.Secret = c.flag(d.schema, extSecret) && !f.IsConst()
			c.judged[f] = true
		}
	}
}

// assumeSecrets marks the properties whose names look like those of secrets, where
// nobody has said what they are, and notes them.
func (c *content) assumeSecrets(api *model.API) {
	var names []string
	for _, s := range api.Structs {
		for _, f := range s.Fields {
			if !c.judged[f] && !f.IsConst() && secret.Looks(f.Wire, f.Type) {
				f.Secret = true
				names = append(names, s.Wire+"."+f.Wire)
			}
		}
	}
	if len(names) > 0 {
		at := c.linked.At(document.Get(c.linked.Root, "definitions"), "/definitions")
		c.diags.Notef(at, "set "+extSecret+" of each to true or false in the overlay", "the names of these properties look like those of secrets, which are never printed: %s", strings.Join(names, ", "))
	}
}
