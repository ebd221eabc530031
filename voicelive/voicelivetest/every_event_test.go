package voicelivetest_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var accept = flag.Bool("update", false, "accept which events of the API the simulator does not send")

// A scenario is what a client does.
type scenario struct {
	name    string
	options voicelivetest.Options
	path    string // of the endpoint; "" is that of a session
	act     func(p *peer)
}

// scenarios make the service send every event that it has, without Inject. The tests of features add theirs.
var scenarios = []scenario{
	{
		name:    "text, a warning, an annotation of nothing, and items",
		options: voicelivetest.Options{Respond: voicelivetest.Always(voicelivetest.Response{Text: "Hi.", Warning: "careful"})},
		act: func(p *peer) {
			p.send(update(voicelive.RequestSession{Modalities: []voicelive.Modality{voicelive.ModalityText}}))
			p.send(userText("Hello"), &voicelive.ClientEventResponseCreate{})
			p.until("response.done")
			p.send(&voicelive.ClientEventConversationItemRetrieve{ItemID: "item_1"}, &voicelive.ClientEventConversationItemDelete{ItemID: "item_1"})
			p.until("conversation.item.deleted")
			p.send(&voicelive.ClientEventConversationItemDelete{ItemID: "item_1"})
			p.until("error")
		},
	},
	{
		name: "speech with everything beside it, and truncation",
		options: voicelivetest.Options{Respond: voicelivetest.Always(voicelivetest.Response{
			Text: "It is sunny.", Annotations: []json.RawMessage{json.RawMessage(`{"type":"url_citation","url":"https://weather.example"}`)},
			Searches: []voicelivetest.Search{{Queries: []string{"weather"}}, {Files: true, Queries: []string{"roof"}}},
		})},
		act: func(p *peer) {
			p.send(update(voicelive.RequestSession{
				InputAudioTranscription:   voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: "azure-speech"}),
				OutputAudioTimestampTypes: []voicelive.AudioTimestampType{"word"},
			}))
			p.say(24000, tone(24000, time.Second), silence(24000, time.Second))
			p.until("response.done")
			p.send(&voicelive.ClientEventInputAudioBufferClear{})
			p.send(&voicelive.ClientEventConversationItemTruncate{ItemID: "item_4", AudioEndMS: 100})
			p.until("conversation.item.truncated")
		},
	},
	{
		name:    "a transcription that fails",
		options: voicelivetest.Options{Hear: func(voicelivetest.Utterance) voicelivetest.Hearing { return voicelivetest.Hearing{Failed: "too quiet"} }},
		act: func(p *peer) {
			p.send(update(voicelive.RequestSession{
				TurnDetection:           voicelive.NullTurnDetection{},
				InputAudioTranscription: voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: "azure-speech"}),
			}))
			p.send(&voicelive.ClientEventInputAudioBufferAppend{Audio: tone(24000, time.Second)}, &voicelive.ClientEventInputAudioBufferCommit{})
			p.until("conversation.item.input_audio_transcription.failed")
		},
	},
	{
		name:    "a function call",
		options: voicelivetest.Options{Respond: voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "f", Arguments: `{"x":"a long argument"}`}}})},
		act: func(p *peer) {
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.done")
		},
	},
	{
		name: "MCP servers",
		options: voicelivetest.Options{
			MCP: map[string]voicelivetest.MCPServer{
				"gone": {Unlisted: true},
				"bad":  {Call: func(string, string) (string, error) { return "", errors.New("no luck") }},
			},
			Respond: voicelivetest.Always(voicelivetest.Response{MCPCalls: []voicelivetest.MCPCall{
				{Server: "good", Tool: "t", Arguments: `{"q":"a question"}`}, {Server: "bad", Tool: "t", Arguments: `{}`},
			}}),
		},
		act: func(p *peer) {
			never := voicelive.MCPApprovalTypeNever
			p.send(update(voicelive.RequestSession{Tools: []voicelive.Tool{
				&voicelive.MCPServer{ServerLabel: "good", ServerURL: "https://good.example", AllowedTools: []string{"t"}, RequireApproval: never},
				&voicelive.MCPServer{ServerLabel: "bad", ServerURL: "https://bad.example", RequireApproval: never},
				&voicelive.MCPServer{ServerLabel: "gone", ServerURL: "https://gone.example"},
			}}))
			p.until("mcp_list_tools.failed")
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.done")
		},
	},
}

func TestEveryServerEvent(t *testing.T) {
	seen := map[voicelive.ServerEventType]bool{}
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			bubble(t, &s.options, func(t *testing.T, srv *voicelivetest.Server) {
				target := cmp.Or(s.path, "/voice-live/realtime") + "?api-version=" + voicelive.APIVersion + "&model=gpt-realtime"
				p, _, err := tryDial(t, srv, target, http.Header{"Api-Key": {"k"}})
				if err != nil {
					t.Fatal(err)
				}
				s.act(p)
				for i, sent := range srv.Session(0).Sent() {
					seen[sent.Type] = true
					checkShape(t, i, sent)
				}
			})
		})
	}
	var missing strings.Builder
	for _, known := range voicelive.ServerEventType("").Values() {
		if !seen[known] {
			missing.WriteString(string(known) + "\n")
		}
	}
	const golden = "testdata/not-simulated.txt"
	if *accept {
		if err := os.WriteFile(golden, []byte(missing.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), missing.String()); diff != "" {
		t.Errorf("the events that no scenario produces are not those of %s (-was +is): add them to the simulator, or accept it with -update\n%s", golden, diff)
	}
}

// checkShape holds an event to what the generated codec says of its type: nothing that is required is missing, nothing
// has a type of its own, and encoding it again is the same.
func checkShape(t *testing.T, i int, sent voicelivetest.Sent) {
	t.Helper()
	event, err := voicelive.UnmarshalServerEvent(sent.Raw)
	if err != nil {
		t.Errorf("event %d: %v", i, err)
		return
	}
	if event.GetEventID() != sent.ID || event.EventType() != sent.Type {
		t.Errorf("event %d is %s %s, and recorded as %s %s", i, event.EventType(), event.GetEventID(), sent.Type, sent.ID)
	}
	again, err := event.MarshalJSON()
	if err != nil {
		t.Errorf("event %d: %v", i, err)
	}
	var got, want any
	if json.Unmarshal(again, &got) != nil || json.Unmarshal(sent.Raw, &want) != nil || !gocmp.Equal(got, want) {
		t.Errorf("event %d does not survive the codec: %s", i, gocmp.Diff(want, got))
	}
}
