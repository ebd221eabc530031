package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// Facts are what a decoder must have found in a message: enough to show that it
// went to the bottom of every union.
type Facts struct {
	EventID string
	Audio   []byte
	Text    []string // transcripts, tool names, arguments, in document order
	Numbers []float64
}

// wantFacts reads the facts of a message without any of the contenders.
func wantFacts(input []byte) Facts {
	var event map[string]any
	if err := json.Unmarshal(input, &event); err != nil {
		panic(err)
	}
	f := Facts{EventID: event["event_id"].(string)}
	switch event["type"] {
	case "response.audio.delta":
		f.Audio, _ = base64.StdEncoding.DecodeString(event["delta"].(string))
		f.Numbers = append(f.Numbers, event["content_index"].(float64))
	case "response.audio_transcript.delta":
		f.Text = append(f.Text, event["delta"].(string))
		f.Numbers = append(f.Numbers, event["content_index"].(float64))
	case "session.updated":
		session := event["session"].(map[string]any)
		f.Text = append(f.Text, session["instructions"].(string))
		for _, tool := range session["tools"].([]any) {
			if name, ok := tool.(map[string]any)["name"]; ok {
				f.Text = append(f.Text, name.(string))
			}
		}
	case "response.done":
		response := event["response"].(map[string]any)
		for _, item := range response["output"].([]any) {
			f.item(item.(map[string]any))
		}
		f.Numbers = append(f.Numbers, response["usage"].(map[string]any)["total_tokens"].(float64))
	case "conversation.item.created":
		f.item(event["item"].(map[string]any))
	default:
		panic(fmt.Sprintf("no facts about %v", event["type"]))
	}
	return f
}

func (f *Facts) item(item map[string]any) {
	f.Text = append(f.Text, item["id"].(string))
	if arguments, ok := item["arguments"]; ok {
		f.Text = append(f.Text, arguments.(string))
		return
	}
	for _, part := range item["content"].([]any) {
		for _, key := range []string{"text", "transcript"} {
			if text, ok := part.(map[string]any)[key]; ok {
				f.Text = append(f.Text, text.(string))
			}
		}
	}
}

// factsOf reads the facts of a decoded event of types.go.
func factsOf(event any) Facts {
	switch e := event.(type) {
	case *audioDelta:
		return Facts{EventID: e.EventID, Audio: e.Delta, Numbers: []float64{float64(e.ContentIndex)}}
	case *transcriptDelta:
		return Facts{EventID: e.EventID, Text: []string{e.Delta}, Numbers: []float64{float64(e.ContentIndex)}}
	case *sessionUpdated:
		f := Facts{EventID: e.EventID, Text: []string{*e.Session.Instructions}}
		for _, t := range e.Session.Tools {
			if t, ok := t.Value.(*functionTool); ok {
				f.Text = append(f.Text, t.Name)
			}
		}
		return f
	case *responseDone:
		f := Facts{EventID: e.EventID, Numbers: []float64{float64(e.Response.Usage.TotalTokens)}}
		for _, i := range e.Response.Output {
			f.decodedItem(i)
		}
		return f
	case *itemCreated:
		f := Facts{EventID: e.EventID}
		f.decodedItem(e.Item)
		return f
	}
	panic(fmt.Sprintf("no facts about %T", event))
}

func (f *Facts) decodedItem(i item) {
	switch i := i.Value.(type) {
	case *functionCallItem:
		f.Text = append(f.Text, *i.ID, i.Arguments)
	case *messageItem:
		f.Text = append(f.Text, *i.ID)
		for _, p := range i.Content {
			switch p := p.Value.(type) {
			case *textPart:
				f.Text = append(f.Text, *p.Text)
			case *audioPart:
				f.Text = append(f.Text, *p.Transcript)
			case *inputAudioPart:
				f.Text = append(f.Text, *p.Transcript)
			}
		}
	}
}
