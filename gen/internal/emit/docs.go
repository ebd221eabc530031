package emit

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/comment"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// declDoc writes the doc comment of a declaration: what the document says, what
// we add, and where it comes from unless the Go name tells.
func (g *generator) declDoc(f *jen.File, d *model.Decl, more string) {
	text := comment.Named(d.Name, d.Doc)
	if text == "" {
		text = d.Name + " has no description."
	}
	if d.At.Pointer != "/definitions/"+d.Name {
		more = strings.TrimSpace(more + " Specification: " + d.At.Pointer + ".")
	}
	f.Comment(comment.Doc(width, joinSentences(text, more)))
}

// fieldDoc writes the doc comment of a field.
func fieldDoc(d *jen.Group, p *model.Field) {
	if text := comment.Doc(width, joinSentences(p.Doc, fieldFacts(p))); text != "" {
		d.Comment(text)
	}
}

func valueDoc(d *jen.Group, v *model.Value) {
	if text := comment.Doc(width, v.Doc); text != "" {
		d.Comment(text)
	}
}

func joinSentences(text, more string) string {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return more
	case more == "":
		return text
	case strings.Contains(text, "\n"):
		return text + "\n\n" + more // the last line may be a list item
	case !strings.HasSuffix(text, "."):
		text += "."
	}
	return text + " " + more
}

// constSentence names the constants that the codec writes.
func constSentence(s *model.Struct) string {
	var parts []string
	for _, p := range s.Fields {
		if p.IsConst() {
			parts = append(parts, fmt.Sprintf("%s %q", p.Wire, p.Const))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Wire: " + strings.Join(parts, ", ") + "."
}

// unionSentence lists the members of a union.
func unionSentence(u *model.Union) string {
	var names []string
	seen := map[string]bool{}
	add := func(s string) {
		if !seen[s] {
			seen[s] = true
			names = append(names, s)
		}
	}
	member := func(t model.Type) {
		switch t := t.(type) {
		case *model.Struct:
			add("[*" + t.Name + "]")
		case *model.Union:
			add("any [" + t.Name + "]")
		case *model.Enum:
			add("[" + t.Name + "]")
		case *model.Named:
			add("[" + t.Name + "]")
		}
	}
	for _, v := range u.Variants {
		member(v.Type)
	}
	for _, m := range u.Members {
		member(m.Type)
	}
	if u.Null {
		add("[Null" + u.Name + "]")
	}
	add("[*Unknown" + u.Name + "]")
	if len(names) == 1 {
		return "It is always an " + names[0] + "."
	}
	return "It is one of " + strings.Join(names[:len(names)-1], ", ") + ", or " + names[len(names)-1] + "."
}
