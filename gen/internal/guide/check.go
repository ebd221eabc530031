package guide

import (
	"regexp"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Check reports every name of the guide that the API does not have, and sequences
// that a diagram cannot show.
func (g *Guide) Check(api *model.API, diags *diag.List) {
	c := &checker{guide: g, diags: diags, sent: api.Events(true), received: api.Events(false), known: map[string]bool{}}
	for _, d := range api.Decls() {
		c.known[d.Wire] = true
	}
	c.properties(api)
	names := map[string]bool{}
	for _, name := range Reserved {
		names[name] = true
	}
	for _, a := range g.Areas {
		if names[a.Name.Text] || !fileName.MatchString(a.Name.Text) {
			c.errorf(a.Name, "choose another name, of small letters, digits and hyphens", "no page can be called %s", a.Name.Text)
		}
		names[a.Name.Text] = true
		for _, w := range a.Types {
			c.typeExists(w)
		}
	}
	for _, a := range g.Replies {
		c.eventExists(a.To, c.sent, "sent")
		for _, w := range a.With {
			c.eventExists(w, c.received, "received")
		}
	}
	c.connection(g.Connection)
	if g.Sequences != nil {
		for _, s := range g.Sequences.List {
			c.steps(s.Title, s.Steps)
		}
	}
	for _, e := range g.Examples {
		if !c.known[e.Of.Text] {
			c.errorf(e.Of, "name a type, a property, or Type.property", "nothing is called %s", e.Of.Text)
		}
	}
}

// Reserved are the names of pages that no area can have. It is never written to.
var Reserved = [...]string{"connection", "sequences", "versions", "other"}

var fileName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

type checker struct {
	guide          *Guide
	diags          *diag.List
	sent, received map[string]*model.Struct
	known          map[string]bool // types, properties, and Type.property
}

func (c *checker) errorf(w Word, fix, format string, args ...any) {
	at := w.At
	at.File = c.guide.file
	c.diags.Errorf(at, fix, format, args...)
}

// properties adds the names of properties to those of types.
func (c *checker) properties(api *model.API) {
	for _, s := range api.Structs {
		for _, f := range s.Fields {
			c.known[f.Wire] = true
			c.known[s.Wire+"."+f.Wire] = true
		}
	}
}

func (c *checker) typeExists(w Word) {
	if !c.known[w.Text] {
		c.errorf(w, "name a definition, or remove the line", "there is no type %s", w.Text)
	}
}

func (c *checker) eventExists(w Word, events map[string]*model.Struct, how string) {
	if events[w.Text] == nil {
		c.errorf(w, "correct the name, or remove the line", "no %s event has the tag %s", how, w.Text)
	}
}

func (c *checker) connection(connection *Connection) {
	if connection == nil {
		return
	}
	for _, s := range connection.Servers {
		c.startsWithSlash(s.Path)
	}
	for _, correlation := range connection.Correlation {
		c.startsWithSlash(correlation.Location)
		for _, w := range correlation.Events {
			c.eventExists(w, c.received, "received")
		}
	}
}

func (c *checker) startsWithSlash(w Word) {
	if !strings.HasPrefix(w.Text, "/") {
		c.errorf(w, "put a slash in front of it", "%q does not start with a slash", w.Text)
	}
}

// steps checks those below a title, or below another step.
func (c *checker) steps(above Word, steps []Step) {
	for _, s := range steps {
		var set []Word
		for _, w := range []Word{s.Client, s.Server, s.Note, s.Repeat, s.Optional} {
			if w.Text != "" {
				set = append(set, w)
			}
		}
		if len(set) != 1 {
			c.errorf(append(set, above)[0], "write one of client, server, note, repeat and optional", "a step has %d of the things that it can be", len(set))
			continue
		}
		if s.Client.Text != "" {
			c.eventExists(s.Client, c.sent, "sent")
		}
		if s.Server.Text != "" {
			c.eventExists(s.Server, c.received, "received")
		}
		c.steps(set[0], s.Steps)
	}
}
