package transcript

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Limits bound the items for a new session. 0 is no limit. The oldest items are left out
// first; a call and its output stay together.
type Limits struct {
	Items  int
	Bytes  int // of text
	Tokens int // of text, estimated as a quarter of its bytes
}

// Restored is a conversation as items for a new session.
type Restored struct {
	// Items restore the conversation when they are created in this order. Each has an id that
	// is new, since the old session may go on.
	Items []voicelive.ConversationRequestItem

	// Omitted are the entries that are not among them.
	Omitted []Omission
}

// An Omission is an entry that is not restored in a new session.
type Omission struct {
	ID     string `json:"id"` // of the item
	Reason string `json:"reason"`
}

// cutMark ends the text of a message that the user interrupted.
const cutMark = " … [interrupted by the user]"

// Items returns the items that restore the conversation in a new session, in their order. If the transcript goes
// on with the events of that session, see [Transcript.Continue], it knows them again. Messages
// become text: those of the assistant as they were heard, marked where they were cut. Calls of
// functions keep their outputs. Calls of MCP servers and searches, which a client cannot create, become
// notes of the system.
func (t *Transcript) Items(l Limits) Restored {
	var r Restored
	var groups [][]voicelive.ConversationRequestItem // that stay together
	var ids []string                                 // of their entries
	prefix := newPrefix(restoring)
	seen := map[string]bool{}
	for i, e := range t.Entries() {
		mark := e.mark()
		if seen[mark] { // JSON that somebody else has written
			mark = fmt.Sprintf("%0*d", marked, i)
		}
		seen[mark] = true
		items, reason := restore(e, prefix+mark)
		if reason != "" {
			r.Omitted = append(r.Omitted, Omission{e.ID, reason})
			continue
		}
		groups, ids = append(groups, items), append(ids, e.ID)
	}
	first := firstThatFits(groups, l)
	for _, id := range ids[:first] {
		r.Omitted = append(r.Omitted, Omission{id, "beyond the limits"})
	}
	r.Items = slices.Concat(groups[first:]...)
	return r
}

// newPrefix returns the beginning of ids that are new.
func newPrefix(kind string) string { return kind + strings.ToLower(rand.Text()[:random]) }

// firstThatFits returns the first group that is told if the latest ones are.
func firstThatFits(groups [][]voicelive.ConversationRequestItem, l Limits) int {
	items, bytes := 0, 0
	for i, group := range slices.Backward(groups) {
		items += len(group)
		for _, item := range group {
			bytes += size(item)
		}
		if l.exceeded(items, bytes) {
			return i + 1
		}
	}
	return 0
}

// size returns the bytes of text of an item.
func size(item voicelive.ConversationRequestItem) int {
	switch i := item.(type) {
	case *voicelive.FunctionCallItem:
		return len(i.Name) + len(i.Arguments)
	case *voicelive.FunctionCallOutputItem:
		return len(i.Output)
	case *voicelive.UserMessageItem:
		return sizeOf(i.Content)
	case *voicelive.AssistantMessageItem:
		return sizeOf(i.Content)
	case *voicelive.SystemMessageItem:
		return sizeOf(i.Content)
	}
	return 0
}

func sizeOf(content []voicelive.MessageContentPart) (n int) {
	for _, c := range content {
		switch c := c.(type) {
		case *voicelive.InputTextContentPart:
			n += len(c.Text)
		case *voicelive.OutputTextContentPart:
			n += len(c.Text)
		}
	}
	return n
}

// restore returns the items that stand for an entry, or why there are none.
func restore(e Entry, id string) (items []voicelive.ConversationRequestItem, reason string) {
	one := func(item voicelive.ConversationRequestItem) ([]voicelive.ConversationRequestItem, string) {
		return []voicelive.ConversationRequestItem{item}, ""
	}
	switch e.Type {
	case Message:
		text := e.Said()
		switch {
		case text == "" && e.Interrupted:
			return nil, "not heard"
		case text == "" && e.Role == User && e.Audio:
			return nil, "not transcribed"
		case text == "":
			return nil, "without text"
		}
		switch e.Role {
		case User:
			return one(&voicelive.UserMessageItem{ID: &id, Content: input(text)})
		case System:
			return one(&voicelive.SystemMessageItem{ID: &id, Content: input(text)})
		}
		if e.Interrupted {
			text += cutMark
		}
		return one(&voicelive.AssistantMessageItem{ID: &id, Content: []voicelive.MessageContentPart{&voicelive.OutputTextContentPart{Text: text}}})
	case FunctionCall:
		switch {
		case e.Call.Name == "":
			return nil, "an output without its call"
		case e.Call.Output == nil:
			return nil, "a call without output"
		}
		return []voicelive.ConversationRequestItem{
			&voicelive.FunctionCallItem{ID: &id, CallID: e.Call.ID, Name: e.Call.Name, Arguments: cmp.Or(e.Call.Arguments, "{}")},
			&voicelive.FunctionCallOutputItem{ID: new(id + "o"), CallID: e.Call.ID, Output: *e.Call.Output},
		}, ""
	case MCPCall, Search, MCPApproval:
		return one(&voicelive.SystemMessageItem{ID: &id, Content: input(e.line())})
	}
	return nil, "the service makes it again"
}

