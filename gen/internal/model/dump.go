package model

import (
	"fmt"
	"strconv"
	"strings"
)

// Dump is the whole model as text for a reviewer: a paragraph for each
// declaration and a line for each field, value and variant. Prose is left out.
func (a *API) Dump() string {
	d := &dump{}
	d.line("api %s %s", word(a.Title), word(a.Version))
	for _, e := range a.Enums {
		d.enum(e)
	}
	for _, s := range a.Structs {
		d.decl("struct", &s.Decl, unionNames(" in ", s.Unions))
		for _, f := range s.Fields {
			d.field("", f)
		}
	}
	for _, u := range a.Unions {
		d.union(u)
	}
	for _, n := range a.Named {
		d.decl("named", &n.Decl, unionNames(" in ", n.Unions), " is ", Text(n.Type))
	}
	return d.String()
}

// dump writes the lines of a model.
type dump struct{ strings.Builder }

func (d *dump) line(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

// decl writes the first line of a paragraph.
func (d *dump) decl(kind string, decl *Decl, rest ...string) {
	direction := ""
	switch {
	case decl.Send && decl.Receive:
	case decl.Send:
		direction = " send"
	case decl.Receive:
		direction = " receive"
	}
	d.line("\n%s %s%s%s%s", kind, word(decl.Wire), names(decl.Name, decl.Pin), strings.Join(rest, ""), direction)
}

func (d *dump) enum(e *Enum) {
	d.decl("enum", &e.Decl, unionNames(" in ", e.Unions), flag(e.Empty, " or empty"))
	for _, v := range e.Values {
		d.line("\t%s%s", word(v.Wire), names(v.Name, v.Pin))
	}
}

func (d *dump) union(u *Union) {
	by := " by kind"
	if u.Key != "" {
		by = " by " + word(u.Key)
	}
	if u.KeyEnum != nil {
		by += " " + word(u.KeyEnum.Wire)
	}
	if u.ObjectKey != "" {
		by += ", objects by " + word(u.ObjectKey)
	}
	d.decl("union", &u.Decl, unionNames(" in ", u.Parents), by, flag(u.Root, " root"), flag(u.Null, " null"))
	if s := u.Sender; s != nil {
		d.sender(s)
	}
	for _, f := range u.Base {
		d.field("base ", f)
	}
	for _, v := range u.Variants {
		d.line("\t%s -> %s", strconv.Quote(v.Tag), Text(v.Type))
	}
	for _, m := range u.Members {
		tags := ""
		for _, t := range m.Tags {
			tags += " " + strconv.Quote(t)
		}
		d.line("\t%s%s -> %s", m.Kind, tags, Text(m.Type))
	}
}

// sender writes the type that has methods for a union's variants, and the methods.
func (d *dump) sender(s *Sender) {
	d.line("\tsender %s", word(s.Type))
	for _, m := range s.Methods {
		var params []string
		for _, f := range m.Parameters() {
			params = append(params, word(f.Wire))
		}
		d.line("\t\t%s(%s) sends %s", m.Name, strings.Join(params, ", "), strconv.Quote(m.Tag))
	}
}

// field writes one line: name, Go name, type, presence and everything checked
// or documented.
func (d *dump) field(prefix string, f *Field) {
	var b strings.Builder
	b.WriteString(prefix + word(f.Wire) + names(f.Name, f.Pin) + " " + Text(f.Type))
	b.WriteString(flag(f.Required, " required") + flag(!f.Required, " optional"))
	b.WriteString(flag(f.Nullable, " nullable") + flag(f.ReadOnly, " readonly") + flag(f.Promised, " promised") + flag(f.AllowEmpty, " allow-empty") + flag(f.Secret, " secret"))
	if f.IsConst() {
		b.WriteString(" = " + strconv.Quote(f.Const) + flag(f.Tag, " tag"))
	}
	if f.Known != nil {
		b.WriteString(" known " + strconv.Quote(f.Known.Wire) + names(f.Known.Name, f.Known.Pin))
	}
	if f.Format != "" {
		b.WriteString(" format " + word(f.Format))
	}
	if f.Default != "" {
		b.WriteString(" default " + f.Default)
	}
	for _, a := range f.Aliases {
		b.WriteString(" alias " + word(a))
	}
	b.WriteString(bounds(f.Bounds))
	d.line("\t%s", b.String())
}

func bounds(b Bounds) string {
	var s strings.Builder
	if b.Minimum != nil {
		s.WriteString(flag(b.ExclusiveMinimum, " >") + flag(!b.ExclusiveMinimum, " >=") + number(*b.Minimum))
	}
	if b.Maximum != nil {
		s.WriteString(flag(b.ExclusiveMaximum, " <") + flag(!b.ExclusiveMaximum, " <=") + number(*b.Maximum))
	}
	for _, size := range []struct {
		name  string
		limit *int64
	}{
		{"minLength", b.MinLength}, {"maxLength", b.MaxLength}, {"minItems", b.MinItems}, {"maxItems", b.MaxItems},
	} {
		if size.limit != nil {
			fmt.Fprintf(&s, " %s %d", size.name, *size.limit)
		}
	}
	if b.Pattern != "" {
		s.WriteString(" pattern " + strconv.Quote(b.Pattern))
	}
	return s.String()
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// names is the Go name, once there is one, and the pin that asked for it.
func names(name, pin string) string {
	s := ""
	if name != "" {
		s += " (" + name + ")"
	}
	if pin != "" {
		s += " pin " + word(pin)
	}
	return s
}

func unionNames(prefix string, unions []*Union) string {
	if len(unions) == 0 {
		return ""
	}
	words := make([]string, len(unions))
	for i, u := range unions {
		words[i] = word(u.Wire)
	}
	return prefix + strings.Join(words, ", ")
}

func flag(set bool, text string) string {
	if set {
		return text
	}
	return ""
}

// word quotes a wire name that could be mistaken for something else in a line.
func word(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-.@$/:+", r)
	}
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return strconv.Quote(s)
	}
	return s
}
