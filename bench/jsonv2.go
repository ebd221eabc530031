package main

import (
	"bytes"

	jsonv2 "github.com/go-json-experiment/json"
)

func jsonv2Decode(input []byte) Contender {
	return twoPass("jsonv2", input, unmarshalV2)
}

func jsonv2Encode(input []byte) Contender {
	event := message(input)
	var out bytes.Buffer
	return Contender{
		Name: "jsonv2",
		Func: func() error {
			out.Reset()
			return jsonv2.MarshalWrite(&out, event)
		},
		Result: func() any { return out.Bytes() },
	}
}
