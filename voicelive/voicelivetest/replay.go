package voicelivetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Replay responds with recorded responses, one after the other; the last one stays. The recording has one JSON value on a
// line: a server event, or an object with a server event in the member "event"; other lines of a cassette of package record
// are left out. A response consists of the events from
// response.created to response.done, without the events of the client and the events about the client or the user. Its
// items join the conversation. Events keep their identifiers, except event_id and identifiers that the session uses
// already. A response gets the metadata that the client has sent, if any.
func Replay(recording []byte) (Responder, error) {
	var responses []Response
	var inside bool
	for n, line := range bytes.Split(recording, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		event, decoded, err := recordedEvent(line)
		if err == errNoEvent {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		if decoded.EventType() == voicelive.ServerEventTypeResponseCreated {
			responses, inside = append(responses, Response{}), true
		}
		if inside && ofTheResponse(decoded) {
			last := &responses[len(responses)-1]
			last.Events = append(last.Events, event)
		}
		if decoded.EventType() == voicelive.ServerEventTypeResponseDone {
			inside = false
		}
	}
	if len(responses) == 0 {
		return nil, fmt.Errorf("the recording has no %s", voicelive.ServerEventTypeResponseCreated)
	}
	return func(r Request) Response { return responses[min(r.N, len(responses)-1)] }, nil
}

// errNoEvent is the error of a line of a cassette that has no event of the service.
var errNoEvent = errors.New("the line has no event of the service")

// recordedEvent is the server event of a line, without its event_id.
func recordedEvent(line []byte) (json.RawMessage, voicelive.ServerEvent, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(line, &members); err != nil {
		return nil, nil, err
	}
	if inner, ok := members["event"]; ok && members["type"] == nil {
		if members["from"] != nil && string(members["from"]) != `"service"` {
			return nil, nil, errNoEvent
		}
		if members = nil; json.Unmarshal(inner, &members) != nil {
			return nil, nil, fmt.Errorf("the member event is not an object")
		}
	}
	if members["type"] == nil && (members["cassette"] != nil || members["at_ns"] != nil) {
		return nil, nil, errNoEvent
	}
	delete(members, "event_id")
	event := encode(members)
	decoded, err := voicelive.UnmarshalServerEvent(event)
	if err != nil {
		return nil, nil, err
	}
	return event, decoded, nil
}

// replay sends recorded events. Audio takes the time that it plays.
func (r *response) replay(delay time.Duration) {
	p := replayed{r: r, ids: map[string]string{}, items: map[string]*item{}}
	f := outputFormat(r.format())
	for n, recorded := range r.content.Events {
		text, about := p.rename(recorded)
		event, err := voicelive.UnmarshalServerEvent(text)
		if err != nil {
			r.s.srv.report("session %d: replay: %w", r.s.index, err)
			continue
		}
		if about == nil || !about.deleted {
			p.send(event)
		}
		pause := time.Duration(0)
		if audio, ok := event.(*voicelive.ServerEventResponseAudioDelta); ok {
			pause = f.duration(len(audio.Delta))
		}
		if n == 0 && delay > 0 && !r.pause(delay) || n < len(r.content.Events)-1 && pause > 0 && !r.wait(pause) {
			r.s.emit(&voicelive.ServerEventResponseDone{Response: r.result()})
			return
		}
	}
}

// replayed is a recorded response on its way into a session.
type replayed struct {
	r     *response
	ids   map[string]string // those of the recording, and what they are in the session
	items map[string]*item  // by the latter
}

// ofTheSession lists the types, or beginnings of types, of events about the client or the user of the recording. A replay
// leaves them out, since it has another client and another user.
var ofTheSession = []string{
	"session.created", "session.updated", "error", "input_audio_buffer.", "conversation.item.input_audio_transcription.",
	"conversation.item.truncated", "conversation.item.deleted", "conversation.item.retrieved", "mcp_list_tools.",
}

// ofTheResponse reports whether a recorded event is part of a response.
func ofTheResponse(event voicelive.ServerEvent) bool {
	if voicelive.ClientEventType(event.EventType()).Known() {
		return false
	}
	for _, prefix := range ofTheSession {
		if strings.HasPrefix(string(event.EventType()), prefix) {
			return false
		}
	}
	e, ok := event.(*voicelive.ServerEventConversationItemCreated)
	return !ok || !ofTheClient(e.Item)
}

// ofTheClient reports whether clients and users make items of this type.
func ofTheClient(item voicelive.ResponseItem) bool {
	switch v := item.(type) {
	case *voicelive.ResponseMessageItem:
		return v.Role != voicelive.MessageRoleAssistant
	case *voicelive.ResponseFunctionCallOutputItem, *voicelive.ResponseMCPApprovalResponseItem, *voicelive.ResponseMCPListToolItem:
		return true
	}
	return false
}

// identifiers are the members of events that hold one, except for id itself.
var identifiers = map[string]bool{"response_id": true, "item_id": true, "previous_item_id": true, "call_id": true, "approval_request_id": true}

// rename gives the response, its items and its calls identifiers that are not in use, and keeps those that are free. It
// returns the event, and the item that it is about, if it is known.
func (p *replayed) rename(event json.RawMessage) (json.RawMessage, *item) {
	var members map[string]any
	d := json.NewDecoder(bytes.NewReader(event))
	d.UseNumber()
	if d.Decode(&members) != nil {
		return event, nil
	}
	switch members["type"] {
	case "response.created":
		response, _ := members["response"].(map[string]any)
		p.r.id = p.free("resp", response["id"], p.r.id)
	case "response.output_item.added", "conversation.item.created":
		item, _ := members["item"].(map[string]any)
		p.free("item", item["id"], "")
		p.free("call", item["call_id"], "")
	}
	if response, ok := members["response"].(map[string]any); ok && p.r.params.Metadata != nil {
		response["metadata"] = p.r.params.Metadata
	}
	p.replace(members)
	id, _ := members["item_id"].(string)
	if value, ok := members["item"].(map[string]any); ok {
		id, _ = value["id"].(string)
	}
	return encode(members), p.items[id]
}

// free returns a recorded identifier if it is free, or another one if it is not.
func (p *replayed) free(prefix string, recorded any, mine string) string {
	id, ok := recorded.(string)
	switch {
	case !ok || id == "":
		return mine
	case p.ids[id] != "":
	case !p.r.s.taken[id]:
		p.ids[id], p.r.s.taken[id] = id, true
	default:
		if mine == "" {
			mine = p.r.s.id(prefix)
		}
		p.ids[id] = mine
	}
	return p.ids[id]
}

// replace puts the identifiers of the session in place of those of the recording, wherever they are.
func (p *replayed) replace(value any) {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			p.replace(element)
		}
	case map[string]any:
		for name, member := range v {
			if id, ok := member.(string); ok && (name == "id" || identifiers[name]) && p.ids[id] != "" {
				v[name] = p.ids[id]
			}
			p.replace(member)
		}
	}
}

