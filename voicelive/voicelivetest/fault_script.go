package voicelivetest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// member is a field of a [Fault] in the text of a script.
type member struct {
	name  string
	get   func(*Fault) string // "" if it is zero
	parse func(*Fault, string) error
}

// members are in the order in which they are written.
func members() []member {
	return []member{
		number("sent", func(f *Fault) *int { return &f.Sent }),
		number("received", func(f *Fault) *int { return &f.Received }),
		duration("after", func(f *Fault) *time.Duration { return &f.After }),
		number("status", func(f *Fault) *int { return &f.Status }),
		number("code", func(f *Fault) *int { return &f.Code }),
		number("n", func(f *Fault) *int { return &f.N }),
		duration("delay", func(f *Fault) *time.Duration { return &f.Delay }),
		{
			"body",
			func(f *Fault) string {
				if f.Body == "" {
					return ""
				}
				return strconv.Quote(f.Body)
			},
			func(f *Fault, text string) (err error) { f.Body, err = strconv.Unquote(text); return err },
		},
	}
}

func number(name string, field func(*Fault) *int) member {
	return member{
		name,
		func(f *Fault) string {
			if *field(f) == 0 {
				return ""
			}
			return strconv.Itoa(*field(f))
		},
		func(f *Fault, text string) (err error) { *field(f), err = strconv.Atoi(text); return err },
	}
}

func duration(name string, field func(*Fault) *time.Duration) member {
	return member{
		name,
		func(f *Fault) string {
			if *field(f) == 0 {
				return ""
			}
			return field(f).String()
		},
		func(f *Fault, text string) (err error) { *field(f), err = time.ParseDuration(text); return err },
	}
}

// String is the fault as [ParseScript] reads it.
func (f Fault) String() string {
	text := string(f.Kind)
	for _, m := range members() {
		if value := m.get(&f); value != "" {
			text += " " + m.name + "=" + value
		}
	}
	return text
}

// String returns the script in one line, for the message of a failed test. [ParseScript] reads it.
func (s Script) String() string {
	faults := make([]string, len(s))
	for i, f := range s {
		faults[i] = f.String()
	}
	return strings.Join(faults, "; ")
}

// ParseScript reads the text that [Script.String] returns. Semicolons separate the faults. A fault is its kind, followed by
// its fields that are not zero, with their names in lower case.
func ParseScript(text string) (Script, error) {
	var script Script
	for text = strings.TrimSpace(text); text != ""; {
		f, rest, err := parseFault(text)
		if err != nil {
			return nil, fmt.Errorf("fault %d: %w", len(script)+1, err)
		}
		script = append(script, f)
		text = strings.TrimSpace(strings.TrimPrefix(rest, ";"))
	}
	return script, nil
}

// parseFault reads one fault, and returns what follows it.
func parseFault(text string) (f Fault, rest string, err error) {
	kind, rest := cutWord(text)
	if f.Kind = FaultKind(kind); !slices.Contains(FaultKinds(), f.Kind) {
		return f, "", fmt.Errorf("no fault is called %q", kind)
	}
	for rest != "" && rest[0] != ';' {
		name, value, ok := strings.Cut(rest, "=")
		i := slices.IndexFunc(members(), func(m member) bool { return m.name == name })
		if !ok || i < 0 {
			return f, "", fmt.Errorf("%s has no member %q", kind, name)
		}
		if quoted, err := strconv.QuotedPrefix(value); err == nil {
			value, rest = quoted, strings.TrimLeft(value[len(quoted):], " ")
		} else {
			value, rest = cutWord(value)
		}
		if err := members()[i].parse(&f, value); err != nil {
			return f, "", fmt.Errorf("%s of %s: %w", name, kind, err)
		}
	}
	return f, rest, f.check()
}

// cutWord cuts text before the first space or semicolon, and the spaces.
func cutWord(text string) (word, rest string) {
	i := strings.IndexAny(text, " ;")
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimLeft(text[i:], " ")
}

// check returns an error if a fault makes no sense.
func (f Fault) check() error {
	switch {
	case !slices.Contains(FaultKinds(), f.Kind):
		return fmt.Errorf("no fault is called %q", f.Kind)
	case f.Sent < 0 || f.Received < 0 || f.After < 0 || f.N < 0 || f.Delay < 0:
		return fmt.Errorf("%s has a negative member", f.Kind)
	case min(f.Sent, 1)+min(f.Received, 1)+int(min(f.After, 1)) > 1:
		return fmt.Errorf("%s has more than one trigger", f.Kind)
	}
	return nil
}

// check returns an error if a script makes no sense.
func (f Faults) check() error {
	var errs []error
	for i, script := range f.Scripts {
		for _, fault := range script {
			if err := fault.check(); err != nil {
				errs = append(errs, fmt.Errorf("script %d: %w", i, err))
			}
		}
	}
	for _, kind := range f.Menu {
		if !slices.Contains(FaultKinds(), kind) {
			errs = append(errs, fmt.Errorf("menu: no fault is called %q", kind))
		}
	}
	return errors.Join(errs...)
}
