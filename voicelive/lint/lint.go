// Package lint finds configuration that does not work before it is sent.
//
// Whether a property of a session works depends on the model, the version of the API, the
// mode of the connection and preview features. The service refuses some combinations, and
// ignores others. [Check] compares a session with what is known of them:
//
//	for _, f := range lint.Check(options, session) {
//		fmt.Println(f)
//	}
//
// [Refuse] and [Report] are functions for [voicelive.ConnectOptions.Check], which is nil by
// default. [CheckEvent] looks at an event of a session that is open.
//
// Nothing is said about models, deployments and versions that the package does not know.
// The rules follow the documentation of the service, which changes: a finding is advice, and
// the service decides. [Finding.Source] tells where a rule comes from.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. The identifiers in [Finding.Rule] do not
// change; new rules are added in minor versions. All functions may be called from any goroutine,
// and change nothing.
package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Severity tells what happens with a configuration as it is.
type Severity string

// The severities, the worst first.
const (
	// Error: the service refuses it, or documents that it does not work.
	Error Severity = "error"
	// Warning: it has no effect, or the version of the API lacks it, or it was seen to be
	// refused.
	Warning Severity = "warning"
	// Suggestion: it works, and something else may work better.
	Suggestion Severity = "suggestion"
)

var severities = []Severity{Error, Warning, Suggestion}

// A Finding is one thing that does not work, or may work better.
type Finding struct {
	Rule     string   `json:"rule"` // its identifier, such as "semantic-vad-model"
	Severity Severity `json:"severity"`
	Path     string   `json:"path,omitempty"` // of the property, such as "turn_detection.type" or "tools[0].type"; empty if it is about the target
	Reason   string   `json:"reason"`
	Source   string   `json:"source"` // where it is documented or was seen: a URL, or a pointer into the specification
	Fix      string   `json:"fix"`    // what to do
}

// String is the finding in one line.
func (f Finding) String() string {
	at := ""
	if f.Path != "" {
		at = f.Path + ": "
	}
	return fmt.Sprintf("%s: %s%s (%s) [%s]", f.Severity, at, f.Reason, f.Fix, f.Rule)
}

// Check returns what does not work in a session that is opened with the options of target,
// the worst first. A nil target is the zero ConnectOptions. A nil session is that of target;
// if that is nil too, only the target is checked. Check changes neither.
func Check(target *voicelive.ConnectOptions, session *voicelive.RequestSession) []Finding {
	if target == nil {
		target = &voicelive.ConnectOptions{}
	}
	if session == nil {
		session = target.Session
	}
	c, invalid := newConfig(target, session)
	if invalid != nil {
		return []Finding{*invalid}
	}
	return sorted(slices.Concat(c.apply(sessionRules), c.apply(targetRules), checkTarget(c), c.walk("RequestSession", c.session, "")))
}

// sorted orders findings by severity, path and rule.
func sorted(found []Finding) []Finding {
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(slices.Index(severities, a.Severity), slices.Index(severities, b.Severity)),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Rule, b.Rule),
		)
	})
	return found
}

// FindingsError is the error of [Refuse].
type FindingsError struct {
	Findings []Finding // those of severity Error; at least one
}

// Error lists the findings, one on a line.
func (e *FindingsError) Error() string {
	var b strings.Builder
	b.WriteString("lint: the configuration does not work:")
	for _, f := range e.Findings {
		b.WriteString("\n\t" + f.String())
	}
	return b.String()
}

// Refuse is a function for [voicelive.ConnectOptions.Check] that ends Connect if there are
// findings of severity [Error]. The error is a [*FindingsError].
func Refuse(o *voicelive.ConnectOptions) error {
	found := slices.DeleteFunc(Check(o, nil), func(f Finding) bool { return f.Severity != Error })
	if len(found) == 0 {
		return nil
	}
	return &FindingsError{found}
}

// Report returns a function for [voicelive.ConnectOptions.Check] that calls report for each
// finding, in the goroutine of Connect, and never ends Connect.
func Report(report func(Finding)) func(*voicelive.ConnectOptions) error {
	return func(o *voicelive.ConnectOptions) error {
		for _, f := range Check(o, nil) {
			report(f)
		}
		return nil
	}
}
