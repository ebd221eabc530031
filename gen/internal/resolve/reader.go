package resolve

import (
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// The extensions that change how a schema resolves.
const (
	extOneOf      = "x-vlgen-oneOf"
	extRaw        = "x-vlgen-raw"
	extDirection  = "x-vlgen-direction"
	extKeep       = "x-vlgen-keep"
	extAliases    = "x-vlgen-aliases"
	extAllowEmpty = "x-vlgen-allow-empty"
	extSecret     = "x-vlgen-secret"
	extSender     = "x-vlgen-sender"
	extNullable   = "x-nullable"
	extGoName     = "x-ms-client-name"
	extEnum       = "x-ms-enum"
	extTag        = "x-ms-discriminator-value"
)

// reader reads the schemas of a document and reports what is wrong with them.
type reader struct {
	linked *document.Linked
	diags  *diag.List
}

func (r reader) at(s schema) diag.Location { return r.linked.At(s.node, s.pointer) }

func (r reader) errorf(s schema, fix, format string, args ...any) {
	r.diags.Errorf(r.at(s), fix, format, args...)
}

// checkObject reports properties and parents of what is not an object.
func (r reader) checkObject(s schema) {
	if t := s.typeName(); t != "object" && t != "" && len(s.AllOf)+len(s.Properties) > 0 {
		r.errorf(s, "remove them, or make it an object", "only an object has properties and allOf, this is of type %s", t)
	}
}

// flag reads a boolean extension; absent is false.
func (r reader) flag(s schema, name string) bool {
	n := s.keyword(name)
	if n == nil {
		return false
	}
	if jsonType(n) != "boolean" {
		r.errorf(s.below(nil, n, name), "write true or false", "%s is not a boolean", name)
		return false
	}
	return n.Value == "true"
}

// text reads a string extension; absent is empty.
func (r reader) text(s schema, name string) string {
	n := s.keyword(name)
	if n == nil {
		return ""
	}
	if jsonType(n) != "string" || n.Value == "" {
		r.errorf(s.below(nil, n, name), "write a non-empty string", "%s is not a name", name)
		return ""
	}
	return n.Value
}

// texts reads an extension that is a list of strings.
func (r reader) texts(s schema, name string) []string {
	n := s.keyword(name)
	if n == nil {
		return nil
	}
	var all []string
	if n.Kind == yaml.SequenceNode {
		for _, e := range n.Content {
			if jsonType(e) == "string" && e.Value != "" {
				all = append(all, e.Value)
			}
		}
	}
	if len(all) == 0 || len(all) != len(n.Content) {
		r.errorf(s.below(nil, n, name), "write a list of names", "%s is not a list of non-empty strings", name)
		return nil
	}
	return all
}

// azureEnum is what x-ms-enum says about an enum.
type azureEnum struct {
	name   string                // empty for none
	open   bool                  // modelAsString
	values map[string]azureValue // by wire value
}

type azureValue struct {
	name, doc string
	at        diag.Location
}

// azureEnum reads x-ms-enum. Without it, an enum is closed and has no name.
func (r reader) azureEnum(s schema) azureEnum {
	n := s.keyword(extEnum)
	if n == nil {
		return azureEnum{}
	}
	at := schema{node: n, pointer: s.pointer + "/" + extEnum}
	if n.Kind != yaml.MappingNode {
		r.errorf(at, "write an object with name, modelAsString and values", "x-ms-enum is not an object")
		return azureEnum{}
	}
	e := azureEnum{
		name:   r.text(at, "name"),
		open:   r.flag(at, "modelAsString"),
		values: map[string]azureValue{},
	}
	values := document.Get(n, "values")
	if values == nil {
		return e
	}
	for i, v := range values.Content {
		place := at.below(nil, v, "values", strconv.Itoa(i))
		wire := document.Get(v, "value")
		if wire == nil || wire.Kind != yaml.ScalarNode {
			r.errorf(place, "give it a value that the enum lists", "a description without a value")
			continue
		}
		av := azureValue{at: r.at(place)}
		if name := document.Get(v, "name"); name != nil && jsonType(name) == "string" {
			av.name = name.Value
		}
		if doc := document.Get(v, "description"); doc != nil && jsonType(doc) == "string" {
			av.doc = doc.Value
		}
		e.values[wire.Value] = av
	}
	return e
}
