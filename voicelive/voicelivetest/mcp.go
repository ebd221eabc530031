package voicelivetest

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// MCPServer simulates an MCP server that sessions name in their tools.
type MCPServer struct {
	// Tools are the tools that the server lists. Nil lists those that the session allows.
	Tools []voicelive.MCPTool
	// Unlisted makes the listing fail.
	Unlisted bool
	// Latency passes before a listing or a call is completed.
	Latency time.Duration
	// Call runs a tool, with the rules of a [Responder]. Nil returns the arguments. An error fails the call.
	Call func(tool, arguments string) (output string, err error)
}

// MCPCall is a call of a tool of an MCP server. Arguments is JSON text.
type MCPCall struct {
	Server, Tool, Arguments string
}

// mcpCall is a call on its way.
type mcpCall struct {
	MCPCall
	s         *Session
	item      *item
	id        string
	index     int // in the response
	response  string
	request   string
	arguments string
}

// listTools lists the tools of a server that a session has got.
func (s *Session) listTools(server *voicelive.MCPServer) {
	simulated := s.srv.options.MCP[server.ServerLabel]
	id := s.id("item")
	s.listed[server.ServerLabel] = time.Now().Add(simulated.Latency)
	list := func(tools []voicelive.MCPTool) *voicelive.ResponseMCPListToolItem {
		return &voicelive.ResponseMCPListToolItem{
			ID: &id, Object: voicelive.ResponseItemObjectRealtimeItem, Tools: tools, ServerLabel: server.ServerLabel,
		}
	}
	i := &item{value: list([]voicelive.MCPTool{})}
	s.add(i, len(s.conversation.items))
	s.emit(&voicelive.ServerEventMCPListToolsInProgress{ItemID: id})
	s.after(simulated.Latency, func() {
		if simulated.Unlisted {
			i.emit(s, &voicelive.ServerEventMCPListToolsFailed{ItemID: id})
			return
		}
		i.value = list(tools(simulated, server))
		i.emit(s, &voicelive.ServerEventMCPListToolsCompleted{ItemID: id})
	})
}

// tools returns the tools that a server lists and the session allows.
func tools(simulated MCPServer, server *voicelive.MCPServer) []voicelive.MCPTool {
	schema := voicelive.JSONSchema(`{"type":"object"}`)
	list := []voicelive.MCPTool{}
	if simulated.Tools == nil {
		for _, name := range server.AllowedTools {
			list = append(list, voicelive.MCPTool{Name: name, InputSchema: schema})
		}
		return list
	}
	for _, tool := range simulated.Tools {
		if server.AllowedTools == nil || slices.Contains(server.AllowedTools, tool.Name) {
			if tool.InputSchema == nil {
				tool.InputSchema = schema
			}
			list = append(list, tool)
		}
	}
	return list
}

// callMCP makes a call within the response, or asks for the approval of one that comes after it.
func (r *response) callMCP(c MCPCall) {
	s := r.s
	call := &mcpCall{MCPCall: c, s: s, id: s.id("item"), response: r.id}
	call.item, call.index = r.begin(call.value())
	call.arguments = r.stream(call.item, c.Arguments, func(delta string) {
		call.item.emit(s, &voicelive.ServerEventResponseMCPCallArgumentsDelta{ResponseID: r.id, ItemID: call.id, OutputIndex: call.index, Delta: delta})
	})
	call.item.emit(s, &voicelive.ServerEventResponseMCPCallArgumentsDone{ResponseID: r.id, ItemID: call.id, OutputIndex: call.index, Arguments: &call.arguments})
	call.item.value = call.value()
	if r.cut || call.item.deleted || !r.untilListed(c.Server) {
		return
	}
	if s.needsApproval(c) {
		call.ask()
		return
	}
	call.run(func(finish func()) {
		r.wait(s.srv.options.MCP[c.Server].Latency)
		finish()
	})
}

