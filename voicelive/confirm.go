package voicelive

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// confirmedBy lists the events of the service that confirm an event of the client. The
// types are literals, since not every version of the specification has all of them.
var confirmedBy = map[ClientEventType][]ServerEventType{
	"session.update":             {"session.updated"},
	"session.avatar.connect":     {"session.avatar.connecting"},
	"input_audio_buffer.commit":  {"input_audio_buffer.committed"},
	"input_audio_buffer.clear":   {"input_audio_buffer.cleared"},
	"output_audio_buffer.clear":  {"output_audio_buffer.cleared"},
	"conversation.item.create":   {"conversation.item.created"},
	"conversation.item.delete":   {"conversation.item.deleted"},
	"conversation.item.truncate": {"conversation.item.truncated"},
	"conversation.item.retrieve": {"conversation.item.retrieved"},
	"response.create":            {"response.created"},
	"response.cancel":            {"response.done"},
	"rtc.call.sdp.create":        {"rtc.call.sdp.created", "rtc.call.error"},
}

// subjects returns the subjects of a confirmation: the ids that a reply may name. The
// first one for which there is a waiter counts. The methods created and itemCreated of
// waiters find the subjects of response.created and conversation.item.created.
var subjects = map[ServerEventType]func(data []byte) []string{
	"session.updated":              noSubject,
	"session.avatar.connecting":    noSubject,
	"input_audio_buffer.committed": noSubject,
	"input_audio_buffer.cleared":   noSubject,
	"output_audio_buffer.cleared":  noSubject,
	"conversation.item.deleted":    func(data []byte) []string { return []string{peekString(data, "item_id")} },
	"conversation.item.truncated":  func(data []byte) []string { return []string{peekString(data, "item_id")} },
	"conversation.item.retrieved":  func(data []byte) []string { return []string{peekString(peekObject(data, "item"), "id")} },
	"response.done":                func(data []byte) []string { return []string{peekString(peekObject(data, "response"), "id"), ""} },
	"rtc.call.sdp.created":         noSubject,
	"rtc.call.error":               noSubject,
}

func noSubject([]byte) []string { return []string{""} }

// recognizable returns the event to send for e, and the subjects that its confirmation can have.
func recognizable(e ClientEvent, eventID string) (out ClientEvent, about []string, err error) {
	switch e := e.(type) {
	case *ClientEventConversationItemCreate:
		if isNil(e.Item) {
			return nil, nil, errNilItem
		}
		return e, itemAbout(e.Item), nil
	case *ClientEventConversationItemDelete:
		return e, []string{e.ItemID}, nil
	case *ClientEventConversationItemTruncate:
		return e, []string{e.ItemID}, nil
	case *ClientEventConversationItemRetrieve:
		return e, []string{e.ItemID}, nil
	case *ClientEventResponseCreate:
		create, ok := marked(e, eventID)
		if !ok {
			return nil, nil, fmt.Errorf("the metadata of the response has %d members, which leaves no room for that of Do; use Send", maxMetadata)
		}
		return create, []string{eventID, ""}, nil
	case *ClientEventResponseCancel:
		return e, []string{deref(e.ResponseID)}, nil
	}
	return e, []string{""}, nil
}

// itemAbout returns the subjects of the confirmation of an item: its id, or else its shape, since
// the service announces items of its own in between.
func itemAbout(item ConversationRequestItem) []string {
	text, err := json.Marshal(item)
	if err != nil {
		return nil // Send refuses it
	}
	id, shape := item.GetID(), shapeSubject(text)
	switch {
	case id == "":
		return []string{shape}
	case strings.HasPrefix(id, madeID):
		return []string{idSubject(id), replacedID(shape)}
	}
	return []string{idSubject(id)}
}

// madeID begins the ids that identified makes.
const madeID = "vl_"

// identified returns an item with an id that the service has not seen, if item has none.
func identified(item ConversationRequestItem) ConversationRequestItem {
	text, err := json.Marshal(item)
	if err != nil || item.GetID() != "" || bytes.Contains(text, []byte(`"id":null`)) {
		return item // the first is refused by Send
	}
	id := madeID + rand.Text() // the conversation may hold items of earlier sessions
	return &UnknownConversationRequestItem{Tag: string(item.ItemType()), Raw: append([]byte(`{"id":"`+id+`",`), text[1:]...)}
}

func idSubject(id string) string { return "id " + id }

// replacedID is the subject of an item whose id the service may replace.
func replacedID(shape string) string { return "replaced " + shape }

func shapeSubject(item []byte) string {
	shape := peekString(item, "type")
	for _, name := range []string{"role", "call_id", "approval_request_id"} {
		shape += " " + peekString(item, name)
	}
	return shape
}

// A mark is a member of a response's metadata. It holds the event_id of the response.create that
// asked for the response. Responses out of band have a name of their own.
const (
	markName          = "voicelive_event_id"
	outOfBandMarkName = "voicelive_out_of_band"
)

// maxMetadata is how many members the service allows.
const maxMetadata = 16

// marked returns e with a mark in its metadata, and false if there is no room.
func marked(e *ClientEventResponseCreate, eventID string) (*ClientEventResponseCreate, bool) {
	with, params := *e, deref(e.Response)
	if len(params.Metadata) >= maxMetadata {
		return nil, false
	}
	params.Metadata = maps.Clone(params.Metadata)
	if params.Metadata == nil {
		params.Metadata = map[string]string{}
	}
	name := markName
	if outOfBand(e) {
		name = outOfBandMarkName
	}
	params.Metadata[name] = eventID
	with.Response = &params
	return &with, true
}

// markOf reads the mark in the metadata of a response; it is empty if there is none.
func markOf(metadata []byte) (eventID string, outOfBand bool) {
	if eventID = peekString(metadata, outOfBandMarkName); eventID != "" {
		return eventID, true
	}
	return peekString(metadata, markName), false
}

// outOfBand reports whether e asks for a response that does not join the conversation.
func outOfBand(e *ClientEventResponseCreate) bool {
	p := e.Response
	return p != nil && (p.Conversation == ResponseConversationNone || p.Commit != nil && !*p.Commit)
}
