package transcript

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Version is that of the JSON of a [Transcript].
const Version = 1

type document struct {
	Version int     `json:"version"`
	Entries []Entry `json:"entries"`
}

// MarshalJSON returns the transcript as an object with the members version, which is [Version], and
// entries, a list of [Entry] in the order of the conversation.
func (t *Transcript) MarshalJSON() ([]byte, error) {
	return json.Marshal(document{Version, t.Entries()})
}

// UnmarshalJSON replaces the transcript by one that MarshalJSON has written. Its entries do not
// change any more; events from then on are those of another session, as after [Transcript.Continue].
func (t *Transcript) UnmarshalJSON(data []byte) error {
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("transcript: %w", err)
	}
	if d.Version != Version {
		return fmt.Errorf("transcript: version %d is unknown; this package reads version %d", d.Version, Version)
	}
	var c chain
	for _, e := range d.Entries {
		if (e.Type == FunctionCall || e.Type == MCPCall) && e.Call == nil || e.Type == MCPApproval && e.Approval == nil {
			return fmt.Errorf("transcript: the %s %q lacks its call or approval", e.Type, e.ID)
		}
		c.order = append(c.order, &node{Entry: e, frozen: true, closed: true})
	}
	c.begin()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chain = c
	return nil
}

// Text returns the conversation as plain text, a line for each entry: messages as they were heard,
// calls with their outputs.
func (t *Transcript) Text() string {
	var b strings.Builder
	for _, e := range t.Entries() {
		if line := e.line(); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// Markdown returns the conversation as Markdown, with times and with what was generated and not
// heard.
func (t *Transcript) Markdown() string {
	var b strings.Builder
	for _, e := range t.Entries() {
		e.markdown(&b)
	}
	return b.String()
}

func (e *Entry) markdown(b *strings.Builder) {
	at := ""
	if !e.Began.IsZero() {
		at = " _" + e.Began.UTC().Format("15:04:05") + "_"
	}
	switch {
	case e.Type != Message:
		if line := e.line(); line != "" {
			fmt.Fprintf(b, "> `%s`%s\n\n", strings.ReplaceAll(line, "`", "'"), at)
		}
		return
	case e.Text == "" && e.Failed == "":
		return
	}
	text := escape(e.Text)
	if e.Interrupted {
		rest, _ := strings.CutPrefix(e.Text, e.Heard)
		text = escape(e.Heard) + " ~~" + escape(strings.TrimSpace(rest)) + "~~"
	}
	if e.Failed != "" {
		text += " _(" + escape(e.Failed) + ")_"
	}
	fmt.Fprintf(b, "**%s**%s: %s\n\n", name(e.Role), at, strings.TrimSpace(text))
}

// escape keeps what was said from being read as Markdown.
func escape(text string) string {
	return strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "`", "\\`", "~", "\\~", "<", "&lt;", "#", "\\#", "[", "\\[", "\n", "  \n").Replace(text)
}
