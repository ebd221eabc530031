package main

import "github.com/bytedance/sonic"

// sonicStrict does the checks of the others, and no result points into the input.
var sonicStrict = sonic.Config{CopyString: true, ValidateString: true}.Froze()

func sonicDecode(input []byte) Contender {
	return twoPass("sonic", input, sonicStrict.Unmarshal)
}

func sonicEncode(input []byte) Contender {
	event := message(input)
	var out []byte
	return Contender{
		Name: "sonic",
		Func: func() (err error) {
			out, err = sonicStrict.Marshal(event)
			return err
		},
		Result: func() any { return out },
	}
}
