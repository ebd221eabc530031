package transcript

import (
	"cmp"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

func (t *Transcript) handle(now time.Time, event voicelive.ServerEvent) {
	switch e := event.(type) {
	case *voicelive.ServerEventResponseAudioDelta:
		n := t.chain.nodes[e.ItemID]
		if n == nil {
			n = t.ofResponse(now, e.ItemID, e.ResponseID)
		}
		if n != nil {
			p := n.part(e.ContentIndex)
			p.audio, p.sound = true, p.sound+t.duration(len(e.Delta))
		}
	case *voicelive.ServerEventResponseAudioTranscriptDelta:
		t.text(now, e.ItemID, e.ResponseID, e.ContentIndex, true, func(p *part) { p.add(e.Delta) })
	case *voicelive.ServerEventResponseAudioTranscriptDone:
		t.text(now, e.ItemID, e.ResponseID, e.ContentIndex, true, func(p *part) { p.set(e.Transcript) })
	case *voicelive.ServerEventResponseTextDelta:
		t.text(now, e.ItemID, e.ResponseID, e.ContentIndex, false, func(p *part) { p.add(e.Delta) })
	case *voicelive.ServerEventResponseTextDone:
		t.text(now, e.ItemID, e.ResponseID, e.ContentIndex, false, func(p *part) { p.set(e.Text) })
	case *voicelive.ServerEventResponseAudioTimestampDelta:
		t.text(now, e.ItemID, e.ResponseID, e.ContentIndex, true, func(p *part) {
			end := time.Duration(e.AudioOffsetMS+e.AudioDurationMS) * time.Millisecond
			p.words = append(p.words, word{e.Text, end})
		})
	case *voicelive.ServerEventResponseContentPartAdded:
		t.content(now, e.ItemID, e.ResponseID, e.ContentIndex, e.Part, false)
	case *voicelive.ServerEventResponseContentPartDone:
		t.content(now, e.ItemID, e.ResponseID, e.ContentIndex, e.Part, true)

	case *voicelive.ServerEventConversationItemInputAudioTranscriptionDelta:
		index := 0
		if e.ContentIndex != nil {
			index = *e.ContentIndex
		}
		t.userText(now, e.ItemID, index, func(p *part) { p.add(deref(e.Delta)) })
	case *voicelive.ServerEventConversationItemInputAudioTranscriptionCompleted:
		t.userText(now, e.ItemID, e.ContentIndex, func(p *part) { p.set(e.Transcript); p.done = true })
	case *voicelive.ServerEventConversationItemInputAudioTranscriptionFailed:
		if n := t.userText(now, e.ItemID, e.ContentIndex, func(*part) {}); n != nil {
			n.Failed, n.Ended = cmp.Or(e.Error.Message, "the transcription failed"), now
		}

	case *voicelive.ServerEventInputAudioBufferSpeechStarted:
		t.speech, t.speechBegan = e.ItemID, now // the item does not exist yet: it has no place, and may never come
	case *voicelive.ServerEventInputAudioBufferCommitted:
		if n := t.chain.node(now, e.ItemID); n != nil {
			n.Role = User
			if e.ItemID == t.speech {
				n.Began, t.speech = t.speechBegan, ""
			}
			n.part(0).audio = true
			if e.PreviousItemID != nil {
				t.chain.place(n, *e.PreviousItemID)
			}
			t.touch(n)
		}
	case *voicelive.ServerEventConversationItemCreated:
		t.created(now, e)
	case *voicelive.ServerEventConversationItemRetrieved:
		if e.Item != nil && t.chain.nodes[e.Item.GetID()] != nil {
			t.item(now, e.Item, "")
		}
	case *voicelive.ServerEventResponseOutputItemAdded:
		t.item(now, e.Item, e.ResponseID)
	case *voicelive.ServerEventResponseOutputItemDone:
		t.item(now, e.Item, e.ResponseID).close(now)
	case *voicelive.ServerEventResponseDone:
		for _, item := range e.Response.Output {
			t.item(now, item, deref(e.Response.ID)).close(now)
		}
	case *voicelive.ServerEventResponseFunctionCallArgumentsDone:
		if n := t.ofResponse(now, e.ItemID, e.ResponseID); n != nil {
			n.Type, n.Role = FunctionCall, ""
			n.call().ID, n.call().Arguments = e.CallID, e.Arguments
			n.call().Name = cmp.Or(e.Name, n.call().Name)
		}
	case *voicelive.ServerEventResponseMCPCallArgumentsDone:
		if n := t.ofResponse(now, e.ItemID, e.ResponseID); n != nil {
			n.Type, n.Role = MCPCall, ""
			n.call().Arguments = cmp.Or(deref(e.Arguments), n.call().Arguments)
		}
	case *voicelive.ServerEventResponseMCPCallFailed:
		if n := t.chain.nodes[e.ItemID]; n != nil {
			n.Failed = "the MCP call failed"
			t.touch(n)
		}

	case *voicelive.ServerEventConversationItemTruncated:
		if n := t.chain.nodes[e.ItemID]; n != nil {
			p := n.part(e.ContentIndex)
			p.cut(time.Duration(e.AudioEndMS)*time.Millisecond, p.sound)
			t.touch(n)
		}
	case *voicelive.ServerEventConversationItemDeleted:
		n := t.chain.nodes[e.ItemID]
		if r := t.chain.restored(e.ItemID); r != nil && len(e.ItemID) == lenID { // not its output
			n = r
		}
		if n != nil && !n.gone {
			t.deleted = append(t.deleted, n.ID)
			t.chain.remove(n)
		}
	case *voicelive.ServerEventSessionCreated:
		t.format = e.Session.OutputAudioFormat
	case *voicelive.ServerEventSessionUpdated:
		t.format = e.Session.OutputAudioFormat
	}
	switch event.(type) {
	case *voicelive.ServerEventConversationItemCreated, *voicelive.ServerEventResponseOutputItemAdded,
		*voicelive.ServerEventResponseOutputItemDone, *voicelive.ServerEventResponseDone:
		t.join(now)
	}
}

// duration returns how long n bytes of output audio last.
func (t *Transcript) duration(n int) time.Duration {
	bytes := 48 // in a millisecond
	switch t.format {
	case voicelive.OutputAudioFormatG711ULaw, voicelive.OutputAudioFormatG711ALaw:
		bytes = 8
	case voicelive.OutputAudioFormatPCM16_8000Hz:
		bytes = 16
	case voicelive.OutputAudioFormatPCM16_16000Hz:
		bytes = 32
	}
	return time.Duration(n) * time.Millisecond / time.Duration(bytes)
}

// created takes an item that has joined the conversation, unless it tells of what is known from a session before.
func (t *Transcript) created(now time.Time, e *voicelive.ServerEventConversationItemCreated) {
	if e.Item == nil {
		return
	}
	id := e.Item.GetID()
	if r := t.chain.restored(id); r != nil {
		r.live = append(r.live, id)
		return
	}
	if t.chain.old > 0 && strings.HasPrefix(id, telling) && len(id) == lenID {
		t.chain.skip(id, deref(e.PreviousItemID))
		return
	}
	if n := t.item(now, e.Item, ""); n != nil {
		n.created = true
		t.place(n, e)
	}
}

// place puts an item where the service says. A null is the beginning of the conversation; without
// a word the item is the last one.
func (t *Transcript) place(n *node, e *voicelive.ServerEventConversationItemCreated) {
	if _, null := e.Extra.Get("previous_item_id"); null || e.PreviousItemID != nil {
		t.chain.place(n, deref(e.PreviousItemID))
		return
	}
	t.chain.place(n, t.chain.last(n))
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
