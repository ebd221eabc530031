package voicelivetest_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/race"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var schedules = flag.Uint64("schedules", uint64(race.Rounds(20)), "how many random schedules TestRandomSchedules runs")

// Whatever a client does, and whatever a service may be like, what the simulator says is consistent.
func TestRandomSchedules(t *testing.T) {
	for seed := range *schedules {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			bubble(t, randomOptions(r), func(t *testing.T, srv *voicelivetest.Server) {
				p := dial(t, srv)
				p.send(update(randomSession(r)))
				c := &randomClient{r: r, p: p, s: srv.Session(0), audio: r.IntN(2) == 0}
				for range 60 {
					c.act()
					time.Sleep(time.Duration(r.ExpFloat64() * float64(300*time.Millisecond)))
					c.learn()
				}
				time.Sleep(5 * time.Minute)
				c.learn()
				v := verdict{t: t, items: map[string]bool{}, gone: map[string]bool{}, calls: map[string]bool{}, running: map[string]bool{}, audio: map[string]int{}, listed: map[string]bool{}}
				for i, sent := range srv.Session(0).Sent() {
					if sent.Type != voicelive.ServerEventTypeResponseAudioDelta { // they are many, and large
						checkShape(t, i, sent)
					}
					v.see(sent.Raw)
				}
				if len(v.running) > 0 {
					t.Errorf("responses without an end: %v", v.running)
				}
			})
		})
	}
}

func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

func randomOptions(r *rand.Rand) *voicelivetest.Options {
	latency := func(r *rand.Rand) time.Duration {
		return pick(r, 0, 0, 40*time.Millisecond, 400*time.Millisecond)
	}
	serving := rand.New(rand.NewPCG(r.Uint64(), 2)) // of the goroutine that serves the session
	return &voicelivetest.Options{
		Pace: pick(r, voicelivetest.RealTime, 4, voicelivetest.Instant), Latency: latency(r), ResponseLatency: latency(r), InterruptLatency: latency(r),
		CancelPrevious: r.IntN(2) == 0, RefuseCancelledOutputs: r.IntN(2) == 0,
		Link: voicelivetest.Link{Latency: latency(r)}, Uplink: voicelivetest.Link{Latency: latency(r)},
		MCP: map[string]voicelivetest.MCPServer{"s": {Latency: latency(r)}},
		Hear: func(voicelivetest.Utterance) voicelivetest.Hearing {
			return voicelivetest.Hearing{Text: "something", Delay: latency(serving), AfterResponse: serving.IntN(3) == 0}
		},
		Respond: func(request voicelivetest.Request) voicelivetest.Response {
			response := voicelivetest.Response{Delay: pick(serving, 0, 0, 3*time.Second)}
			if serving.IntN(3) > 0 {
				response.Text = pick(serving, "Yes.", longText)
			}
			for range serving.IntN(3) {
				response.Calls = append(response.Calls, voicelivetest.Call{Name: "f", Arguments: `{"city":"Oslo"}`})
			}
			if serving.IntN(4) == 0 {
				response.MCPCalls = []voicelivetest.MCPCall{{Server: "s", Tool: "t", Arguments: "{}"}}
			}
			if serving.IntN(5) == 0 {
				response.Searches = []voicelivetest.Search{{Queries: []string{"q"}}, {Files: true}}
			}
			return response
		},
	}
}

func randomSession(r *rand.Rand) voicelive.RequestSession {
	vad := &voicelive.ServerVAD{AutoTruncate: new(r.IntN(2) == 0), InterruptResponse: new(r.IntN(3) > 0), CreateResponse: new(r.IntN(3) > 0)}
	return voicelive.RequestSession{
		OutputAudioFormat:       voicelive.OutputAudioFormatPCM16_8000Hz,
		TurnDetection:           vad,
		InputAudioTranscription: voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: "azure-speech"}),
		Tools: []voicelive.Tool{&voicelive.MCPServer{ServerLabel: "s", ServerURL: "https://s.example", AllowedTools: []string{"t"},
			RequireApproval: pick(r, voicelive.MCPApprovalTypeNever, voicelive.MCPApprovalTypeAlways)}},
	}
}

// randomClient does anything that the protocol allows.
type randomClient struct {
	r     *rand.Rand
	p     *peer
	s     *voicelivetest.Session
	items []string
	calls []string
	asked []string  // approvals
	audio bool      // the user speaks with audio
	until time.Time // the user speaks without
}

// learn reads what has come.
func (c *randomClient) learn() {
	for {
		select {
		case e := <-c.p.events:
			created, ok := e.(*voicelive.ServerEventConversationItemCreated)
			if !ok {
				continue
			}
			c.items = append(c.items, created.Item.GetID())
			switch item := created.Item.(type) {
			case *voicelive.ResponseFunctionCallItem:
				c.calls = append(c.calls, item.CallID)
			case *voicelive.ResponseMCPApprovalRequestItem:
				c.asked = append(c.asked, item.GetID())
			}
		default:
			return
		}
	}
}

