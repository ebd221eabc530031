// Package guide holds texts of the reference that no schema has: how to connect,
// which types belong together, sequences of events, and example values. A guide is
// written by hand, and every name in it is checked.
package guide

import "github.com/go-voicelive/voicelive-go/gen/internal/diag"

// Guide is the content of a guide. With the zero value, the reference has one page
// for each entry point.
type Guide struct {
	Connection *Connection `yaml:"connection"`
	Areas      []Area      `yaml:"areas"`
	Sequences  *Sequences  `yaml:"sequences"`
	// Replies name the events by which the service replies to a sent event.
	Replies []Reply `yaml:"replies"`
	// Examples are example values, by the name of a type or a property, or by
	// Type.property.
	Examples []Example `yaml:"examples"`

	file string
}

// Connection describes how a client reaches the service.
type Connection struct {
	Text     string     `yaml:"text"` // Markdown, as every text of a guide
	Servers  []Server   `yaml:"servers"`
	Query    []Param    `yaml:"query"`
	Headers  []Param    `yaml:"headers"`
	Security []Security `yaml:"security"`
	// Correlation lists the properties that correlate messages.
	Correlation []Correlation `yaml:"correlation"`
}

// Server is a place to connect to.
type Server struct {
	Name      string  `yaml:"name"`
	Host      string  `yaml:"host"` // with {variables}
	Path      Word    `yaml:"path"` // starts with a slash
	Text      string  `yaml:"text"`
	Variables []Param `yaml:"variables"`
}

// Param is a query parameter, a header or a variable; its value is a string.
type Param struct {
	Name     string `yaml:"name"`
	Text     string `yaml:"text"`
	Required bool   `yaml:"required"`
	Example  string `yaml:"example"`
}

// Security is one way to authenticate: an API key in a header or query
// parameter, or a bearer token.
type Security struct {
	Name  string `yaml:"name"`
	Type  string `yaml:"type"` // httpApiKey or http, as AsyncAPI calls them
	In    string `yaml:"in"`   // header or query, of an API key
	Param string `yaml:"param"`
	Text  string `yaml:"text"`
}

// Correlation is a property that correlates a message with others.
type Correlation struct {
	Name     string `yaml:"name"`
	Location Word   `yaml:"location"` // a JSON pointer in the message
	Text     string `yaml:"text"`
	// Events are tags. An empty list means every event that is sent.
	Events []Word `yaml:"events"`
}

// Area is a page of the reference.
type Area struct {
	Name  Word   `yaml:"name"` // of the file
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
	// Types are the first declarations of the page. The declarations to which they
	// lead are on the page too, unless they belong to a later page.
	Types []Word `yaml:"types"`
	// Enums makes the area the page of all enums.
	Enums bool `yaml:"enums"`
}

// Sequences is the page of diagrams.
type Sequences struct {
	Title string     `yaml:"title"`
	Text  string     `yaml:"text"`
	List  []Sequence `yaml:"list"`
}

// Sequence is a diagram of events that belong together.
type Sequence struct {
	Title Word   `yaml:"title"`
	Text  string `yaml:"text"`
	Steps []Step `yaml:"steps"`
}

// Step is an event, a note, or steps that repeat or are optional: one of the
// first five is set.
type Step struct {
	Client   Word   `yaml:"client"` // the tag of a sent event
	Server   Word   `yaml:"server"` // the tag of a received event
	Note     Word   `yaml:"note"`
	Repeat   Word   `yaml:"repeat"`
	Optional Word   `yaml:"optional"`
	Text     string `yaml:"text"` // beside an event
	Steps    []Step `yaml:"steps"`
}

// Reply names the events by which the service replies to a sent event, by their tags. Errors are not listed.
type Reply struct {
	To   Word   `yaml:"to"`
	With []Word `yaml:"with"`
}

// Example is a value to show.
type Example struct {
	Of    Word
	Value any // nil, bool, string, int, float64, []any or ordered.Object
}

// Word is a text that is checked, and where it is; often a name that the
// document must have.
type Word struct {
	Text string
	At   diag.Location
}

// Values are the examples by what they are of.
func (g *Guide) Values() map[string]any {
	values := map[string]any{}
	for _, e := range g.Examples {
		values[e.Of.Text] = e.Value
	}
	return values
}
