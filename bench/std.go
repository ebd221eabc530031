package main

import (
	"bytes"
	"encoding/json"
)

// stdDecode is encoding/json as it is used for tagged messages: one pass for the
// type, one for the event.
func stdDecode(input []byte) Contender {
	return twoPass("json", input, json.Unmarshal)
}

func twoPass(name string, input []byte, unmarshal func([]byte, any) error) Contender {
	var event any
	return Contender{
		Name: name,
		Func: func() (err error) {
			var head struct {
				Type string `json:"type"`
			}
			if err = unmarshal(input, &head); err != nil {
				return err
			}
			if event, err = newEvent(head.Type); err != nil {
				return err
			}
			return unmarshal(input, event)
		},
		Result: func() any { return event },
	}
}

// message is the event that an encoder is to write.
func message(input []byte) any {
	c := stdDecode(input)
	if err := c.Func(); err != nil {
		panic(err)
	}
	return c.Result()
}

// stdEncode writes into a buffer that is reused, with HTML left alone.
func stdEncode(input []byte) Contender {
	event := message(input)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	return Contender{
		Name: "json",
		Func: func() error {
			out.Reset()
			return encoder.Encode(event)
		},
		Result: func() any { return out.Bytes() },
	}
}
