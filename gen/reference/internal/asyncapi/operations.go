package asyncapi

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/ordered"
)

// operations are, for each channel, one that sends, one that receives, and one
// for each sent event whose replies are known.
func (d *document) operations() ordered.Object {
	operations := ordered.Object{}
	for _, c := range d.paths() {
		operations = operations.
			Set(c.name+".send", d.operation("send", c, d.events(true))).
			Set(c.name+".receive", d.operation("receive", c, d.events(false)))
		for _, r := range d.guide.Replies {
			var with []*model.Struct
			for _, w := range r.With {
				with = append(with, d.api.Events(false)[w.Text])
			}
			request := d.operation("send", c, []*model.Struct{d.api.Events(true)[r.To.Text]})
			reply := ordered.Object{{Name: "channel", Value: ref("channels", c.name)}, {Name: "messages", Value: d.refs(c, with)}}
			operations = operations.Set(c.name+"."+key(r.To.Text), request.Set("reply", reply))
		}
	}
	return operations
}

func (d *document) operation(action string, c channel, messages []*model.Struct) ordered.Object {
	return ordered.Object{
		{Name: "action", Value: action},
		{Name: "channel", Value: ref("channels", c.name)},
		{Name: "messages", Value: d.refs(c, messages)},
	}
}

func (d *document) refs(c channel, messages []*model.Struct) []any {
	all := []any{}
	for _, s := range messages {
		all = append(all, ref("channels", c.name, "messages", d.keys[s.Wire]))
	}
	return all
}

func (d *document) components() ordered.Object {
	components := ordered.Object{{Name: "messages", Value: d.messages()}, {Name: "schemas", Value: d.schemas.Definitions(d.api)}}
	correlations := ordered.Object{}
	for _, c := range d.connection.Correlation {
		correlations = correlations.Set(key(c.Name), described(c.Text).Set("location", "$message.payload#"+c.Location.Text))
	}
	if len(correlations) > 0 {
		components = components.Set("correlationIds", correlations)
	}
	schemes := ordered.Object{}
	for _, s := range d.connection.Security {
		scheme := append(ordered.Object{{Name: "type", Value: s.Type}}, described(s.Text)...)
		if s.Param != "" {
			scheme = scheme.Set("name", s.Param).Set("in", s.In)
		} else {
			scheme = scheme.Set("scheme", "bearer")
		}
		schemes = schemes.Set(key(s.Name), scheme)
	}
	if len(schemes) > 0 {
		components = components.Set("securitySchemes", schemes)
	}
	return components
}

func (d *document) messages() ordered.Object {
	messages := ordered.Object{}
	for _, sent := range []bool{true, false} {
		byTag := map[*model.Struct]string{}
		for tag, s := range d.api.Events(sent) {
			byTag[s] = tag
		}
		for _, s := range d.events(sent) {
			message := append(ordered.Object{{Name: "name", Value: byTag[s]}, {Name: "title", Value: byTag[s]}}, described(s.Doc)...)
			message = message.Set("payload", d.schemas.Ref(s))
			if id := d.correlation(byTag[s], sent); id != "" {
				message = message.Set("correlationId", ref("components", "correlationIds", key(id)))
			}
			example := ordered.Object{{Name: "name", Value: "typical"}, {Name: "payload", Value: d.example.Typical(s)}}
			messages = messages.Set(d.keys[s.Wire], message.Set("examples", []any{example}))
		}
	}
	return messages
}

// correlation is the name of what correlates an event, empty for nothing.
func (d *document) correlation(tag string, sent bool) string {
	for _, c := range d.connection.Correlation {
		if sent && len(c.Events) == 0 {
			return c.Name
		}
		for _, w := range c.Events {
			if w.Text == tag && !sent {
				return c.Name
			}
		}
	}
	return ""
}
