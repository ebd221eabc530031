package guide

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Check reports every name of the guide that the API does not have, and turns
// that are not what a diagram can show.
func (g *Guide) Check(api *model.API, diags *diag.List) {
	c := &checker{guide: g, diags: diags, sent: api.Events(true), received: api.Events(false), known: map[string]bool{}}
	for _, d := range api.Decls() {
		c.known[d.Wire] = true
	}
	c.properties(api)
	for _, a := range g.Areas {
		for _, w := range a.Types {
			c.typeExists(w)
		}
	}
	for _, a := range g.Answers {
		c.eventExists(a.To, c.sent, "sent")
		for _, w := range a.With {
			c.eventExists(w, c.received, "received")
		}
	}
	if g.Connection != nil {
		for _, correlation := range g.Connection.Correlation {
			for _, w := range correlation.Events {
				c.eventExists(w, c.received, "received")
			}
		}
	}
	if g.Turns != nil {
		for _, turn := range g.Turns.List {
			c.steps(turn.Steps)
		}
	}
	for _, e := range g.Examples {
		if !c.known[e.Of.Text] {
			c.errorf(e.Of, "name a type, a property, or Type.property", "nothing is called %s", e.Of.Text)
		}
	}
}

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

func (c *checker) steps(steps []Step) {
	for _, s := range steps {
		if s.Client != nil {
			c.eventExists(*s.Client, c.sent, "sent")
		}
		if s.Server != nil {
			c.eventExists(*s.Server, c.received, "received")
		}
		c.steps(s.Steps)
	}
}
