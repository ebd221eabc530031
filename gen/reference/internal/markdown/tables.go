package markdown

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/ordered"
	"github.com/go-voicelive/voicelive-go/gen/reference/internal/versions"
)

// table is a Markdown table. Columns that are empty in every row are left out.
type table struct {
	head []string
	rows [][]string
}

func (t table) String() string {
	var used []int
	for i := range t.head {
		for _, row := range t.rows {
			if row[i] != "" {
				used = append(used, i)
				break
			}
		}
	}
	var b strings.Builder
	write := func(row []string) {
		for _, i := range used {
			b.WriteString("| " + row[i] + " ")
		}
		b.WriteString("|\n")
	}
	write(t.head)
	b.WriteString(strings.Repeat("|---", len(used)) + "|\n")
	for _, row := range t.rows {
		write(row)
	}
	return b.String()
}

// fieldTable lists the properties of a declaration.
func (r *renderer) fieldTable(owner string, fields []*model.Field, p *page) string {
	if len(fields) == 0 {
		return "It has no properties of its own.\n\n"
	}
	t := table{head: []string{"Property", "Go", "Type", "Presence", "Default", "Limits", "Since", "Description"}}
	for _, f := range fields {
		goName := ""
		if f.Name != "" {
			goName = code(f.Name)
		}
		t.rows = append(t.rows, []string{
			code(f.Wire), goName, r.fieldType(f, p), presence(f), defaultText(f), limits(f.Bounds), r.memberSince(owner, f.Wire), cell(fieldText(f)),
		})
	}
	return t.String() + "\n"
}

func (r *renderer) fieldType(f *model.Field, p *page) string {
	if f.IsConst() {
		return code(ordered.Compact(f.Const))
	}
	text := r.typeText(f.Type, p)
	switch f.Format {
	case "", "int32", "int64", "float", "double", "byte", "date-time", "unixtime":
	default:
		text += " (" + line(f.Format) + ")"
	}
	return text
}

func presence(f *model.Field) string {
	text := "optional"
	switch {
	case f.IsConst():
		text = "constant"
	case f.Required:
		text = "required"
	}
	if f.Nullable {
		text += ", nullable"
	}
	if f.ReadOnly {
		text += ", read-only"
	}
	return text
}

func defaultText(f *model.Field) string {
	if f.Default == "" {
		return ""
	}
	return code(f.Default)
}

// fieldText is the description, and what no column is for.
func fieldText(f *model.Field) string {
	text := strings.TrimSpace(f.Doc)
	say := func(sentence string) {
		if text != "" && !strings.HasSuffix(text, ".") && !strings.Contains(text, "\n- ") {
			text += "."
		}
		text = strings.TrimSpace(text + "\n\n" + sentence)
	}
	if f.Known != nil {
		say("The only known value is " + quoted(f.Known.Wire) + ".")
	}
	if f.AllowEmpty {
		say("May be empty.")
	}
	for _, a := range f.Aliases {
		say("Also read as " + quoted(a) + ".")
	}
	return text
}

// limits are the bounds of a value, as a short text.
func limits(b model.Bounds) string {
	var parts []string
	add := func(text string) { parts = append(parts, text) }
	if b.Minimum != nil {
		add(comparison(b.ExclusiveMinimum, "&gt;", "≥") + number(*b.Minimum))
	}
	if b.Maximum != nil {
		add(comparison(b.ExclusiveMaximum, "&lt;", "≤") + number(*b.Maximum))
	}
	for _, size := range []struct {
		min, max *int64
		unit     string
	}{{b.MinLength, b.MaxLength, "characters"}, {b.MinItems, b.MaxItems, "elements"}} {
		switch {
		case size.min != nil && size.max != nil && *size.min == *size.max:
			add(fmt.Sprintf("%d %s", *size.min, size.unit))
		case size.min != nil && size.max != nil:
			add(fmt.Sprintf("%d to %d %s", *size.min, *size.max, size.unit))
		case size.min != nil:
			add(fmt.Sprintf("at least %d %s", *size.min, size.unit))
		case size.max != nil:
			add(fmt.Sprintf("at most %d %s", *size.max, size.unit))
		}
	}
	if b.Pattern != "" {
		add("matches " + code(b.Pattern))
	}
	return strings.Join(parts, ", ")
}

