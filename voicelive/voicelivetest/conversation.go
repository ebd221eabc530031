package voicelivetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// maxConversation is how many bytes a conversation may take.
const maxConversation = 64 << 20

// maxID is how many bytes an identifier of the client, or the name of a function, may have.
const maxID = 1 << 10

// conversation is the items in their order.
type conversation struct {
	items []*item
}

// item is one item, with its audio and its state.
type item struct {
	value    voicelive.ResponseItem // without audio
	audio    []byte                 // of its first content part, as it was sent or received
	duration time.Duration          // of the audio
	tokens   int
	text     int // bytes of the JSON that the client sent

	generating bool // a response is producing it
	cancelled  bool // the response that produced it was cancelled
	deleted    bool
}

// size is what the item takes, in bytes.
func (i *item) size() int { return 1<<10 + i.text + len(i.audio) }

// forget drops what is oldest while the conversation takes more than maxConversation: audio, and if that is not enough,
// items. It keeps the latest item, and those of responses that go on.
func (c *conversation) forget(latest *item) {
	size := 0
	for _, i := range c.items {
		size += i.size()
	}
	kept := func(i *item) bool { return size <= maxConversation || i == latest || i.generating }
	for _, i := range c.items {
		if !kept(i) {
			size -= len(i.audio)
			i.audio = nil
		}
	}
	c.items = slices.DeleteFunc(c.items, func(i *item) bool {
		if kept(i) {
			return false
		}
		size -= i.size()
		i.deleted = true
		return true
	})
}

func (c *conversation) index(id string) int {
	return slices.IndexFunc(c.items, func(i *item) bool { return i.value.GetID() == id })
}

func (c *conversation) find(id string) *item {
	if i := c.index(id); i >= 0 {
		return c.items[i]
	}
	return nil
}

// place is the index for an item that follows another: the end for nil, the front for "root".
func (c *conversation) place(previous *string) (at int, ok bool) {
	switch {
	case previous == nil:
		return len(c.items), true
	case *previous == "root":
		return 0, true
	}
	at = c.index(*previous)
	return at + 1, at >= 0
}

// before is the id of the item before a place, nil for the first.
func (c *conversation) before(at int) *string {
	if at == 0 {
		return nil
	}
	return new(c.items[at-1].value.GetID())
}

// values are the items' JSON values.
func (c *conversation) values() []voicelive.ResponseItem {
	values := make([]voicelive.ResponseItem, len(c.items))
	for i, item := range c.items {
		values[i] = item.value
	}
	return values
}

// add inserts an item and announces it to the client.
func (s *Session) add(i *item, at int) {
	s.emit(created(i, s.insert(i, at)))
}

// insert inserts an item, and returns the id of the item before it.
func (s *Session) insert(i *item, at int) (previous *string) {
	previous = s.conversation.before(at)
	s.conversation.items = slices.Insert(s.conversation.items, at, i)
	s.taken[i.value.GetID()] = true
	s.note(i.value)
	s.conversation.forget(i)
	return previous
}

func created(i *item, previous *string) *voicelive.ServerEventConversationItemCreated {
	e := &voicelive.ServerEventConversationItemCreated{Item: i.value}
	follows(e, previous)
	return e
}

// follows says in an event which item another follows.
func follows(e *voicelive.ServerEventConversationItemCreated, previous *string) {
	e.PreviousItemID = previous
	if previous == nil {
		e.Extra.Set("previous_item_id", json.RawMessage("null"))
	}
}

// responseItem reads an item that the simulator wrote itself.
func responseItem(members object) voicelive.ResponseItem {
	item, err := voicelive.UnmarshalResponseItem(encode(members))
	if err != nil {
		panic(fmt.Errorf("read an item back: %w", err))
	}
	return item
}