// untilListed waits until a server's tools have been listed. It reports whether the response goes on.
func (r *response) untilListed(server string) bool {
	if wait := r.s.listed[server].Sub(r.due); wait > 0 {
		return r.pause(wait)
	}
	return !r.cut
}

// value is the call's item so far.
func (c *mcpCall) value() *voicelive.ResponseMCPCallItem {
	v := &voicelive.ResponseMCPCallItem{
		ID: &c.id, Object: voicelive.ResponseItemObjectRealtimeItem, Arguments: c.arguments, ServerLabel: c.Server, Name: c.Tool,
	}
	if c.request != "" {
		v.ApprovalRequestID = &c.request
	}
	return v
}

// needsApproval reports whether the session's tools require approval of a call. The default is true.
func (s *Session) needsApproval(c MCPCall) bool {
	for _, tool := range s.config.view.Tools {
		server, ok := tool.(*voicelive.MCPServer)
		if !ok || server.ServerLabel != c.Server {
			continue
		}
		switch rule := server.RequireApproval.(type) {
		case voicelive.MCPApprovalType:
			return rule != voicelive.MCPApprovalTypeNever
		case voicelive.MCPApprovalByTool:
			return !slices.Contains(rule[string(voicelive.MCPApprovalTypeNever)], c.Tool)
		}
	}
	return true
}

// ask asks the client to approve the call.
func (c *mcpCall) ask() {
	c.request = c.s.id("mcpr")
	c.item.value = c.value()
	c.s.approvals[c.request] = c
	c.s.add(&item{value: &voicelive.ResponseMCPApprovalRequestItem{
		ID: &c.request, Object: voicelive.ResponseItemObjectRealtimeItem, Arguments: &c.arguments, Name: c.Tool, ServerLabel: c.Server,
	}}, len(c.s.conversation.items))
}

// approve goes on with a call that the client has decided about.
func (s *Session) approve(e *voicelive.MCPApprovalResponseRequestItem) {
	call := s.approvals[e.ApprovalRequestID]
	delete(s.approvals, e.ApprovalRequestID)
	if !e.Approve {
		call.finish(nil, encode(object{"type": "approval_denied", "message": "The client did not approve the call"}))
		return
	}
	call.run(func(finish func()) { s.after(s.srv.options.MCP[call.Server].Latency, finish) })
}

// run makes the call; later decides when it is finished.
func (c *mcpCall) run(later func(finish func())) {
	c.item.emit(c.s, &voicelive.ServerEventResponseMCPCallInProgress{ItemID: c.id, OutputIndex: c.index})
	later(func() {
		if c.s.srv.options.MCP[c.Server].Unlisted {
			c.finish(nil, encode(object{"type": "tool_execution_error", "message": "The tools of the server could not be listed"}))
			return
		}
		call := c.s.srv.options.MCP[c.Server].Call
		if call == nil {
			call = func(_, arguments string) (string, error) { return arguments, nil }
		}
		output, err := call(c.Tool, c.arguments)
		if err != nil {
			c.finish(nil, encode(object{"type": "tool_execution_error", "message": err.Error()}))
			return
		}
		c.finish(&output, nil)
	})
}

// finish sends the result of the call. The events have no response_id, and may come long after response.done.
func (c *mcpCall) finish(output *string, failure json.RawMessage) {
	value := c.value()
	value.Output, value.Error = output, voicelive.ErrorPayload(failure)
	c.item.value = value
	if failure != nil {
		c.item.emit(c.s, &voicelive.ServerEventResponseMCPCallFailed{ItemID: c.id, OutputIndex: c.index})
	} else {
		c.item.emit(c.s, &voicelive.ServerEventResponseMCPCallCompleted{ItemID: c.id, OutputIndex: c.index})
	}
	c.item.emit(c.s, &voicelive.ServerEventResponseOutputItemDone{ResponseID: c.response, OutputIndex: c.index, Item: value})
}
