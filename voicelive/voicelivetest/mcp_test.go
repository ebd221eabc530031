package voicelivetest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestApproval(t *testing.T) {
	for approve, want := range map[bool][]string{
		true:  {"conversation.item.created", "response.mcp_call.in_progress", "response.mcp_call.completed", "response.output_item.done"},
		false: {"conversation.item.created", "response.mcp_call.failed", "response.output_item.done"},
	} {
		options := &voicelivetest.Options{Respond: voicelivetest.Always(voicelivetest.Response{MCPCalls: []voicelivetest.MCPCall{{Server: "s", Tool: "t", Arguments: `{}`}}})}
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

// A call of a tool waits until the tools of its server are listed, and fails if they cannot be.
func TestToolsAreListedBeforeTheyAreCalled(t *testing.T) {
	for _, tt := range []struct {
		server voicelivetest.MCPServer
		want   []string
	}{
		{voicelivetest.MCPServer{Latency: 3 * time.Second}, []string{"mcp_list_tools.completed", "response.mcp_call.in_progress", "response.mcp_call.completed"}},
		{voicelivetest.MCPServer{Latency: 3 * time.Second, Unlisted: true}, []string{"mcp_list_tools.failed", "response.mcp_call.in_progress", "response.mcp_call.failed"}},
	} {
		options := &voicelivetest.Options{
			MCP:     map[string]voicelivetest.MCPServer{"s": tt.server},
			Respond: voicelivetest.Always(voicelivetest.Response{MCPCalls: []voicelivetest.MCPCall{{Server: "s", Tool: "t", Arguments: `{}`}}}),
		}
		bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
			p := dial(t, srv)
			never := voicelive.MCPApprovalTypeNever
			p.send(update(voicelive.RequestSession{Tools: []voicelive.Tool{&voicelive.MCPServer{ServerLabel: "s", ServerURL: "https://s.example", RequireApproval: never}}}))
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.mcp_call_arguments.done")
			if diff := cmp.Diff(tt.want, types(p.until("response.output_item.done"))[:3]); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}
