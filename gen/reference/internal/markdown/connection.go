package markdown

import (
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/guide"
)

// connection is the body of the page that tells how to connect.
func (r *renderer) connection() (string, error) {
	c := r.Guide.Connection
	var b strings.Builder
	section := func(title string, t table) {
		if len(t.rows) > 0 {
			b.WriteString("## " + title + "\n\n" + t.String() + "\n")
		}
	}
	section("Servers", servers(c.Servers))
	section("Query parameters", params(c.Query))
	section("Headers", params(c.Headers))
	section("Authentication", security(c.Security))
	section("Correlation", r.correlation(c.Correlation))
	return b.String(), nil
}

func servers(list []guide.Server) table {
	t := table{head: []string{"Address", "Use"}}
	for _, s := range list {
		t.rows = append(t.rows, []string{code("wss://" + s.Host + s.Path.Text), cell(s.Text)})
	}
	return t
}

func params(list []guide.Param) table {
	t := table{head: []string{"Name", "Presence", "Example", "Description"}}
	for _, p := range list {
		need, example := "optional", ""
		if p.Required {
			need = "required"
		}
		if p.Example != "" {
			example = code(p.Example)
		}
		t.rows = append(t.rows, []string{code(p.Name), need, example, cell(p.Text)})
	}
	return t
}

func security(list []guide.Security) table {
	t := table{head: []string{"Way", "Header or parameter", "Description"}}
	for _, s := range list {
		param := code("Authorization: Bearer …")
		if s.Param != "" {
			param = s.In + " " + code(s.Param)
		}
		t.rows = append(t.rows, []string{line(s.Name), param, cell(s.Text)})
	}
	return t
}

func (r *renderer) correlation(list []guide.Correlation) table {
	t := table{head: []string{"Events", "Property", "Description"}}
	for _, c := range list {
		var events []string
		for _, w := range c.Events {
			events = append(events, r.ref(r.api.Events(false)[w.Text], nil))
		}
		if events == nil {
			events = []string{"all that the client sends"}
		}
		t.rows = append(t.rows, []string{strings.Join(events, ", "), code(strings.ReplaceAll(c.Location.Text[1:], "/", ".")), cell(c.Text)})
	}
	return t
}
