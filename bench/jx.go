package main

import (
	"fmt"

	"github.com/go-faster/jx"
)

func jxDecode(input []byte) Contender {
	decoder := new(jx.Decoder)
	var event any
	return Contender{
		Name: "jx",
		Func: func() (err error) {
			decoder.ResetBytes(input)
			event, err = jxEvent(decoder)
			return err
		},
		Result: func() any { return event },
	}
}

func jxEvent(d *jx.Decoder) (any, error) {
	tag, err := jxTag(d, "type")
	if err != nil {
		return nil, err
	}
	switch string(tag) {
	case "response.audio.delta":
		return jxNew(d, jxAudioDelta)
	case "response.audio_transcript.delta":
		return jxNew(d, jxTranscriptDelta)
	case "session.updated":
		return jxNew(d, jxSessionUpdated)
	case "response.done":
		return jxNew(d, jxResponseDone)
	case "conversation.item.created":
		return jxNew(d, jxItemCreated)
	}
	return nil, fmt.Errorf("unknown event %q", tag)
}

func jxNew[T any](d *jx.Decoder, read func(*jx.Decoder, *T) error) (*T, error) {
	v := new(T)
	return v, read(d, v)
}

func jxEncode(input []byte) Contender {
	event := message(input)
	encoder := new(jx.Encoder)
	return Contender{
		Name: "jx",
		Func: func() error {
			encoder.Reset()
			switch event := event.(type) {
			case *audioAppend:
				jxWriteAudioAppend(encoder, event)
			case *sessionUpdate:
				jxWriteSessionUpdate(encoder, event)
			}
			return nil
		},
		Result: func() any { return encoder.Bytes() },
	}
}
