package resolve

import (
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// readSenders finds the unions for whose variants a type written by hand gets methods.
func (c *content) readSenders() {
	for _, d := range c.all {
		n := d.keyword(extSender)
		if n == nil {
			continue
		}
		at := d.below(nil, n, extSender)
		u, ok := d.decl.(*model.Union)
		if !ok || u.Key == "" || !u.Send {
			c.errorf(at, "move it to one", "%s needs a union that is sent and told apart by a property", extSender)
			continue
		}
		u.Sender = c.sender(at, u)
	}
}

func (c *content) sender(at schema, u *model.Union) *model.Sender {
	s := &model.Sender{
		Type:   c.text(at, "type"),
		At:     c.at(at),
		Omit:   c.texts(at, "omit"),
		Pins:   map[string]string{},
		ByHand: c.texts(at, "byHand"),
	}
	if s.Type == "" {
		c.errorf(at, "name it: {type: Session}", "%s without a type", extSender)
	}
	tags := slices.Clone(s.ByHand)
	if names := document.Get(at.node, "names"); names != nil && names.Kind == yaml.MappingNode {
		pins := schema{node: names, pointer: at.pointer + "/names"}
		for i := 0; i < len(names.Content); i += 2 {
			tag := names.Content[i].Value
			s.Pins[tag] = c.text(pins, tag)
			tags = append(tags, tag)
		}
	} else if names != nil {
		c.errorf(at.below(nil, names, "names"), "write an object of method names by tag", "names is not an object")
	}
	for _, tag := range tags {
		if !slices.ContainsFunc(u.Variants, func(v *model.Variant) bool { return v.Tag == tag }) {
			c.diags.Notef(s.At, "remove it if no version of the API has the variant", "%s speaks of %q, which is no tag of %s", extSender, tag, u.Wire)
		}
	}
	return s
}
