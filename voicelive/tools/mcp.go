package tools

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// An MCPCall is a call of a tool of an MCP server, which the service makes, or a request to approve
// one.
type MCPCall struct {
	ItemID    string // of the mcp_call item; of the mcp_list_tools item if a listing failed
	RequestID string // of the approval request; empty if none was needed
	Server    string // server_label
	Name      string // of the tool
	Arguments string // JSON, as the model wrote it
	Approved  bool
	Err       error // why the call or the listing failed; nil if it did not
}

// An Approver decides whether the service may make a call. ctx ends with
// [RunnerOptions.ApproveTimeout], which denies it.
type Approver func(ctx context.Context, call MCPCall) bool

var (
	errMCPFailed = errors.New("the MCP call failed")
	errListing   = errors.New("the tools of the MCP server could not be listed")
	errDenied    = errors.New("the MCP call was not approved")
	errMCPLate   = errors.New("the MCP call did not end")
)

// ErrEnded is the error of an MCPCall whose session ended before it, or before it was approved.
var ErrEnded = errors.New("tools: the session ended before the MCP call")

// mcpLimit is how long a call of an MCP server may take.
const mcpLimit = time.Minute

// An mcpCall is an MCPCall on its way. Before the service has made an item of it, it is known
// by its approval request alone.
type mcpCall struct {
	MCPCall
	asks     bool // the approval is not decided
	ended    bool
	deadline time.Time
	cancel   context.CancelFunc // ends the context of Approve; nil without one
}

// over reports whether the call has ended, and nobody waits for a decision. Both are needed: calls of one tool can
// be taken for one another.
func (c *mcpCall) over() bool { return c.ended && !c.asks }

// mcpItem takes an mcp_call item.
func (m *machine) mcpItem(now time.Time, response string, item *voicelive.ResponseMCPCallItem) {
	if slices.Contains(m.ignored, response) {
		return
	}
	id := deref(item.ID)
	c := m.mcpOf(func(c *mcpCall) bool { return c.ItemID == id })
	if c == nil {
		request := deref(item.ApprovalRequestID)
		c = m.mcpOf(func(c *mcpCall) bool {
			return c.ItemID == "" && !c.ended && (c.RequestID == request || request == "" && c.Server == item.ServerLabel && c.Name == item.Name)
		})
	}
	if c == nil && item.ApprovalRequestID != nil && slices.Contains(m.seen, *item.ApprovalRequestID) {
		return // it was denied, or came to an end long ago
	}
	if c == nil {
		g := m.find(response)
		if g == nil || g.asked {
			if g = m.group(now, response); g.asked {
				return
			}
		}
		c = &mcpCall{MCPCall: MCPCall{Server: item.ServerLabel, Name: item.Name}, deadline: now.Add(mcpLimit)}
		g.mcp = append(g.mcp, c)
	}
	c.ItemID = id
	if item.Arguments != "" {
		c.Arguments = item.Arguments
	}
	switch {
	case item.Error != nil:
		m.mcpEnded(id, errMCPFailed)
	case item.Output != nil:
		m.mcpEnded(id, nil)
	}
}

func (m *machine) mcpOf(is func(*mcpCall) bool) *mcpCall {
	for _, g := range slices.Backward(m.groups) {
		if i := slices.IndexFunc(g.mcp, is); i >= 0 {
			return g.mcp[i]
		}
	}
	return nil
}

// mcpStarted notes that a call is made. Its item may not have been seen.
func (m *machine) mcpStarted(now time.Time, item string) {
	c := m.mcpOf(func(c *mcpCall) bool { return c.ItemID == item })
	if c == nil {
		c = m.mcpOf(func(c *mcpCall) bool { return c.ItemID == "" && !c.ended && c.Approved })
	}
	if c != nil {
		c.ItemID, c.deadline = item, now.Add(mcpLimit)
	}
}

// A listing is that of the tools of an MCP server.
type listing struct{ item, server string }

func (m *machine) listingFailed(item string) {
	c := MCPCall{ItemID: item, Err: errListing}
	for _, l := range m.listings {
		if l.item == item {
			c.Server = l.server
		}
	}
	m.tellMCP(c)
}

func (m *machine) mcpEnded(item string, err error) {
	if c := m.mcpOf(func(c *mcpCall) bool { return c.ItemID == item }); c != nil {
		m.endMCP(c, err)
	}
}

func (m *machine) endMCP(c *mcpCall, err error) {
	if c.ended {
		return
	}
	c.ended, c.Err = true, err
	m.tellMCP(c.MCPCall)
}

func (m *machine) tellMCP(c MCPCall) {
	if m.options.MCP != nil {
		m.out = append(m.out, action{tell: func() { m.options.MCP(c) }})
	}
}

// approvalRequest asks the application, once.
func (m *machine) approvalRequest(now time.Time, response string, item *voicelive.ResponseMCPApprovalRequestItem) {
	id := deref(item.ID)
	if id == "" || slices.Contains(m.ignored, response) || slices.Contains(m.seen, id) {
		return
	}
	m.seen = remember(m.seen, id)
	c := m.mcpOf(func(c *mcpCall) bool {
		return c.RequestID == "" && !c.ended && c.Server == item.ServerLabel && c.Name == item.Name
	})
	if c == nil {
		c = &mcpCall{MCPCall: MCPCall{Server: item.ServerLabel, Name: item.Name}}
		g := m.group(now, response)
		g.mcp = append(g.mcp, c)
	}
	c.RequestID, c.asks = id, true
	if item.Arguments != nil {
		c.Arguments = *item.Arguments
	}
	c.deadline = now.Add(m.options.ApproveTimeout)
	if m.options.Approve == nil {
		m.decided(now, c, false)
		return
	}
	m.out = append(m.out, action{approve: c})
}

// decided sends a decision. Without one in time the call is denied.
func (m *machine) decided(now time.Time, c *mcpCall, approved bool) {
	if !c.asks {
		return
	}
	c.asks, c.Approved, c.deadline = false, approved, now.Add(mcpLimit)
	m.out = append(m.out, action{settled: c}, action{event: &voicelive.ClientEventConversationItemCreate{
		EventID: new(m.key("ev")),
		Item:    &voicelive.MCPApprovalResponseRequestItem{ApprovalRequestID: c.RequestID, Approve: approved},
	}})
	if !approved {
		m.endMCP(c, errDenied)
	}
}

func (m *machine) tickMCP(now time.Time, c *mcpCall) {
	switch {
	case c.over() || now.Before(c.deadline):
	case c.asks:
		m.decided(now, c, false)
	default:
		m.endMCP(c, errMCPLate)
	}
}

// abandonMCP ends the calls of a response that was interrupted. Approvals are still decided.
func (m *machine) abandonMCP(g *group) {
	for _, c := range g.mcp {
		if !c.asks && !c.Approved {
			m.endMCP(c, errInterrupted)
		}
	}
}
