package diff

import (
	"fmt"
	"strings"
)

// RulesMarkdown is the table of rules.
func RulesMarkdown() string {
	var b strings.Builder
	b.WriteString(`# How vlgen diff judges changes

Each change has a rule. The rule says what the change means on the wire, for what clients send and for what they receive, when
an old client meets a new service and when a new client meets an old one; and what it means for Go code that uses the package.
A type that travels both ways has the worse verdict of the two.

* **safe**: nothing that worked before is affected.
* **care**: only what makes use of the change is affected. Go code compiles, and may mean something else.
* **breaking**: what worked before may not. Go code may not compile.

The verdicts are about what the package promises: unknown events, properties and values are kept, and a value that does not fit
costs the property and not the event. A service may be stricter, which "may refuse" stands for.

A change of a property can change the Go field as well; the rule of that, one of the last in the table, is then named beside its own.
Go verdicts marked *sent* are "safe" for what is only received, since only what is sent is validated.

| Rule | Change | Sent: old client / new client | Received: old client / new client | Go |
|---|---|---|---|---|
`)
	for _, r := range Rules {
		sent := ""
		if r.OnlySent {
			sent = " (*sent*)"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s%s: %s |\n", r.ID, r.What, r.Send, r.Receive, r.Go, sent, r.GoWhy)
	}
	return b.String()
}

// String is the effect as a cell of the table.
func (e Effect) String() string {
	text := e.OldClient.String() + " / " + e.NewClient.String()
	if e.Why != "" {
		text += ": " + e.Why
	}
	return text
}
