package jsonwire

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// ValidationError lists every violation that a Validate method found.
type ValidationError struct {
	Type       string // the Go type that was validated
	Violations []Violation
}

// Violation is one value that the service would refuse.
type Violation struct {
	Path    string // such as ".session.tools[2].name"
	Message string // what is wrong, such as "is required"
}

// Error lists the violations; it repeats no values.
func (e *ValidationError) Error() string {
	var b strings.Builder
	b.WriteString("invalid " + e.Type + ": ")
	for i, v := range e.Violations {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(strings.TrimLeft(strings.TrimPrefix(v.Path, ".")+" "+v.Message, " "))
	}
	return b.String()
}

// Validator collects violations.
type Validator struct {
	path       []byte
	violations []Violation
	depth      int
	stop       bool // a value contains itself: it would be checked forever
}

// Validate runs the checks of v, a pointer, and those that encoding it would
// run; check may be nil. It returns nil or a [*ValidationError].
func Validate[T any](v T, check func(T, *Validator), encode func(T, *Writer)) error {
	c := validators.Get().(*Validator)
	if check != nil {
		c.run(func() { check(v, c) })
	}
	if !c.stop {
		encodable(c, v, encode)
	}
	if len(c.violations) == 0 {
		*c = Validator{path: c.path[:0]}
		validators.Put(c)
		return nil
	}
	return &ValidationError{Type: typeName(v), Violations: c.violations}
}

// validators are reused, since every event that is sent is checked.
var validators = sync.Pool{New: func() any { return new(Validator) }}

func (c *Validator) run(check func()) {
	defer func() {
		if p := recover(); p != nil {
			if !isNilPointer(p) {
				panic(p)
			}
			c.Report("", isNilMessage)
		}
	}()
	check()
}

// Report adds a violation of the member called name.
func (c *Validator) Report(name, message string) {
	path := string(c.path)
	if name != "" {
		path += pathStep(name)
	}
	c.violations = append(c.violations, Violation{Path: path, Message: message})
}

// report adds a violation, unless there is one of its place.
func (c *Validator) report(v Violation) {
	if !slices.ContainsFunc(c.violations, func(other Violation) bool { return other.Path == v.Path }) {
		c.violations = append(c.violations, v)
	}
}

// Required reports the member if it is not set: it is missing, or Extra holds a
// value that does not fit it.
func (c *Validator) Required(extra Extra, name string, set bool) {
	switch m := extra.find(name); {
	case set:
	case m != nil && m.why == misfit:
		c.Report(name, "has a value that does not fit")
	case m == nil || m.why != unknown: // the user may have set any value there
		c.Report(name, "is required")
	}
}

// ValidateRaw is the Validate of an object of which no more is known than its tag,
// the member called key. An empty tag is not compared: only raw is sent.
func ValidateRaw(typ, key, tag string, raw []byte) error {
	r := NewReader(raw)
	object := r.token() == '{'
	written, _ := r.Unknown(key)
	r.token()
	whole := !r.failed && r.pos == len(raw)
	r.release()
	switch {
	case !object || !whole:
		return &ValidationError{Type: typ, Violations: []Violation{{Path: ".Raw", Message: "must be a JSON object"}}}
	case tag != "" && tag != written:
		return &ValidationError{Type: typ, Violations: []Violation{{Path: ".Tag", Message: "must be the " + key + " in Raw"}}}
	}
	return nil
}

// Min reports a number below a limit; nil is fine.
func Min[T ~int | ~int64 | ~float64](c *Validator, name string, v *T, limit float64) {
	if v != nil && !(float64(*v) >= limit) {
		c.Report(name, "must be at least "+formatFloat(limit))
	}
}

// Max reports a number above a limit; nil is fine.
func Max[T ~int | ~int64 | ~float64](c *Validator, name string, v *T, limit float64) {
	if v != nil && !(float64(*v) <= limit) {
		c.Report(name, "must be at most "+formatFloat(limit))
	}
}

// Above reports a number that is not above a limit; nil is fine.
func Above[T ~int | ~int64 | ~float64](c *Validator, name string, v *T, limit float64) {
	if v != nil && !(float64(*v) > limit) {
		c.Report(name, "must be above "+formatFloat(limit))
	}
}

// Below reports a number that is not below a limit; nil is fine.
func Below[T ~int | ~int64 | ~float64](c *Validator, name string, v *T, limit float64) {
	if v != nil && !(float64(*v) < limit) {
		c.Report(name, "must be below "+formatFloat(limit))
	}
}

func formatFloat(f float64) string { return string(appendFloat(nil, f)) }

// MinLength reports a string of fewer characters; nil is fine.
func MinLength[T ~string](c *Validator, name string, v *T, limit int) {
	if v != nil && utf8.RuneCountInString(string(*v)) < limit {
		c.Report(name, "must have at least "+count(limit, "character"))
	}
}

// MaxLength reports a string of more characters; nil is fine.
func MaxLength[T ~string](c *Validator, name string, v *T, limit int) {
	if v != nil && utf8.RuneCountInString(string(*v)) > limit {
		c.Report(name, "must have at most "+count(limit, "character"))
	}
}

// MinItems reports a list of fewer elements.
func (c *Validator) MinItems(name string, n, limit int) {
	if n < limit {
		c.Report(name, "must have at least "+count(limit, "element"))
	}
}

// MaxItems reports a list of more elements.
func (c *Validator) MaxItems(name string, n, limit int) {
	if n > limit {
		c.Report(name, "must have at most "+count(limit, "element"))
	}
}

func count(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}

// CheckMember checks the value of a member; nil is fine.
func CheckMember[T any](c *Validator, name string, v *T, check func(*T, *Validator)) {
	if v != nil {
		checkMember(c, name, v, check)
	}
}

func checkMember[P any](c *Validator, name string, v P, check func(P, *Validator)) {
	checkAt(c, pathStep(name), v, check)
}

// CheckList checks each element of a list.
func CheckList[T any](c *Validator, name string, list []T, check func(*T, *Validator)) {
	for i := range list {
		if step := indexStep(name, i); any(list[i]) == nil {
			c.isNil(step)
		} else {
			checkAt(c, step, &list[i], check)
		}
	}
}

func indexStep(name string, i int) string { return pathStep(name) + "[" + strconv.Itoa(i) + "]" }

func (c *Validator) isNil(step string) {
	c.violations = append(c.violations, Violation{Path: string(c.path) + step, Message: isNilMessage})
}

// CheckMap checks each element of a map, in the order of its keys.
func CheckMap[T any](c *Validator, name string, m map[string]T, check func(*T, *Validator)) {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sortKeys(keys)
	for _, key := range keys {
		elem := m[key]
		checkAt(c, pathStep(name)+pathStep(key), &elem, check)
	}
}

func checkAt[P any](c *Validator, step string, v P, check func(P, *Validator)) {
	if c.stop {
		return
	}
	n := len(c.path)
	c.path = append(c.path, step...)
	if c.depth++; c.depth > MaxDepth {
		c.stop = true
		c.violations = append(c.violations[:0], Violation{Message: tooDeepMessage})
	} else {
		check(v, c)
	}
	c.depth--
	c.path = c.path[:n]
}

// Deref returns what p points to, or the zero value for nil.
func Deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
