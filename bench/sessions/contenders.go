package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A conversation is a session as an application holds it. One goroutine receives
// and one sends.
type conversation interface {
	// receive waits for an event. An audio delta is returned as PCM, which is valid
	// until the next call, with the time in its event_id; other events as nil.
	receive() (pcm []byte, sentAt int64, err error)
	// send sends an append.
	send(pcm []byte) error
	close()
}

// An opener opens one more conversation.
type opener func(context.Context) (conversation, error)

type dialer = wstest.Dial

// A contender is a way to hold conversations.
type contender struct {
	name      string
	about     string
	deltaType string
	dial      func(dial dialer, addr string) (opener, error)
	decode    func(event []byte) error // what receive does with an audio delta once it is read; nil if it is not to be told apart
	judged    bool                     // a goal depends on what it costs, so that it is measured in several rounds
	raw       bool                     // it decodes nothing, and takes part only in blasts
}

const (
	audioDelta   = "response.audio.delta"
	openaiDeltas = "response.output_audio.delta" // OpenAI has renamed them
)

var contenders = []contender{
	{name: "ours", about: "Recv: the caller owns the event", deltaType: audioDelta, dial: dialOurs(false), judged: true},
	{name: "ours_borrowed", about: "RecvBorrowed: the event is overwritten by the next", deltaType: audioDelta, dial: dialOurs(true), judged: true, decode: decodeBorrowed},
	{name: "naive", about: "gorilla/websocket with its defaults, encoding/json", deltaType: audioDelta, dial: dialNaive},
	{name: "coder", about: "coder/websocket, encoding/json", deltaType: audioDelta, dial: dialCoder},
	{name: "openai", about: "types of openai-go over gorilla/websocket", deltaType: openaiDeltas, dial: dialOpenai},
	{name: "floor", about: "no library: frames by hand, encoding/base64", deltaType: audioDelta, dial: dialFloor(false), judged: true},
	{name: "floor_ready", about: "the same, but what it sends is ready beforehand", deltaType: audioDelta, dial: dialFloor(true)},
	{name: "readmessage", about: "gorilla/websocket ReadMessage, not decoded", deltaType: audioDelta, dial: dialReadMessage, judged: true, raw: true},
}

func contenderOf(name string) (contender, error) {
	i := slices.IndexFunc(contenders, func(c contender) bool { return c.name == name })
	if i < 0 {
		return contender{}, fmt.Errorf("there is no contender %q", name)
	}
	return contenders[i], nil
}
