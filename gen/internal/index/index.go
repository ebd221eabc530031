// Package index reads lists of the API versions that upstream publishes.
//
// A list is what the contents API of GitHub says about a folder, a JSON array
// of names, or text with a name on each line, where # begins a comment. Of a
// name with slashes the last part counts. A name that is not a date, such as v1,
// has no place in the order of versions and is left out.
package index

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// dated is an API version: a date, and what kind of preview it is.
var dated = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(-[0-9a-z.]+)?$`)

// Dated reports whether versions can be compared with v.
func Dated(v string) bool { return dated.MatchString(v) }

// Parse returns the versions of a list, in order.
func Parse(data []byte) ([]string, error) {
	names, err := names(bytes.TrimSpace(data))
	if err != nil {
		return nil, err
	}
	var versions []string
	for _, name := range names {
		name = strings.Trim(name, "/")
		if name = name[strings.LastIndex(name, "/")+1:]; Dated(name) {
			versions = append(versions, name)
		}
	}
	if len(versions) == 0 {
		return nil, errors.New("no name in it is an API version such as 2026-04-10 or 2026-06-01-preview")
	}
	slices.SortFunc(versions, Compare)
	return slices.Compact(versions), nil
}

func names(data []byte) ([]string, error) {
	if len(data) == 0 || data[0] != '[' && data[0] != '{' {
		return fromText(data), nil
	}
	var names []string
	if json.Unmarshal(data, &names) == nil {
		return names, nil
	}
	var listing []struct{ Name, Type string }
	if json.Unmarshal(data, &listing) != nil {
		return nil, errors.New("neither a JSON array of names, nor a listing of GitHub's contents API, nor text with a name on each line")
	}
	for _, entry := range listing {
		if entry.Type == "" || entry.Type == "dir" {
			names = append(names, entry.Name)
		}
	}
	return names, nil
}

func fromText(data []byte) (names []string) {
	for line := range bytes.Lines(data) {
		name, _, _ := bytes.Cut(line, []byte("#"))
		names = append(names, string(bytes.TrimSpace(name)))
	}
	return names
}

// Compare orders versions by date; the previews of a date come before its
// stable version.
func Compare(a, b string) int {
	x, y := dated.FindStringSubmatch(a), dated.FindStringSubmatch(b)
	switch {
	case x[1] != y[1]:
		return strings.Compare(x[1], y[1])
	case x[2] == "" || y[2] == "":
		return strings.Compare(y[2], x[2])
	}
	return strings.Compare(x[2], y[2])
}
