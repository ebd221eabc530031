package acs

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

const packetText = `{"kind":"AudioData","audioData":{"timestamp":"2024-11-15T19:16:12.925Z","participantRawID":"8:acs:one","data":"AQIDBA==","silent":false}}`

func TestPackets(t *testing.T) {
	at := time.Date(2024, 11, 15, 19, 16, 12, 925e6, time.UTC)
	for text, want := range map[string]packet{
		packetText: {[]byte{1, 2, 3, 4}, at},
		strings.ReplaceAll(packetText, ":", " :\n"):                                            {}, // the spaces are in the timestamp and the id as well
		` { "audioData" : { "data" : "AQIDBA==" , "silent" : true } , "kind" : "AudioData" } `: {audio: []byte{1, 2, 3, 4}},
		`{"kind":"AudioData","audioData":{"data":"//\u002bv","silent":null}}`:                  {},
		`{"kind":"AudioData","audioData":{"data":"\/\u002bv6"}}`:                               {},
		`{"kind":"AudioData","audioData":{"data":"","timestamp":"yesterday"}}`:                 {audio: []byte{}},
		`{"kind":"AudioData","new":{"a":[1,{}]},"audioData":{"data":"AQIDBA==","new":5}}`:      {audio: []byte{1, 2, 3, 4}},
		`{"KIND":"AudioData","audiodata":{"DATA":"AQIDBA=="}}`:                                 {audio: []byte{1, 2, 3, 4}},
		`{"kind":"AudioData","audioData":{"data":"AQID"}}`:                                     {}, // half a sample
		`{"kind":"AudioData","audioData":{"data":"AQIDBA="}}`:                                  {},
		`{"kind":"AudioData","audioData":{"data":"AQ=="}} x`:                                   {},
	} {
		var d decoder
		m, got, err := d.decode([]byte(text))
		if want.audio == nil {
			if err == nil {
				t.Errorf("%s: no error", text)
			}
			continue
		}
		if m != nil || err != nil || !bytes.Equal(got.audio, want.audio) || !got.at.Equal(want.at) {
			t.Errorf("%s: message %v, audio %v at %v, error %v", text, m, got.audio, got.at, err)
		}
	}
}

func TestEscapedAudio(t *testing.T) {
	var d decoder
	_, got, err := d.decode([]byte(`{"kind":"AudioData","audioData":{"data":"\/\u002BAB"}}` + "\n"))
	if err == nil {
		t.Errorf("audio of 3 bytes is taken: %v", got.audio)
	}
	_, got, err = d.decode([]byte(`{"kind":"AudioData","audioData":{"data":"\/\u002BA="}}`))
	if want := []byte{0xff, 0xe0}; err != nil || !bytes.Equal(got.audio, want) {
		t.Errorf("audio %x, error %v; want %x", got.audio, err, want)
	}
}

func TestOtherMessages(t *testing.T) {
	for _, text := range []string{
		`{"kind":"DtmfData","dtmfData":{"data":"3"}}`,
		`{"kind":"MarkData","markData":{"id":"one","status":"Cancelled"}}`,
		`{"kind":"AudioData"}`,
		`{"kind":"TranscriptionData","transcriptionData":{"text":"Hello"}}`,
		`{}`,
	} {
		var d decoder
		m, p, err := d.decode([]byte(text))
		if m == nil || p.audio != nil || err != nil {
			t.Errorf("%s: message %v, audio %v, error %v", text, m, p.audio, err)
		}
	}
}

func TestDigits(t *testing.T) {
	for data, want := range map[string]byte{
		"0": '0', "9": '9', "*": '*', "#": '#', "a": 'A', "D": 'D', "Mw==": '3', "Iw==": '#',
		"": 0, "E": 0, "12": 0, "1234": 0, "TQ==": 0, "\x00": 0,
	} {
		got, ok := digit(data)
		if ok != (want != 0) || ok && got != want {
			t.Errorf("%q: key %q, %v", data, got, ok)
		}
	}
}

func TestNothingIsAllocatedForAPacket(t *testing.T) {
	var d decoder
	text := bytes.Replace([]byte(packetText), []byte("AQIDBA=="), []byte(base64.StdEncoding.EncodeToString(make([]byte, 960))), 1)
	allocs := testing.AllocsPerRun(1000, func() {
		if _, p, err := d.decode(text); len(p.audio) != 960 || p.at.IsZero() || err != nil {
			t.Fatal(len(p.audio), p.at, err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

// FuzzDecode holds the fast way against encoding/json.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		packetText,
		` { "audioData" : { "data" : "AQIDBA==" , "silent" : true } , "kind" : "AudioData" } `,
		`{"kind":"AudioData","audioData":{"data":"\/\u002bA="}}`,
		`{"kind":"AudioData","audioData":{"data":"AQ==","data":"AQI="}}`,
		`{"kind":"AudioData","kind":"DtmfData","audioData":{},"audioData":null}`,
		`{"kind":"DtmfData","dtmfData":{"data":"3"}}`,
		`{"kind":"AudioData","audioData":{"data":"AQ` + "\n" + `I="}}`,
		`{"kind":"AudioData","audioData":{"silent":falsehood}}`,
		`{"kind":"AudioMetadata","audioMetadata":{"sampleRate":16000}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var d decoder
		got, p, err := d.decode(text)
		want := new(message)
		wantErr := json.Unmarshal(text, want)
		var audio []byte
		isAudio := wantErr == nil && want.Kind == audioData && want.AudioData != nil
		if isAudio {
			audio, wantErr = base64.StdEncoding.DecodeString(want.AudioData.Data)
			if len(audio)%2 != 0 {
				wantErr = errAudio
			}
		}
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("error %v, encoding/json says %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if isAudio {
			var at time.Time
			if at.UnmarshalText([]byte(want.AudioData.Timestamp)) != nil {
				at = time.Time{}
			}
			if got != nil || !bytes.Equal(p.audio, audio) || !p.at.Equal(at) {
				t.Fatalf("audio %v at %v, want %v at %v", p.audio, p.at, audio, at)
			}
			return
		}
		ours, _ := json.Marshal(got)
		theirs, _ := json.Marshal(want)
		if !bytes.Equal(ours, theirs) {
			t.Fatalf("%s, want %s", ours, theirs)
		}
	})
}
