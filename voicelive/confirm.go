package voicelive

import (
	"encoding/json"
	"maps"
)

// confirmedBy is the table of what confirms what. The types are literals, since
// not every version of the specification has all of them.
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

// subjects are what events that confirm something are about, the most specific first; see
// subjectOf. Those of response.created are in waiters.created.
var subjects = map[ServerEventType]func(data []byte) []string{
	"session.updated":              noSubject,
	"session.avatar.connecting":    noSubject,
	"input_audio_buffer.committed": noSubject,
	"input_audio_buffer.cleared":   noSubject,
	"output_audio_buffer.cleared":  noSubject,
	"conversation.item.created":    func(data []byte) []string { return itemSubjects(peekObject(data, "item")) },
	"conversation.item.deleted":    func(data []byte) []string { return []string{peekString(data, "item_id")} },
	"conversation.item.truncated":  func(data []byte) []string { return []string{peekString(data, "item_id")} },
	"conversation.item.retrieved":  func(data []byte) []string { return []string{peekString(peekObject(data, "item"), "id")} },
	"response.done":                func(data []byte) []string { return []string{peekString(peekObject(data, "response"), "id"), ""} },
	"rtc.call.sdp.created":         noSubject,
	"rtc.call.error":               noSubject,
}

func noSubject([]byte) []string { return []string{""} }

// subjectOf returns what the confirmation of e is about.
func subjectOf(e ClientEvent) string {
	switch e := e.(type) {
	case *ClientEventConversationItemCreate:
		item, err := json.Marshal(e.Item)
		if err != nil {
			return "" // Send refuses it
		}
		return itemSubjects(item)[0]
	case *ClientEventConversationItemDelete:
		return e.ItemID
	case *ClientEventConversationItemTruncate:
		return e.ItemID
	case *ClientEventConversationItemRetrieve:
		return e.ItemID
	case *ClientEventResponseCancel:
		return deref(e.ResponseID)
	}
	return ""
}

// itemSubjects returns what an item can be recognized by: its id if it has one, then what only it
// can be, since the service announces items of its own in between.
func itemSubjects(item []byte) []string {
	typ := peekString(item, "type")
	shape := typ
	for _, name := range []string{"role", "call_id", "approval_request_id"} {
		shape += " " + peekString(item, name)
	}
	if id := peekString(item, "id"); id != "" {
		return []string{"id " + id, shape}
	}
	return []string{shape}
}

// markName is the member of a response's metadata that holds the event_id of the response.create
// that asked for it, if that was sent by Do.
const markName = "voicelive_event_id"

// maxMetadata is how many members the service allows.
const maxMetadata = 16

// marked returns e with the mark in its metadata, and false if there is no room.
func marked(e *ClientEventResponseCreate, mark string) (*ClientEventResponseCreate, bool) {
	with, params := *e, deref(e.Response)
	if len(params.Metadata) >= maxMetadata {
		return nil, false
	}
	params.Metadata = maps.Clone(params.Metadata)
	if params.Metadata == nil {
		params.Metadata = map[string]string{}
	}
	params.Metadata[markName] = mark
	with.Response = &params
	return &with, true
}