// send sends an event, and applies it to the conversation.
func (p *replayed) send(event voicelive.ServerEvent) {
	r, s := p.r, p.r.s
	switch e := event.(type) {
	case *voicelive.ServerEventConversationItemCreated:
		p.created(e)
		return
	case *voicelive.ServerEventResponseOutputItemAdded:
		p.item(e.Item)
	case *voicelive.ServerEventResponseOutputItemDone:
		if i := p.item(e.Item); i != nil {
			i.value, i.generating = e.Item, false
		}
	case *voicelive.ServerEventResponseAudioDelta:
		if i := p.items[e.ItemID]; i != nil {
			if i.audio == nil {
				r.plays(i)
			}
			i.audio = append(i.audio, e.Delta...)
			i.duration = outputFormat(r.format()).duration(len(i.audio))
			r.audio += outputFormat(r.format()).duration(len(e.Delta))
		}
	}
	s.emit(event)
}

// item is the item of the response with the identifier of a value. It becomes one if it has an identifier.
func (p *replayed) item(value voicelive.ResponseItem) *item {
	if value == nil || value.GetID() == "" {
		return nil
	}
	i := p.items[value.GetID()]
	if i == nil {
		i = &item{value: value, generating: true}
		p.items[value.GetID()] = i
		p.r.items = append(p.r.items, i)
	}
	return i
}

// created adds an item of the recording at the end of the conversation.
func (p *replayed) created(e *voicelive.ServerEventConversationItemCreated) {
	s := p.r.s
	if i := p.item(e.Item); i != nil && !p.r.aside {
		follows(e, s.insert(i, len(s.conversation.items)))
	}
	s.emit(e)
}
