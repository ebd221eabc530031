package transcript

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// text changes the text of a message of the assistant.
func (t *Transcript) text(now time.Time, item, response string, index int, audio bool, change func(*part)) {
	n := t.ofResponse(now, item, response)
	if n == nil {
		return
	}
	n.Role = cmp.Or(n.Role, Assistant)
	p := n.part(index)
	p.audio = p.audio || audio
	change(p)
}

// userText changes the transcription of what the user said.
func (t *Transcript) userText(now time.Time, item string, index int, change func(*part)) *node {
	n := t.chain.node(now, item)
	if n == nil {
		return nil
	}
	n.Role = User
	p := n.part(index)
	p.audio = true
	change(p)
	if p.done {
		n.Ended = now
	}
	t.touch(n)
	return n
}

// ofResponse returns an item of a response, which may be new.
func (t *Transcript) ofResponse(now time.Time, item, response string) *node {
	n := t.chain.node(now, item)
	if n != nil {
		n.ResponseID = cmp.Or(n.ResponseID, response)
		t.touch(n)
	}
	return n
}

// content takes a content part. Its text counts if it is complete.
func (t *Transcript) content(now time.Time, item, response string, index int, content voicelive.ContentPart, done bool) {
	t.text(now, item, response, index, false, func(p *part) {
		text, audio := textOf(content)
		p.audio = p.audio || audio
		if done {
			p.set(text)
		}
	})
}

// textOf returns the text of a content part, and whether it is spoken.
func textOf(content voicelive.ContentPart) (text string, audio bool) {
	switch c := content.(type) {
	case *voicelive.RequestTextContentPart:
		return c.GetText(), false
	case *voicelive.ResponseTextContentPart:
		return c.GetText(), false
	case *voicelive.RequestAudioContentPart:
		return deref(c.Transcript), true
	case *voicelive.ResponseAudioContentPart:
		return deref(c.Transcript), true
	case *voicelive.RequestImageContentPart:
		return "[image]", false
	}
	return "", false
}

// close notes that the service has completed an item.
func (n *node) close(now time.Time) {
	if n != nil && !n.closed {
		n.closed, n.Ended = true, now
	}
}

// item takes a copy of an item.
func (t *Transcript) item(now time.Time, item voicelive.ResponseItem, response string) *node {
	if item == nil {
		return nil
	}
	n := t.ofResponse(now, item.GetID(), response)
	if n == nil {
		return nil
	}
	switch i := item.(type) {
	case *voicelive.ResponseMessageItem:
		t.message(now, n, i)
	case *voicelive.ResponseFunctionCallItem:
		n.Type = FunctionCall
		c := n.call()
		c.ID, c.Name = i.CallID, cmp.Or(i.Name, c.Name)
		c.Arguments = cmp.Or(i.Arguments, c.Arguments)
		if i.Status == voicelive.ResponseItemStatusCompleted {
			n.close(now)
		}
	case *voicelive.ResponseMCPCallItem:
		n.Type = MCPCall
		c := n.call()
		c.Server, c.Name, c.Arguments = i.ServerLabel, i.Name, cmp.Or(i.Arguments, c.Arguments)
		if i.Output != nil {
			c.Output = new(*i.Output)
		}
		if i.Error != nil {
			n.Failed = "the MCP call failed"
		}
	case *voicelive.ResponseMCPApprovalRequestItem:
		n.Type = MCPApproval
		if n.Approval == nil {
			n.Approval = &Approval{}
		}
		n.Approval.Server, n.Approval.Name, n.Approval.Arguments = i.ServerLabel, i.Name, deref(i.Arguments)
	case *voicelive.ResponseFunctionCallOutputItem:
		n.Type, n.repliesTo = FunctionCall, i.CallID
		n.close(now)
		n.Call = &Call{ID: i.CallID, Output: new(i.Output), OutputID: n.ID}
	case *voicelive.ResponseMCPApprovalResponseItem:
		n.Type, n.repliesTo = MCPApproval, i.ApprovalRequestID
		n.close(now)
		n.Approval = &Approval{Approved: new(i.Approve)}
	case *voicelive.ResponseMCPListToolItem:
		n.Type, n.Text = MCPTools, toolsText(i)
	case *voicelive.ResponseWebSearchCallItem:
		n.Type, n.Text = Search, "the web was searched"
	case *voicelive.ResponseFileSearchCallItem:
		n.Type, n.Text = Search, "files were searched for "+strings.Join(i.Queries, ", ")
	default:
		n.Type = Other
	}
	return n
}

func (n *node) call() *Call {
	if n.Call == nil {
		n.Call = &Call{}
	}
	return n.Call
}

func toolsText(i *voicelive.ResponseMCPListToolItem) string {
	names := make([]string, len(i.Tools))
	for k := range i.Tools {
		names[k] = i.Tools[k].Name
	}
	return "tools of " + i.ServerLabel + ": " + strings.Join(names, ", ")
}

func (t *Transcript) message(now time.Time, n *node, i *voicelive.ResponseMessageItem) {
	n.Type, n.Role = Message, cmp.Or(string(i.Role), n.Role)
	for index, content := range i.Content {
		text, audio := textOf(content)
		p := n.part(index)
		p.audio = p.audio || audio
		if text != "" && !p.done {
			p.set(text)
		}
	}
	switch {
	case n.Role != Assistant:
		n.close(now) // what is said of it later is its transcription
	case i.Status == voicelive.ResponseItemStatusCompleted, i.Status == voicelive.ResponseItemStatusIncomplete:
		n.close(now)
	}
}

// join gives the outputs of functions, and decisions about approvals, to the entries that they
// belong to, as soon as both are known.
func (t *Transcript) join(now time.Time) {
	for _, n := range t.chain.order {
		if n.repliesTo == "" || n.joined {
			continue
		}
		for _, to := range slices.Backward(t.chain.order) { // call_ids of a session before may be the same
			switch {
			case to.repliesTo != "" || to.Type != n.Type:
				continue
			case n.Type == FunctionCall && to.Call.ID == n.repliesTo:
				to.Call.Output, to.Call.OutputID = n.Call.Output, n.ID
			case n.Type == MCPApproval && to.ID == n.repliesTo:
				to.Approval.Approved = n.Approval.Approved
			default:
				continue
			}
			n.joined, to.Ended = true, now
			t.touch(to)
		}
	}
}
