package markdown

import (
	"fmt"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/guide"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// unionTree is a diagram of all unions. Entry points are one node each, with
// the number of their variants.
func (r *renderer) unionTree() string {
	d := &flowchart{nodes: map[model.Type]string{}}
	for _, u := range r.api.Unions {
		if u.Root && len(u.Variants) > 0 {
			d.line("%s(%s)", d.id(u), label(fmt.Sprintf("%s, variants: %d", u.Wire, len(u.Variants))))
			continue
		}
		for _, v := range u.TypicalVariants() {
			d.edge(u, v.Tag, v.Type)
		}
		for _, m := range u.Members {
			text := m.Kind.String()
			if len(m.Tags) == 1 {
				text = m.Tags[0]
			}
			d.edge(u, text, m.Type)
		}
	}
	return d.block("flowchart LR")
}

// flowchart collects the lines of a diagram.
type flowchart struct {
	strings.Builder
	nodes map[model.Type]string
}

func (d *flowchart) line(format string, args ...any) { fmt.Fprintf(d, "  "+format+"\n", args...) }

func (d *flowchart) edge(from model.Type, text string, to model.Type) {
	d.line("%s -- %s --> %s", d.node(from), label(text), d.node(to))
}

// node is the name of a node; the first time it is drawn.
func (d *flowchart) node(t model.Type) string {
	_, drawn := d.nodes[t]
	id := d.id(t)
	if drawn {
		return id
	}
	if _, ok := t.(*model.Union); ok {
		return id + "(" + label(model.DeclOf(t).Wire) + ")"
	}
	return id + "[" + label(model.DeclOf(t).Wire) + "]"
}

func (d *flowchart) id(t model.Type) string {
	if d.nodes[t] == "" {
		d.nodes[t] = fmt.Sprintf("n%d", len(d.nodes))
	}
	return d.nodes[t]
}

func (d *flowchart) block(kind string) string { return mermaid(kind + "\n" + d.String()) }

func mermaid(text string) string { return "```mermaid\n" + text + "```\n" }

func label(text string) string { return `"` + mermaidText(text) + `"` }

// mermaidText is text with entities for all that could mean something to
// Mermaid.
func mermaidText(text string) string {
	var b strings.Builder
	for _, c := range clean(text) {
		switch {
		case c > 127 || c == ' ' || strings.ContainsRune("_-./:,'", c),
			c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			b.WriteRune(c)
		default:
			fmt.Fprintf(&b, "#%d;", c)
		}
	}
	return b.String()
}

// sequences is the body of the page of sequences.
func (r *renderer) sequences() (string, error) {
	var b strings.Builder
	for _, s := range r.Guide.Sequences.List {
		fmt.Fprintf(&b, "## %s\n\n", line(s.Title.Text))
		if text := strings.TrimSpace(s.Text); text != "" {
			b.WriteString(text + "\n\n")
		}
		var d strings.Builder
		sequence(&d, s.Steps, "  ")
		b.WriteString(mermaid("sequenceDiagram\n  participant C as client\n  participant S as service\n"+d.String()) + "\n")
		b.WriteString("Events: " + r.eventLinks(s.Steps, map[string]bool{}) + ".\n\n")
	}
	return b.String(), nil
}

// sequence writes the steps of a diagram.
func sequence(d *strings.Builder, steps []guide.Step, indent string) {
	block := func(keyword, text string, steps []guide.Step) {
		fmt.Fprintf(d, "%s%s %s\n", indent, keyword, mermaidText(text))
		sequence(d, steps, indent+"  ")
		fmt.Fprintf(d, "%send\n", indent)
	}
	for _, s := range steps {
		switch {
		case s.Client.Text != "":
			fmt.Fprintf(d, "%sC->>S: %s\n", indent, message(s.Client.Text, s.Text))
		case s.Server.Text != "":
			fmt.Fprintf(d, "%sS-->>C: %s\n", indent, message(s.Server.Text, s.Text))
		case s.Repeat.Text != "":
			block("loop", s.Repeat.Text, s.Steps)
		case s.Optional.Text != "":
			block("opt", s.Optional.Text, s.Steps)
		default:
			fmt.Fprintf(d, "%sNote over C,S: %s\n", indent, mermaidText(s.Note.Text))
		}
	}
}

func message(event, text string) string {
	if text != "" {
		text = "<br>" + mermaidText(text)
	}
	return mermaidText(event) + text
}

// eventLinks are links to the events of the steps, each once.
func (r *renderer) eventLinks(steps []guide.Step, seen map[string]bool) string {
	var links []string
	link := func(w guide.Word, sent bool) {
		if w.Text != "" && !seen[w.Text] {
			seen[w.Text] = true
			links = append(links, r.ref(r.api.Events(sent)[w.Text], nil))
		}
	}
	for _, s := range steps {
		link(s.Client, true)
		link(s.Server, false)
		if below := r.eventLinks(s.Steps, seen); below != "" {
			links = append(links, below)
		}
	}
	return strings.Join(links, ", ")
}
