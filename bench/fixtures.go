package main

import (
	"bytes"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
)

//go:embed testdata/*.json
var testdata embed.FS

// document is a file of testdata without its white space, as it is on the wire.
func document(name string) []byte {
	data, err := testdata.ReadFile("testdata/" + name)
	if err != nil {
		panic(err)
	}
	var out bytes.Buffer
	if err := json.Compact(&out, data); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// pcm is n bytes of noise: base64 of every kind, the same in every run.
func pcm(n int) []byte {
	random := rand.New(rand.NewPCG(24_000, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

const deltaIDs = `"event_id":"event_5e1b0a93c7","response_id":"resp_Jd83kQ0a","item_id":"item_A1x94","output_index":0,"content_index":1`

func audioDeltaOf(n int) []byte {
	return fmt.Appendf(nil, `{"type":"response.audio.delta",%s,"delta":%q}`, deltaIDs, base64.StdEncoding.EncodeToString(pcm(n)))
}

// audioDeltaTypeLastOf has its type where it helps least.
func audioDeltaTypeLastOf(n int) []byte {
	return fmt.Appendf(nil, `{%s,"delta":%q,"type":"response.audio.delta"}`, deltaIDs, base64.StdEncoding.EncodeToString(pcm(n)))
}

func transcriptDeltaOf(text string) []byte {
	return fmt.Appendf(nil, `{"type":"response.audio_transcript.delta",%s,"delta":%q}`, deltaIDs, text)
}

func sessionUpdatedEvent() []byte {
	return fmt.Appendf(nil, `{"type":"session.updated","event_id":"event_2a7d90bc11","session":%s}`, document("session.json"))
}

func sessionUpdateEvent() []byte {
	id := []byte(`"id":"sess_7Qm2Vx0cT4",`) // only the service's session has one
	return fmt.Appendf(nil, `{"type":"session.update","session":%s}`, bytes.Replace(document("session.json"), id, nil, 1))
}

func appendOf(n int) []byte {
	return fmt.Appendf(nil, `{"type":"input_audio_buffer.append","audio":%q}`, base64.StdEncoding.EncodeToString(pcm(n)))
}
