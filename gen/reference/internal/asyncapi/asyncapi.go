// Package asyncapi describes the protocol as an AsyncAPI 3.0 document, as the
// client sees it: it sends client events and receives server events.
package asyncapi

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/guide"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/ordered"
	"github.com/go-voicelive/voicelive-go/gen/reference/internal/example"
	"github.com/go-voicelive/voicelive-go/gen/reference/internal/schema"
)

// Document is the whole document as JSON.
func Document(api *model.API, g *guide.Guide, marker string) []byte {
	connection := g.Connection
	if connection == nil {
		connection = &guide.Connection{}
	}
	d := &document{api: api, guide: g, connection: connection, example: example.Maker{Known: g.Values()}}
	d.nameTypes()
	d.schemas = schema.Builder{Prefix: "#/components/schemas/", Bare: true, Key: func(wire string) string { return d.keys[wire] }}
	return append([]byte(ordered.Text(d.build(marker))), '\n')
}

type document struct {
	api        *model.API
	guide      *guide.Guide
	connection *guide.Connection
	keys       map[string]string // of declarations in components, by wire name
	schemas    schema.Builder
	example    example.Maker
}

func (d *document) build(marker string) ordered.Object {
	info := ordered.Object{{Name: "title", Value: d.api.Title}, {Name: "version", Value: d.api.Version}}
	if text := strings.TrimSpace(d.connection.Text); text != "" {
		info = info.Set("description", link.ReplaceAllString(text, "$1"))
	}
	doc := ordered.Object{
		{Name: "x-comment", Value: marker}, // first: it marks the file as generated
		{Name: "asyncapi", Value: "3.0.0"},
		{Name: "info", Value: info},
		{Name: "defaultContentType", Value: "application/json"},
	}
	if servers := d.servers(); len(servers) > 0 {
		doc = doc.Set("servers", servers)
	}
	return append(doc,
		ordered.Member{Name: "channels", Value: d.channels()},
		ordered.Member{Name: "operations", Value: d.operations()},
		ordered.Member{Name: "components", Value: d.components()},
	)
}

// nameTypes gives each declaration a key of its own: two names may differ only
// in what no key can hold.
func (d *document) nameTypes() {
	d.keys = map[string]string{}
	taken := map[string]bool{}
	for _, decl := range d.api.Decls() {
		k := key(decl.Wire)
		for taken[k] {
			k += "_"
		}
		taken[k] = true
		d.keys[decl.Wire] = k
	}
}

// link is a link to a page of the reference, which the document does not have.
var link = regexp.MustCompile(`\[([^\[\]]*)\]\([^()\s]*\)`)

// key is a name as the keys of components allow it.
func key(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' {
			return c
		}
		return '_'
	}, name)
}

func ref(path ...string) ordered.Object {
	return ordered.Object{{Name: "$ref", Value: "#/" + strings.Join(path, "/")}}
}

// described is an object that begins with its description, if there is one.
func described(text string) ordered.Object {
	if text = strings.TrimSpace(text); text == "" {
		return ordered.Object{}
	}
	return ordered.Object{{Name: "description", Value: text}}
}

func (d *document) servers() ordered.Object {
	servers := ordered.Object{}
	for _, s := range d.connection.Servers {
		server := append(ordered.Object{{Name: "host", Value: s.Host}, {Name: "protocol", Value: "wss"}}, described(s.Text)...)
		variables := ordered.Object{}
		for _, v := range s.Variables {
			variable := described(v.Text)
			if v.Example != "" {
				variable = variable.Set("examples", []any{v.Example})
			}
			variables = variables.Set(key(v.Name), variable)
		}
		if len(variables) > 0 {
			server = server.Set("variables", variables)
		}
		security := []any{}
		for _, way := range d.connection.Security {
			security = append(security, ref("components", "securitySchemes", key(way.Name)))
		}
		if len(security) > 0 {
			server = server.Set("security", security)
		}
		servers = servers.Set(key(s.Name), server)
	}
	return servers
}

// channel is all servers that have one path.
type channel struct {
	name, path string
	servers    []string
}

func (d *document) paths() []channel {
	var all []channel
	for _, s := range d.connection.Servers {
		i := slices.IndexFunc(all, func(c channel) bool { return c.path == s.Path.Text })
		if i < 0 {
			i = len(all)
			all = append(all, channel{name: channelName(s.Path.Text), path: s.Path.Text})
		}
		all[i].servers = append(all[i].servers, key(s.Name))
	}
	if all == nil {
		all = []channel{{name: "events"}}
	}
	return all
}

// channelName is the last element of a path.
func channelName(path string) string {
	if name := key(path[strings.LastIndex(path, "/")+1:]); name != "" {
		return name
	}
	return "root"
}

func (d *document) channels() ordered.Object {
	channels := ordered.Object{}
	for _, c := range d.paths() {
		object := ordered.Object{{Name: "address", Value: nil}}
		if c.path != "" {
			object[0].Value = c.path
		}
		servers := []any{}
		for _, s := range c.servers {
			servers = append(servers, ref("servers", s))
		}
		if len(servers) > 0 {
			object = object.Set("servers", servers)
		}
		messages := ordered.Object{}
		for _, s := range append(d.events(true), d.events(false)...) {
			messages = messages.Set(d.keys[s.Wire], ref("components", "messages", d.keys[s.Wire]))
		}
		object = object.Set("messages", messages)
		channels = channels.Set(c.name, object.Set("bindings", d.bindings()))
	}
	return channels
}

func (d *document) bindings() ordered.Object {
	ws := ordered.Object{{Name: "method", Value: "GET"}}
	for _, b := range []struct {
		name   string
		params []guide.Param
	}{{"query", d.connection.Query}, {"headers", d.connection.Headers}} {
		if len(b.params) == 0 {
			continue
		}
		properties, required := ordered.Object{}, []any{}
		for _, p := range b.params {
			property := append(ordered.Object{{Name: "type", Value: "string"}}, described(p.Text)...)
			if p.Example != "" {
				property = property.Set("examples", []any{p.Example})
			}
			properties = properties.Set(p.Name, property)
			if p.Required {
				required = append(required, p.Name)
			}
		}
		object := ordered.Object{{Name: "type", Value: "object"}, {Name: "properties", Value: properties}}
		if len(required) > 0 {
			object = object.Set("required", required)
		}
		ws = ws.Set(b.name, object)
	}
	return ordered.Object{{Name: "ws", Value: ws.Set("bindingVersion", "0.1.0")}}
}

// events are the messages of a direction, by tag.
func (d *document) events(sent bool) []*model.Struct {
	byTag := d.api.Events(sent)
	var events []*model.Struct
	for _, tag := range slices.Sorted(maps.Keys(byTag)) {
		events = append(events, byTag[tag])
	}
	return events
}
