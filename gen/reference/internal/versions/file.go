package versions

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/ordered"
)

// Data is the table as a file. Each declaration has its members in groups: the
// name of a group has one digit for each version, 1 if the members exist there.
// The member "" stands for the declaration itself.
func (t *Table) Data(marker string) []byte {
	names := []any{}
	for _, v := range t.Versions() {
		names = append(names, v)
	}
	types := ordered.Object{}
	for _, wire := range t.Names() {
		types = types.Set(wire, t.groups(wire))
	}
	file := ordered.Object{{Name: "$comment", Value: marker}, {Name: "versions", Value: names}, {Name: "types", Value: types}}
	return append([]byte(ordered.Text(file)), '\n')
}

func (t *Table) groups(wire string) ordered.Object {
	groups := ordered.Object{}
	add := func(digits, member string) {
		for i := range groups {
			if groups[i].Name == digits {
				groups[i].Value = append(groups[i].Value.([]any), member)
				return
			}
		}
		groups = groups.Set(digits, []any{member})
	}
	add(t.digits(t.Type(wire)), "")
	for _, member := range t.Members(wire) {
		add(t.digits(t.Member(wire, member)), member)
	}
	return groups
}

func (t *Table) digits(p Presence) string {
	var b strings.Builder
	in := map[string]bool{}
	for _, v := range p.In {
		in[v] = true
	}
	for _, v := range t.Versions() {
		if in[v] {
			b.WriteByte('1')
		} else {
			b.WriteByte('0')
		}
	}
	return b.String()
}

// Parse reads what Data wrote.
func Parse(data []byte) (*Table, error) {
	var file struct {
		Versions []string
		Types    map[string]map[string][]string
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	if len(file.Versions) == 0 {
		return nil, errors.New("no versions")
	}
	t := &Table{}
	for i, v := range file.Versions {
		c := contents{}
		for wire, groups := range file.Types {
			for digits, members := range groups {
				if len(digits) != len(file.Versions) {
					return nil, fmt.Errorf("type %s: group %q does not have a digit for each version", wire, digits)
				}
				if digits[i] == '1' {
					c.add(wire, members)
				}
			}
		}
		t.set(v, c)
	}
	return t, nil
}

func (c contents) add(wire string, members []string) {
	if c[wire] == nil {
		c[wire] = map[string]bool{}
	}
	for _, m := range members {
		if m != "" {
			c[wire][m] = true
		}
	}
}
