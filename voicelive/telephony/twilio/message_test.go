package twilio

import (
	"encoding/json"
	"strings"
	"testing"
)

// packet is a message with 20 ms of audio, as Twilio writes it.
var packet = `{"event":"media","sequenceNumber":"3","media":{"track":"inbound","chunk":"1","timestamp":"5","payload":"` +
	strings.Repeat("////", 53) + `/w=="},"streamSid":"MZ18ad3ab5a668481ce02b83e7395059f0"}`

const returnedMark = `{"event":"mark","sequenceNumber":"4","streamSid":"MZ18ad3ab5a668481ce02b83e7395059f0","mark":{"name":"m17"}}`

func TestTheMessagesOfACallAreScanned(t *testing.T) {
	for _, b := range []string{packet, returnedMark, strings.ReplaceAll(returnedMark, ":", " : ")} {
		var m message
		if !m.scan([]byte(b)) {
			t.Errorf("encoding/json has to read %s", b)
		}
	}
}

// FuzzMessage holds the scanner to encoding/json.
func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		packet, returnedMark, "", "{}", `{"event":"media"}`, `{"event":"media","media":{}}`, `{"event":"media","media":null}`,
		`{"event":"connected","protocol":"Call","version":"1.0.0"}`,
		`{"event":"start","start":{"streamSid":"MZ1","callSid":"CA1","customParameters":{"a":"b"},"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}}}`,
		`{"event":"dtmf","dtmf":{"track":"inbound_track","digit":"1"}}`, `{"event":"stop","stop":{"callSid":"CA1"}}`,
		`{"event":"media","media":{"payload":"AA=="},"media":{"timestamp":"1"}}`, `{"event":"media","event":"mark","mark":{"name":""}}`,
		`{"event":"media","media":{"timestamp":5,"payload":"AA=="}}`, `{"event":"mark","mark":{"name":"\u0061"}}`, `{"event":"mark","mark":{"name":"a"}} x`,
		" {\t\"event\"\n:\r\"mark\",\"mark\":{\"name\":\"ä\"}}", `{"event":"mark","mark":{"Name":"a","name":"b"}}`,
		`{"event":"mark",}`, `{"event":"mark","mark":{"name":"a",}}`, `{"event":"media","media":{"payload":"A` + "\n" + `A"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var scanned, want message
		whole := scanned.scan(b)
		err := json.Unmarshal(b, &want)
		if whole && (err != nil || scanned.Event != want.Event ||
			string(scanned.Media.Track) != string(want.Media.Track) || string(scanned.Media.Timestamp) != string(want.Media.Timestamp) ||
			string(scanned.Media.Payload) != string(want.Media.Payload) || string(scanned.Mark.Name) != string(want.Mark.Name)) {
			t.Errorf("scanned %+v, but encoding/json has %+v, %v", scanned, want, err)
		}
		var m message
		if got := decode(b, &m); (got == nil) != (err == nil && want.Event != "") {
			t.Errorf("decoded with %v, but encoding/json has %+v, %v", got, want, err)
		}
		_, _ = m.timestamp()
		m.digit()
	})
}