func (c *randomClient) act() {
	r, p := c.r, c.p
	item := ""
	if len(c.items) > 0 {
		item = pick(r, c.items...)
	}
	switch r.IntN(12) {
	case 0, 1:
		if d := time.Duration(r.IntN(2000)) * time.Millisecond; !c.audio && time.Now().After(c.until) {
			c.s.UserSays("", d)
			c.until = time.Now().Add(d + 500*time.Millisecond)
		}
	case 2:
		if !c.audio {
			return
		}
		p.send(&voicelive.ClientEventInputAudioBufferAppend{Audio: pick(r, tone, silence)(24000, time.Duration(r.IntN(1500))*time.Millisecond)})
	case 3, 4:
		params := &voicelive.ResponseCreateParams{}
		if r.IntN(3) == 0 {
			params.Commit = new(r.IntN(2) == 0)
		}
		if r.IntN(3) == 0 {
			params.CancelPrevious = new(r.IntN(2) == 0)
		}
		if r.IntN(3) == 0 {
			params.Modalities = []voicelive.Modality{voicelive.ModalityText}
		}
		for _, vary := range variations {
			vary(r, params)
		}
		if r.IntN(5) == 0 {
			params.InputItems = []voicelive.ConversationRequestItem{userText("context").Item}
		}
		p.send(&voicelive.ClientEventResponseCreate{Response: params})
	case 5:
		p.send(&voicelive.ClientEventResponseCancel{})
	case 6:
		p.send(&voicelive.ClientEventConversationItemDelete{ItemID: item})
	case 7:
		p.send(&voicelive.ClientEventConversationItemTruncate{ItemID: item, AudioEndMS: r.IntN(2000)})
	case 8:
		p.send(userText("hello"))
	case 9:
		if len(c.calls) > 0 {
			p.send(&voicelive.ClientEventConversationItemCreate{Item: &voicelive.FunctionCallOutputItem{CallID: pick(r, c.calls...), Output: "1"}})
		}
	case 10:
		if len(c.asked) > 0 {
			p.send(&voicelive.ClientEventConversationItemCreate{Item: &voicelive.MCPApprovalResponseRequestItem{ApprovalRequestID: pick(r, c.asked...), Approve: r.IntN(2) == 0}})
		}
	case 11:
		p.send(pick[voicelive.ClientEvent](r, &voicelive.ClientEventInputAudioBufferCommit{}, &voicelive.ClientEventInputAudioBufferClear{}, update(randomSession(r))))
	}
}

// verdict checks the events of a session one after the other.
type verdict struct {
	t       *testing.T
	items   map[string]bool // in the conversation
	gone    map[string]bool // deleted from it
	calls   map[string]bool
	running map[string]bool // responses; true is in band
	audio   map[string]int  // bytes, by item
	listed  map[string]bool // MCP listings, by item
}

func (v *verdict) see(text json.RawMessage) {
	event, err := voicelive.UnmarshalServerEvent(text)
	if err != nil {
		v.t.Fatal(err)
	}
	var about struct {
		ItemID     string `json:"item_id"`
		ResponseID string `json:"response_id"`
	}
	json.Unmarshal(text, &about)
	if v.gone[about.ItemID] && event.EventType() != voicelive.ServerEventTypeConversationItemDeleted {
		if !strings.Contains(string(event.EventType()), "transcription") {
			v.t.Errorf("%s of item %s, which was deleted", event.EventType(), about.ItemID)
		}
	}
	_, running := v.running[about.ResponseID]
	switch e := event.(type) {
	case *voicelive.ServerEventResponseCreated:
		inBand := e.Response.ConversationID != nil
		for id, other := range v.running {
			if other && inBand {
				v.t.Errorf("%s begins while %s is active", *e.Response.ID, id)
			}
		}
		v.running[*e.Response.ID] = inBand
	case *voicelive.ServerEventResponseDone:
		if _, ok := v.running[*e.Response.ID]; !ok {
			v.t.Errorf("%s ends, and is not active", *e.Response.ID)
		}
		delete(v.running, *e.Response.ID)
		for _, item := range e.Response.Output {
			if v.gone[item.GetID()] {
				v.t.Errorf("the output of %s has %s, which was deleted", *e.Response.ID, item.GetID())
			}
		}
	case *voicelive.ServerEventConversationItemCreated:
		id := e.Item.GetID()
		if v.items[id] || v.gone[id] {
			v.t.Errorf("%s is created again", id)
		}
		if e.PreviousItemID != nil && !v.items[*e.PreviousItemID] {
			v.t.Errorf("%s follows %s, which is not there", id, *e.PreviousItemID)
		}
		if call, ok := e.Item.(*voicelive.ResponseFunctionCallItem); ok {
			if v.calls[call.CallID] {
				v.t.Errorf("there are two calls %s", call.CallID)
			}
			v.calls[call.CallID] = true
		}
		v.items[id] = true
	case *voicelive.ServerEventConversationItemDeleted:
		delete(v.items, e.ItemID)
		v.gone[e.ItemID], v.listed[e.ItemID] = true, true // nothing is said of a listing that was deleted
	case *voicelive.ServerEventConversationItemTruncated:
		if e.AudioEndMS < 0 || e.AudioEndMS*16 > v.audio[e.ItemID] {
			v.t.Errorf("%s is cut at %d ms of %d", e.ItemID, e.AudioEndMS, v.audio[e.ItemID]/16)
		}
	case *voicelive.ServerEventResponseAudioDelta:
		v.audio[e.ItemID] += len(e.Delta)
	case *voicelive.ServerEventMCPListToolsCompleted:
		v.listed[e.ItemID] = true
	case *voicelive.ServerEventResponseMCPCallInProgress:
		if len(v.listed) == 0 {
			v.t.Error("a tool is called before any is listed")
		}
	}
	if about.ResponseID != "" && !running && event.EventType() != voicelive.ServerEventTypeResponseOutputItemDone {
		v.t.Errorf("%s of %s, which is not active", event.EventType(), about.ResponseID)
	}
}

// variations change the parameters of a response at random. Tests of features add them.
var variations []func(*rand.Rand, *voicelive.ResponseCreateParams)
