package resolve

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// fillMembers gives the unions by kind their members.
func (r *resolver) fillMembers() {
	for _, d := range r.definitions {
		if d.kind != kindOneOf {
			continue
		}
		u := d.decl.(*model.Union)
		u.Members = r.members(d)
		for _, m := range u.Members {
			r.direct[m.Type] = append(r.direct[m.Type], u)
		}
		r.tellApart(d, u)
		r.checkFamilies(d, u)
	}
}

// checkFamilies reports members that others are below of: each is itself alone, since a
// reader of the list sees no more.
func (r *resolver) checkFamilies(d *definition, u *model.Union) {
	listed := func(t model.Type) bool {
		return slices.ContainsFunc(u.Members, func(m *model.Member) bool { return m.Type == t })
	}
	for _, member := range r.definitions {
		if member.family == nil || !listed(member.decl) {
			continue
		}
		for _, below := range r.definitions {
			if below.kind == kindStruct && descends(below, member) && !listed(below.decl) {
				r.diags.Warnf(r.at(d.below(nil, d.keyword(extOneOf), extOneOf)), "list it as well",
					"member %s does not take %s, which is below it", member.name, below.name)
			}
		}
	}
}

// members reads x-vlgen-oneOf: references to definitions, at most one of each
// JSON kind except objects.
func (r *resolver) members(d *definition) []*model.Member {
	list := d.below(nil, d.keyword(extOneOf), extOneOf)
	var members []*model.Member
	taken := map[model.Kind]string{}
	for i, n := range list.node.Content {
		at := list.below(nil, n, strconv.Itoa(i))
		m, name := r.member(at)
		if m == nil {
			continue
		}
		if other, ok := taken[m.Kind]; ok && m.Kind != model.KindObject {
			r.errorf(at, "remove one of them", "members %s and %s are both a JSON %s", other, name, m.Kind)
			continue
		}
		if slices.ContainsFunc(members, func(have *model.Member) bool { return have.Type == m.Type }) {
			r.errorf(at, "remove one of them", "member %s is listed twice", name)
			continue
		}
		taken[m.Kind] = name
		members = append(members, m)
	}
	return members
}

// member reads one reference of x-vlgen-oneOf; nil if it cannot be a member.
func (r *resolver) member(at schema) (*model.Member, string) {
	if _, ok := at.target(); !ok {
		r.errorf(at, `write {"$ref": "#/definitions/Name"}`, "member is not a reference")
		return nil, ""
	}
	d := r.definitionOf(at)
	kind, ok := kindOfMember(d.decl)
	if !ok {
		r.errorf(at, "list definitions of one JSON kind each", "member %s can be of several JSON kinds", d.name)
		return nil, ""
	}
	return &model.Member{Kind: kind, Type: d.decl}, d.name
}

// kindOfMember is the JSON kind that the values of a type have; ok is false if
// they can have several.
func kindOfMember(t model.Type) (kind model.Kind, ok bool) {
	switch t := t.(type) {
	case *model.Enum:
		return model.KindString, true
	case *model.Struct, *model.Map:
		return model.KindObject, true
	case *model.Union:
		return model.KindObject, t.Key != ""
	case *model.List:
		return model.KindArray, true
	case *model.Named:
		return kindOfMember(t.Type)
	case model.Scalar:
		return scalarKind(t)
	}
	return 0, false
}

func scalarKind(s model.Scalar) (kind model.Kind, ok bool) {
	switch s {
	case model.String, model.Bytes, model.Time:
		return model.KindString, true
	case model.Int, model.Int64, model.Float, model.UnixTime:
		return model.KindNumber, true
	case model.Bool:
		return model.KindBool, true
	}
	return 0, false
}

// tellApart finds the property by which several object members differ: the one
// that most of them have a constant for. One member may do without: it takes
// what no tag selects.
func (r *resolver) tellApart(d *definition, u *model.Union) {
	var objects []*model.Member
	for _, m := range u.Members {
		if m.Kind == model.KindObject {
			objects = append(objects, m)
		}
	}
	if len(objects) < 2 {
		return
	}
	list := d.below(nil, d.keyword(extOneOf), extOneOf)
	u.ObjectKey = commonKey(objects, r.constantsOf)
	var untagged []string
	taken := map[string]string{}
	for _, m := range objects {
		m.Tags = r.constantsOf(m.Type)[u.ObjectKey]
		name := model.Text(m.Type)
		if len(m.Tags) == 0 {
			untagged = append(untagged, name)
		}
		for _, tag := range m.Tags {
			if other, ok := taken[tag]; ok {
				r.errorf(list, "remove one of them", "members %s and %s both have %s %q", other, name, u.ObjectKey, tag)
			}
			taken[tag] = name
		}
	}
	if len(untagged) > 1 {
		r.errorf(list, "give them a common required constant, or list fewer", "nothing tells the members %s apart", strings.Join(untagged, " and "))
	}
}

// commonKey is the property that most members have constants for, the first in
// name order if several do; empty for none.
func commonKey(members []*model.Member, constantsOf func(model.Type) map[string][]string) string {
	count := map[string]int{}
	for _, m := range members {
		for key := range constantsOf(m.Type) {
			count[key]++
		}
	}
	best := ""
	for key, n := range count {
		if n > count[best] || n == count[best] && key < best {
			best = key
		}
	}
	return best
}

// constantsOf lists, by property, the constant values by which an object can be
// recognized.
func (r *resolver) constantsOf(t model.Type) map[string][]string {
	constants := map[string][]string{}
	switch t := t.(type) {
	case *model.Struct:
		for _, f := range t.Fields {
			if f.IsConst() {
				constants[f.Wire] = []string{f.Const}
			}
		}
	case *model.Union:
		for key, tag := range r.tags(r.byName[t.Wire]) {
			constants[key] = []string{tag}
		}
		for _, v := range t.Variants {
			constants[t.Key] = append(constants[t.Key], v.Tag)
		}
	}
	return constants
}