// itemOf returns the service's form of an item that the client sent for a conversation, or the problem with it.
func (s *Session) itemOf(request voicelive.ConversationRequestItem, c *conversation) (*item, *problem) {
	if request == nil {
		return nil, &problem{code: "missing_required_parameter", param: "item", message: "The item is missing"}
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(encode(request), &members); err != nil || !request.ItemType().Known() {
		return nil, &problem{code: "invalid_value", param: "item.type", message: "No such item: " + string(request.ItemType())}
	}
	if len(request.GetID()) > maxID {
		return nil, tooLong("item.id")
	}
	switch r := request.(type) {
	case *voicelive.FunctionCallItem:
		switch {
		case len(r.CallID) > maxID:
			return nil, tooLong("item.call_id")
		case len(r.Name) > maxID:
			return nil, tooLong("item.name")
		}
		s.taken[r.CallID] = true
	case *voicelive.FunctionCallOutputItem:
		switch call := c.call(r.CallID); {
		case call == nil:
			return nil, &problem{code: "invalid_tool_call_id", param: "item.call_id", message: "There is no function call with the id " + r.CallID}
		case call.cancelled && s.srv.options.RefuseCancelledOutputs:
			return nil, &problem{code: "invalid_tool_call_id", param: "item.call_id", message: "The response with the function call " + r.CallID + " was cancelled"}
		}
	}
	id := request.GetID()
	switch {
	case id == "":
		id = s.id("item")
	case c.index(id) >= 0:
		return nil, &problem{code: "item_create_duplicate_id", param: "item.id", message: "There is already an item with the id " + id}
	}
	members["id"], members["object"], members["status"] = encode(id), encode("realtime.item"), encode("completed")
	i := &item{tokens: len(members["content"])/4 + len(members["output"])/4}
	if message, ok := request.(voicelive.MessageItem); ok {
		s.strip(i, message, members)
	}
	value, err := voicelive.UnmarshalResponseItem(encode(members))
	if err != nil {
		return nil, &problem{code: "invalid_value", param: "item", message: err.Error()}
	}
	i.value, i.text = value, len(encode(value))
	return i, nil
}

func tooLong(param string) *problem {
	return &problem{code: "string_above_max_length", param: param, message: fmt.Sprintf("It has more than %d bytes", maxID)}
}

// strip moves the audio of a message out of its JSON: the service does not send it back.
func (s *Session) strip(i *item, message voicelive.MessageItem, members map[string]json.RawMessage) {
	var parts []map[string]json.RawMessage
	if json.Unmarshal(members["content"], &parts) != nil {
		return
	}
	for n, part := range message.GetContent() {
		if audio, ok := part.(*voicelive.InputAudioContentPart); ok {
			i.audio, i.duration = audio.Audio, s.config.inputFormat().duration(len(audio.Audio))
			parts[n]["audio"] = json.RawMessage("null")
		}
	}
	members["content"] = encode(parts)
}

// call is the function call with an id, nil if there is none.
func (c *conversation) call(callID string) *item {
	for _, i := range c.items {
		if call, ok := i.value.(*voicelive.ResponseFunctionCallItem); ok && call.CallID == callID {
			return i
		}
	}
	return nil
}

func (s *Session) createItem(e *voicelive.ClientEventConversationItemCreate) {
	at, ok := s.conversation.place(e.PreviousItemID)
	if !ok {
		s.fail(problem{code: "item_not_found", param: "previous_item_id", message: "There is no item " + *e.PreviousItemID, eventID: e.GetEventID()})
		return
	}
	i, p := s.itemOf(e.Item, &s.conversation)
	if p != nil {
		p.eventID = e.GetEventID()
		s.fail(*p)
		return
	}
	approval, ok := e.Item.(*voicelive.MCPApprovalResponseRequestItem)
	if ok && s.approvals[approval.ApprovalRequestID] == nil {
		s.fail(problem{code: "invalid_value", param: "item.approval_request_id", message: "There is no approval request " + approval.ApprovalRequestID, eventID: e.GetEventID()})
		return
	}
	s.add(i, at)
	if ok {
		s.approve(approval)
	}
}

func (s *Session) deleteItem(e *voicelive.ClientEventConversationItemDelete) {
	at := s.conversation.index(e.ItemID)
	if at < 0 {
		s.fail(problem{code: "item_delete_invalid_item_id", param: "item_id", message: "There is no item " + e.ItemID, eventID: e.GetEventID()})
		return
	}
	s.conversation.items[at].deleted = true
	s.conversation.items = slices.Delete(s.conversation.items, at, at+1)
	s.emit(&voicelive.ServerEventConversationItemDeleted{ItemID: e.ItemID})
}

func (s *Session) retrieveItem(e *voicelive.ClientEventConversationItemRetrieve) {
	i := s.conversation.find(e.ItemID)
	if i == nil {
		s.fail(problem{code: "item_retrieve_invalid_item_id", param: "item_id", message: "There is no item " + e.ItemID, eventID: e.GetEventID()})
		return
	}
	s.emit(&voicelive.ServerEventConversationItemRetrieved{Item: i.withAudio()})
}

// withAudio is the item with its audio in the first audio part.
func (i *item) withAudio() voicelive.ResponseItem {
	var members map[string]json.RawMessage
	var parts []map[string]json.RawMessage
	if i.audio == nil || json.Unmarshal(encode(i.value), &members) != nil || json.Unmarshal(members["content"], &parts) != nil {
		return i.value
	}
	for _, part := range parts {
		if kind := string(part["type"]); kind == `"input_audio"` || kind == `"audio"` {
			part["audio"] = encode(i.audio)
			break
		}
	}
	members["content"] = encode(parts)
	item, err := voicelive.UnmarshalResponseItem(encode(members))
	if err != nil {
		panic(fmt.Errorf("read an item back: %w", err))
	}
	return item
}

func (s *Session) truncateItem(e *voicelive.ClientEventConversationItemTruncate) {
	bad := func(code, param, message string) {
		s.fail(problem{code: code, param: param, message: message, eventID: e.GetEventID()})
	}
	i := s.conversation.find(e.ItemID)
	message, ok := itemMessage(i)
	switch {
	case i == nil:
		bad("item_truncate_invalid_item_id", "item_id", "There is no item "+e.ItemID)
	case !ok || message.Role != voicelive.MessageRoleAssistant:
		bad("invalid_value", "item_id", "Only messages of the assistant can be truncated")
	case i.generating:
		bad("invalid_value", "item_id", "Item "+e.ItemID+" is still being generated")
	case e.ContentIndex < 0 || e.ContentIndex >= len(message.Content):
		bad("invalid_value", "content_index", fmt.Sprintf("There is no content part %d", e.ContentIndex))
	case e.AudioEndMS < 0 || milliseconds(e.AudioEndMS) > i.duration:
		bad("invalid_value", "audio_end_ms", fmt.Sprintf("The audio is already shorter than %d ms: it has %d ms", e.AudioEndMS, i.duration.Milliseconds()))
	default:
		s.truncate(i, e.ContentIndex, milliseconds(e.AudioEndMS))
	}
}

// truncate cuts the audio of a message and forgets its transcript. Text stays.
func (s *Session) truncate(i *item, content int, end time.Duration) {
	message, _ := itemMessage(i)
	if _, ok := message.Content[content].(*voicelive.ResponseAudioContentPart); ok {
		i.cut(message, content, end)
	}
	s.emit(&voicelive.ServerEventConversationItemTruncated{ItemID: message.GetID(), ContentIndex: content, AudioEndMS: int(end.Milliseconds())})
}

func (i *item) cut(message *voicelive.ResponseMessageItem, content int, end time.Duration) {
	i.audio = i.audio[:min(len(i.audio), int(float64(len(i.audio))*end.Seconds()/max(i.duration.Seconds(), 1e-9)))&^1]
	i.duration = end
	copied := *message
	copied.Content = slices.Clone(message.Content)
	copied.Content[content] = &voicelive.ResponseAudioContentPart{Transcript: new("")}
	i.value = &copied
}

func itemMessage(i *item) (*voicelive.ResponseMessageItem, bool) {
	if i == nil {
		return nil, false
	}
	message, ok := i.value.(*voicelive.ResponseMessageItem)
	return message, ok
}
