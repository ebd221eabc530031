package main

import (
	"bytes"
	"encoding/base64"
)

// decodeFloors are what no decoder of an audio event can go below with the
// standard library: its base64, with and without memory for the result.
func decodeFloors(input []byte) []Contender {
	text := base64In(input, `"delta":"`)
	dst := make([]byte, len(input))
	floors := []Contender{{Name: "memcpy", Func: func() error { copy(dst, input); return nil }}}
	if _, err := base64.StdEncoding.DecodeString(string(text)); err != nil || len(text) == 0 {
		return floors
	}
	var owned []byte
	return append(floors,
		Contender{Name: "base64", Func: func() error {
			_, err := base64.StdEncoding.Decode(dst, text)
			return err
		}},
		Contender{Name: "make+base64", Func: func() error {
			owned = make([]byte, decodedLen(text))
			_, err := base64.StdEncoding.Decode(owned, text)
			return err
		}},
	)
}

func encodeFloors(input []byte) []Contender {
	dst := make([]byte, len(input))
	floors := []Contender{{Name: "memcpy", Func: func() error { copy(dst, input); return nil }}}
	text := base64In(input, `"audio":"`)
	audio, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil || len(text) == 0 {
		return floors
	}
	return append(floors, Contender{Name: "base64", Func: func() error {
		base64.StdEncoding.Encode(dst, audio)
		return nil
	}})
}

// base64In is the string behind a member's name, or nil.
func base64In(input []byte, name string) []byte {
	_, text, _ := bytes.Cut(input, []byte(name))
	text, _, _ = bytes.Cut(text, []byte(`"`))
	return text
}

// decodedLen is exact; DecodedLen of encoding/base64 counts the padding too.
func decodedLen(text []byte) int {
	return len(text)/4*3 - bytes.Count(text[len(text)-2:], []byte("="))
}