func comparison(exclusive bool, strict, other string) string {
	if exclusive {
		return strict + " "
	}
	return other + " "
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// memberTable lists what a union may be.
func (r *renderer) memberTable(u *model.Union, p *page) string {
	by := "Kind"
	if u.Key != "" {
		by = code(u.Key)
	}
	t := table{head: []string{by, "Type", "Since", "Description"}}
	for _, v := range u.TypicalVariants() {
		t.rows = append(t.rows, []string{code(ordered.Compact(v.Tag)), r.ref(v.Type, p), r.memberSince(u.Wire, v.Tag), summary(model.DeclOf(v.Type).Doc)})
	}
	for _, m := range u.Members {
		t.rows = append(t.rows, []string{memberKind(u, m), r.ref(m.Type, p), "", summary(model.DeclOf(m.Type).Doc)})
	}
	text := t.String() + "\n"
	if len(t.rows) == 0 {
		text = ""
	}
	text += "Anything else is " + article(code(r.Package+".Unknown"+u.Name)) + ".\n\n"
	if u.Null {
		text += "Where a property may be null, null is " + article(code(r.Package+".Null"+u.Name)) + ".\n\n"
	}
	return text
}

// memberKind is what tells a member of a union by kind from the others.
func memberKind(u *model.Union, m *model.Member) string {
	if len(m.Tags) == 0 {
		return m.Kind.String()
	}
	var tags []string
	for _, tag := range m.Tags {
		tags = append(tags, ordered.Compact(tag))
	}
	return m.Kind.String() + " with " + code(u.ObjectKey+": "+strings.Join(tags, ", "))
}

// valueTable lists the values of an enum.
func (r *renderer) valueTable(e *model.Enum) string {
	t := table{head: []string{"Value", "Go", "Since", "Description"}}
	for _, v := range e.Values {
		t.rows = append(t.rows, []string{code(ordered.Compact(v.Wire)), code(v.Name), r.memberSince(e.Wire, v.Wire), cell(v.Doc)})
	}
	return t.String() + "\n"
}

// memberSince is empty if the member is as old as its owner and in as many
// versions: then the owner says it.
func (r *renderer) memberSince(owner, member string) string {
	if r.Versions == nil {
		return ""
	}
	if s := since(r.Versions.Member(owner, member)); s != since(r.Versions.Type(owner)) {
		return s
	}
	return ""
}

// since is the first version that has something, and the later ones without it.
func since(p versions.Presence) string {
	s := line(p.Since())
	if len(p.Not) > 0 {
		s += ", not in " + line(strings.Join(p.Not, ", "))
	}
	return s
}

// typeText is a type as a reader of JSON knows it.
func (r *renderer) typeText(t model.Type, p *page) string {
	switch t := t.(type) {
	case model.Scalar:
		return [...]string{
			"string", "integer", "integer", "number", "boolean", "string (base64)", "string (RFC 3339)", "integer (seconds since 1970)", "any JSON",
		}[t]
	case *model.List:
		return "array of " + r.typeText(t.Elem, p)
	case *model.Map:
		return "object of " + r.typeText(t.Elem, p)
	}
	return r.ref(t, p)
}

// ref is a link to a declaration.
func (r *renderer) ref(t model.Type, p *page) string {
	return "[" + r.heading(t) + "](" + r.link(t, p) + ")"
}

// link is the address of a declaration, from a page or from a neighbor of all.
func (r *renderer) link(t model.Type, from *page) string {
	file := ""
	if at := r.at[t]; at != nil && at != from {
		file = at.file
	}
	return file + "#" + anchor(model.DeclOf(t).Wire)
}
