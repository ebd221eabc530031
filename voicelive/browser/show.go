package browser

import (
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
)

// A View is what the page shows of the conversation. A field that is zero changes nothing.
type View struct {
	// Transcript are all entries of the conversation in their order, such as those of
	// transcript.Transcript.Entries. The page shows the messages of the user and of the assistant, as far as they
	// were heard, and of calls of tools the name and whether they have ended. It is told nothing of arguments, outputs,
	// messages of the system, and causes of failures. It is not retained.
	Transcript []transcript.Entry

	// Latency is that of the last turn: from the end of the user's speech until the user heard the assistant.
	Latency time.Duration

	// Notice is a sentence for the user, such as "Please hold the line". It is shown for 10 s.
	Notice string
}

// Show changes what the page shows. It does not wait: if the network is slow, the page gets the latest state.
func (c *Call) Show(v View) {
	var lines []line
	if v.Transcript != nil {
		lines = linesOf(v.Transcript)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why != "" {
		return
	}
	if v.Transcript != nil {
		c.view.lines, c.view.stale = lines, true
	}
	if v.Latency > 0 {
		c.view.latency = v.Latency
	}
	if v.Notice != "" {
		c.view.notice = v.Notice
	}
	signal(c.wake)
}

// A line is an entry of the transcript as the page has it.
type line struct {
	ID          string `json:"id"`
	After       string `json:"after,omitempty"` // the id of the line before
	Who         string `json:"who"`             // user, assistant or tool
	Text        string `json:"text"`            // or the name of the tool
	Pending     bool   `json:"pending,omitempty"`
	Interrupted bool   `json:"interrupted,omitempty"`
	Failed      bool   `json:"failed,omitempty"`
}

func linesOf(entries []transcript.Entry) []line {
	lines := []line{}
	after := ""
	for i := range entries {
		if l, ok := lineOf(&entries[i]); ok {
			l.After, after = after, l.ID
			lines = append(lines, l)
		}
	}
	return lines
}

func lineOf(e *transcript.Entry) (l line, ok bool) {
	l = line{ID: e.ID, Pending: e.Pending, Interrupted: e.Interrupted, Failed: e.Failed != ""}
	switch e.Type {
	case transcript.Message:
		l.Who, l.Text = e.Role, e.Said()
		return l, e.Role == transcript.User || e.Role == transcript.Assistant
	case transcript.FunctionCall, transcript.MCPCall:
		if e.Call == nil {
			return l, false
		}
		l.Who, l.Text = "tool", e.Call.Name
		l.Pending = e.Call.Output == nil && e.Failed == ""
		return l, true
	case transcript.Search:
		l.Who, l.Text = "tool", "search"
		return l, true
	}
	return l, false
}

// view is what the page is to show, and what it shows.
type view struct {
	lines   []line
	stale   bool // lines were not compared with shown yet
	shown   map[string]line
	latency time.Duration // not told yet
	notice  string        // not told yet
}

// next returns the next message for the page.
func (v *view) next() (m message, ok bool) {
	switch {
	case v.stale:
		v.stale = false
		if m, ok = v.difference(); ok {
			return m, true
		}
		return v.next()
	case v.latency > 0:
		m = message{Type: "latency", MS: v.latency.Milliseconds()}
		v.latency = 0
	case v.notice != "":
		m = message{Type: "notice", Text: v.notice}
		v.notice = ""
	default:
		return m, false
	}
	return m, true
}

// difference returns the lines that have changed, in their order.
func (v *view) difference() (message, bool) {
	m := message{Type: "lines"}
	now := make(map[string]line, len(v.lines))
	for _, l := range v.lines {
		now[l.ID] = l
		if v.shown[l.ID] != l {
			m.Lines = append(m.Lines, l)
		}
	}
	for id := range v.shown {
		if _, ok := now[id]; !ok {
			m.Removed = append(m.Removed, id)
		}
	}
	v.shown, v.lines = now, nil
	return m, m.Lines != nil || m.Removed != nil
}
