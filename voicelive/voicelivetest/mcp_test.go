package voicelivetest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestApproval(t *testing.T) {
	for approve, want := range map[bool][]string{
		true:  {"conversation.item.created", "response.mcp_call.in_progress", "response.mcp_call.completed", "response.output_item.done"},
		false: {"conversation.item.created", "response.mcp_call.failed", "response.output_item.done"},
	} {
		options := &voicelivetest.Options{Respond: voicelivetest.Say(voicelivetest.Answer{MCPCalls: []voicelivetest.MCPCall{{Server: "s", Tool: "t", Arguments: `{}`}}})}
		bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
			p := dial(t, srv)
			p.send(update(voicelive.RequestSession{Tools: []voicelive.Tool{&voicelive.MCPServer{ServerLabel: "s", ServerURL: "https://s.example"}}}))
			p.until("mcp_list_tools.completed")
			p.send(&voicelive.ClientEventResponseCreate{})
			events := p.until("response.done")
			item := of[*voicelive.ServerEventConversationItemCreated](t, events).Item
			p.send(&voicelive.ClientEventConversationItemCreate{Item: &voicelive.MCPApprovalResponseRequestItem{ApprovalRequestID: item.GetID(), Approve: approve}})
			if diff := cmp.Diff(want, types(p.until("response.output_item.done"))); diff != "" {
				t.Errorf("approve %v (-want +got):\n%s", approve, diff)
			}
		})
	}
}
