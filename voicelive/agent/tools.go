package agent

import (
	"errors"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

// direct does what a tool asked for, before the reply to it is asked for.
func (c *Conversation) direct(call tools.Call, directive any) {
	if c.link == nil || c.over {
		return
	}
	switch d := directive.(type) {
	case tools.EndCall:
		c.prepareEnding(ending{reason: EndedByTool, detail: d.Reason, reply: true})
	case tools.HandOff:
		c.handOff(call, d)
	case tools.Transfer:
		if _, ok := leg.As[leg.Transferer](c.leg); !ok {
			c.tell(fmt.Sprintf("The user could not be connected to %s: this line cannot transfer.", d.Target))
			return
		}
		c.prepareEnding(ending{reason: Transferred, detail: d.Target, reply: true, transfer: d.Target})
	}
}

// handOff changes the session. The reply waits for it.
func (c *Conversation) handOff(call tools.Call, d tools.HandOff) {
	if d.Session == nil {
		return
	}
	c.confirm(&voicelive.ClientEventSessionUpdate{Session: *d.Session}, "hand-off", func(err error) {
		if err != nil && c.link != nil {
			c.log.Warn("the service refused a hand-off", "tool", call.Name, "error", err)
			c.tell("The hand-off by " + call.Name + " failed. Go on as before.")
		}
	})
}

// tell tells the model something, as a message of the system.
func (c *Conversation) tell(text string) {
	if err := c.link.session.CreateItem(c.link.ctx, systemMessage(text)); err != nil {
		c.broke(err)
	}
}

func systemMessage(text string) *voicelive.SystemMessageItem {
	return &voicelive.SystemMessageItem{ID: new(newID("ag")), Content: []voicelive.MessageContentPart{&voicelive.InputTextContentPart{Text: text}}}
}

// mcpEnded notes a call of an MCP server that has ended, or a listing that failed.
func (c *Conversation) mcpEnded(call tools.MCPCall) {
	if s := c.swap; s != nil && errors.Is(call.Err, tools.ErrEnded) {
		if call.RequestID != "" && !call.Approved {
			s.gap.Denied = append(s.gap.Denied, call.RequestID)
		} else {
			s.gap.MCPLost = append(s.gap.MCPLost, call.ItemID)
		}
	}
	t := ToolCall{ID: call.ItemID, Server: call.Server, Name: call.Name, Arguments: call.Arguments, Outcome: tools.Confirmed, Ran: true}
	if call.Err != nil {
		t.Outcome, t.Error, t.Ran = tools.Refused, call.Err.Error(), false
	}
	c.report.Tools = append(c.report.Tools, t)
	c.log.Info("an MCP call has ended", "server", call.Server, "tool", call.Name, "approved", call.Approved, "error", call.Err)
}

// toolEnded notes a call that has ended.
func (c *Conversation) toolEnded(call tools.Call) {
	t := ToolCall{ID: call.ID, Name: call.Name, Arguments: call.Arguments, Output: call.Output, Outcome: call.Outcome, Ran: call.Ran, Duration: call.Duration}
	if call.Err != nil {
		t.Error = call.Err.Error()
	}
	c.report.Tools = append(c.report.Tools, t)
	c.log.Info("a tool call has ended", "tool", call.Name, "tool_call_id", call.ID, "outcome", call.Outcome, "ran", call.Ran, "duration", call.Duration)
	c.seen.ObserveToolEnd(c, call)
}