func input(text string) []voicelive.MessageContentPart {
	return []voicelive.MessageContentPart{&voicelive.InputTextContentPart{Text: text}}
}

// Digest returns one message of the system that summarizes the conversation. Restored messages of the
// assistant can make a model write where it should speak; a digest does not. It is nil for an empty
// conversation.
func (t *Transcript) Digest(l Limits) *voicelive.SystemMessageItem {
	limit := l.Bytes
	if l.Tokens > 0 && (limit == 0 || 4*l.Tokens < limit) {
		limit = 4 * l.Tokens
	}
	var lines []string
	total := 0
	for _, e := range slices.Backward(t.Entries()) {
		line := e.line()
		if line == "" {
			continue
		}
		total += len(line) + 1
		if l.Items > 0 && len(lines) == l.Items || limit > 0 && total > limit {
			lines = append(lines, "(The beginning is left out.)")
			break
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil
	}
	slices.Reverse(lines)
	id := newPrefix(telling) + strings.Repeat("0", marked)
	text := "The conversation so far, which goes on now. Do not greet again.\n" + strings.Join(lines, "\n")
	return &voicelive.SystemMessageItem{ID: &id, Content: input(text)}
}

// Excess returns the ids of the oldest items that must be deleted for the rest of a live session to fit,
// to be sent as conversation.item.delete. A call is deleted with its output, a request for an approval with
// the decision. What is not complete stays, such as a call without an output, and so do the lists of MCP tools.
func (t *Transcript) Excess(l Limits) (ids []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	replies := map[string][]string{} // to a call or a request
	for _, n := range t.chain.order[t.chain.old:] {
		if n.joined {
			replies[n.repliesTo] = append(replies[n.repliesTo], n.ID)
		}
	}
	var candidates [][]string
	var sizes []int
	items, bytes := 0, 0
	for i, n := range t.chain.order {
		e := n.snapshot()
		of := n.live
		if i >= t.chain.old {
			of = append([]string{e.ID}, replies[e.repliedBy()]...)
		}
		switch size := e.size(); {
		case n.joined || len(of) == 0:
		case e.incomplete() || e.Type == MCPTools:
			items, bytes = items+len(of), bytes+size
		default:
			candidates, sizes = append(candidates, of), append(sizes, size)
		}
	}
	fits := len(candidates)
	for ; fits > 0; fits-- {
		items, bytes = items+len(candidates[fits-1]), bytes+sizes[fits-1]
		if l.exceeded(items, bytes) {
			break
		}
	}
	return slices.Concat(candidates[:fits]...)
}

func (l Limits) exceeded(items, bytes int) bool {
	return l.Items > 0 && items > l.Items || l.Bytes > 0 && bytes > l.Bytes || l.Tokens > 0 && bytes > 4*l.Tokens
}

// repliedBy returns what the items that reply to an entry name: its call_id, or its id.
func (e *Entry) repliedBy() string {
	if e.Type == FunctionCall {
		return e.Call.ID
	}
	return e.ID
}

// size returns the bytes of text of an entry.
func (e *Entry) size() int {
	n := len(e.Text)
	if e.Call != nil {
		n += len(e.Call.Name) + len(e.Call.Arguments) + len(deref(e.Call.Output))
	}
	if e.Approval != nil {
		n += len(e.Approval.Name) + len(e.Approval.Arguments)
	}
	return n
}

// incomplete reports whether something is to come that belongs to an entry.
func (e *Entry) incomplete() bool {
	switch e.Type {
	case FunctionCall, MCPCall:
		return e.Call.Output == nil && e.Failed == ""
	case MCPApproval:
		return e.Approval.Approved == nil
	}
	return e.Pending
}

// line tells of an entry in one line; empty if there is nothing to tell. Nobody can begin a line with what somebody
// else is to have said.
func (e *Entry) line() string {
	return strings.Join(strings.FieldsFunc(e.told(), func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}

func (e *Entry) told() string {
	switch e.Type {
	case Message:
		text := e.Said()
		if text == "" {
			return ""
		}
		if e.Interrupted {
			text += cutMark
		}
		return name(e.Role) + ": " + text
	case FunctionCall, MCPCall:
		what := "Function"
		if e.Type == MCPCall {
			what = "Tool of " + e.Call.Server
		}
		line := fmt.Sprintf("%s: %s(%s)", what, e.Call.Name, e.Call.Arguments)
		switch {
		case e.Failed != "":
			line += " failed"
		case e.Call.Output != nil:
			line += " = " + *e.Call.Output
		}
		return line
	case MCPApproval:
		if e.Approval.Approved == nil {
			return ""
		}
		verdict := "approved"
		if !*e.Approval.Approved {
			verdict = "denied"
		}
		return fmt.Sprintf("The call of %s of %s was %s", e.Approval.Name, e.Approval.Server, verdict)
	case Search:
		return "Search: " + e.Text
	}
	return ""
}

func name(role string) string {
	if role == "" {
		return "Unknown"
	}
	return strings.ToUpper(role[:1]) + role[1:]
}
