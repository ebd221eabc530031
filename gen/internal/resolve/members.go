package resolve

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// fillMembers gives the unions by kind their members.
func (c *content) fillMembers() {
	for _, d := range c.all {
		if d.kind != kindOneOf {
			continue
		}
		u := d.decl.(*model.Union)
		u.Members = c.members(d)
		for _, m := range u.Members {
			c.listedBy[m.Type] = append(c.listedBy[m.Type], u)
		}
		c.tellApart(d, u)
		c.checkTrees(d, u)
	}
}

// checkTrees reports members that are the root of a tree, whose descendants are
// not listed: a member stands for itself alone.
func (c *content) checkTrees(d *definition, u *model.Union) {
	listed := func(t model.Type) bool {
		return slices.ContainsFunc(u.Members, func(m *model.Member) bool { return m.Type == t })
	}
	for _, member := range c.all {
		if member.tree == nil || !listed(member.decl) {
			continue
		}
		for _, below := range c.all {
			if below.kind == kindStruct && descends(below, member) && !listed(below.decl) {
				c.diags.Warnf(c.at(d.below(nil, d.keyword(extOneOf), extOneOf)), "list it as well",
					"member %s does not take %s, which is below it", member.name, below.name)
			}
		}
	}
}

// members reads x-vlgen-oneOf: references to definitions, at most one of each
// JSON kind except objects.
func (c *content) members(d *definition) []*model.Member {
	list := d.below(nil, d.keyword(extOneOf), extOneOf)
	var members []*model.Member
	taken := map[model.Kind]string{}
	for i, n := range list.node.Content {
		at := list.below(nil, n, strconv.Itoa(i))
		m, name := c.member(at)
		if m == nil {
			continue
		}
		if other, ok := taken[m.Kind]; ok && m.Kind != model.KindObject {
			c.errorf(at, "remove one of them", "members %s and %s are both a JSON %s", other, name, m.Kind)
			continue
		}
		if slices.ContainsFunc(members, func(have *model.Member) bool { return have.Type == m.Type }) {
			c.errorf(at, "remove one of them", "member %s is listed twice", name)
			continue
		}
		taken[m.Kind] = name
		members = append(members, m)
	}
	return members
}

// member reads one reference of x-vlgen-oneOf; nil if it cannot be a member.
func (c *content) member(at schema) (*model.Member, string) {
	if _, ok := at.target(); !ok {
		c.errorf(at, `write {"$ref": "#/definitions/Name"}`, "member is not a reference")
		return nil, ""
	}
	d := c.definitionOf(at)
	kind, ok := kindOfMember(d.decl)
	if !ok {
		c.errorf(at, "list definitions of one JSON kind each", "member %s can be of several JSON kinds", d.name)
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
func (c *content) tellApart(d *definition, u *model.Union) {
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
	u.ObjectKey = commonKey(objects, c.constantsOf)
	var untagged []string
	taken := map[string]string{}
	for _, m := range objects {
		m.Tags = c.constantsOf(m.Type)[u.ObjectKey]
		name := model.Text(m.Type)
		if len(m.Tags) == 0 {
			untagged = append(untagged, name)
		}
		for _, tag := range m.Tags {
			if other, ok := taken[tag]; ok {
				c.errorf(list, "remove one of them", "members %s and %s both have %s %q", other, name, u.ObjectKey, tag)
			}
			taken[tag] = name
		}
	}
	if len(untagged) > 1 {
		c.errorf(list, "give them a common required constant, or list fewer", "nothing tells the members %s apart", strings.Join(untagged, " and "))
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
func (c *content) constantsOf(t model.Type) map[string][]string {
	constants := map[string][]string{}
	switch t := t.(type) {
	case *model.Struct:
		for _, f := range t.Fields {
			if f.IsConst() {
				constants[f.Wire] = []string{f.Const}
			}
		}
	case *model.Union:
		for key, tag := range c.tagsOf(c.byName[t.Wire]) {
			constants[key] = []string{tag}
		}
		for _, v := range t.Variants {
			constants[t.Key] = append(constants[t.Key], v.Tag)
		}
	}
	return constants
}
