package main

// A Case is one message, and all who decode or encode it.
type Case struct {
	Name       string // "decode/audio4800"
	Input      []byte // the message, which encoders write and decoders read
	Contenders []Contender
}

// A Contender does the work of a case once per call of Func. Result says what
// came out of the last call, for the test that nobody is timed for less than the
// whole work: the message for an encoder, [Facts] for a decoder; nil for floors.
type Contender struct {
	Name   string
	Func   func() error
	Result func() any
}

// cases is every case, with ours first, then the peers, then the floors.
func cases() []Case {
	var all []Case
	decode := func(name string, input []byte, more ...Contender) {
		c := Case{Name: "decode/" + name, Input: input, Contenders: oursDecode(input)}
		c.Contenders = append(c.Contenders, more...)
		c.Contenders = append(c.Contenders, stdDecode(input), jsonv2Decode(input), jxDecode(input), sonicDecode(input), openaiDecode(input))
		c.Contenders = append(c.Contenders, decodeFloors(input)...)
		all = append(all, c)
	}
	decode("audio960", audioDeltaOf(960))
	decode("audio4800", audioDeltaOf(4800), oursTypeLast(audioDeltaTypeLastOf(4800))...)
	decode("audio4800_type_last", audioDeltaTypeLastOf(4800))
	decode("audio9600", audioDeltaOf(9600))
	decode("audio48000", audioDeltaOf(48000))
	decode("transcript", transcriptDeltaOf(" to Flensburg, changing in Lübeck"))
	decode("session_updated", sessionUpdatedEvent())
	decode("response_done", document("response_done.json"))
	decode("item_created", document("item_created.json"))

	encode := func(name string, input []byte) {
		c := Case{Name: "encode/" + name, Input: input, Contenders: oursEncode(input)}
		c.Contenders = append(c.Contenders, stdEncode(input), jsonv2Encode(input), jxEncode(input), sonicEncode(input))
		c.Contenders = append(c.Contenders, openaiEncode(input)...)
		c.Contenders = append(c.Contenders, encodeFloors(input)...)
		all = append(all, c)
	}
	encode("append960", appendOf(960))
	encode("append4800", appendOf(4800))
	encode("append9600", appendOf(9600))
	encode("session_update", sessionUpdateEvent())
	return all
}
