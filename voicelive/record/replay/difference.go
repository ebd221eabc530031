package replay

import (
	"fmt"
	"strings"
	"time"
)

// A Difference is something that the client does differently than in the recording.
type Difference struct {
	Session int           // of the cassette
	Line    int           // of the cassette: what was expected; 0 if nothing was
	At      time.Duration // of that line, since the cassette began
	Problem string
	Members []string // that differ: path, recorded value, sent value
	Want    []byte   // the recorded event; nil if there is none
	Got     []byte   // the event that the client has sent; nil if there is none
}

// Error tells the place, the problem, and the members that differ.
func (d *Difference) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "replay: session %d", d.Session)
	if d.Line > 0 {
		fmt.Fprintf(&b, ", line %d of the cassette, at %v", d.Line, d.At)
	}
	b.WriteString(": " + d.Problem)
	for _, m := range d.Members {
		b.WriteString("\n\t" + m)
	}
	if d.Want != nil && len(d.Members) == 0 {
		fmt.Fprintf(&b, "\n\trecorded %s", clip(string(d.Want)))
	}
	if d.Got != nil && len(d.Members) == 0 {
		fmt.Fprintf(&b, "\n\tsent     %s", clip(string(d.Got)))
	}
	return b.String()
}

// clip shortens a text for a message.
func clip(s string) string {
	const limit = 300
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + fmt.Sprintf("… (%d bytes)", len(s))
}
