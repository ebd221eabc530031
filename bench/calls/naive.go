package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"

	"github.com/gorilla/websocket"
)

// serveNaive is what the documentation of the networks, of gorilla/websocket and of encoding/json leads to: what a
// message is first, and then its type; the application has the audio in between, as it has with ours.
func serveNaive(l net.Listener, service string, j job) error {
	var speaks dialect = naiveTwilio{}
	if j.Network == "acs" {
		speaks = naiveACS{}
	}
	var upgrader websocket.Upgrader
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		telephone, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer telephone.Close()
		session, _, err := websocket.DefaultDialer.Dial("ws://"+service+"/", nil)
		if err != nil {
			return
		}
		defer session.Close()
		go naiveDeltas(session, func(n int, audio []byte) error { return speaks.play(telephone, n, audio) })
		naivePackets(telephone, session, speaks)
	}))
}

// A dialect is the messages of a network.
type dialect interface {
	// audio is that of a message, nil if it has none.
	audio(message []byte) ([]byte, error)
	play(telephone *websocket.Conn, n int, audio []byte) error
}

// naivePackets appends what the caller says.
func naivePackets(telephone, session *websocket.Conn, speaks dialect) {
	for {
		_, message, err := telephone.ReadMessage()
		if err != nil {
			return
		}
		audio, err := speaks.audio(message)
		if err != nil {
			return
		}
		if audio == nil {
			continue
		}
		if err := session.WriteJSON(struct {
			Type  string `json:"type"`
			Audio string `json:"audio"`
		}{"input_audio_buffer.append", base64.StdEncoding.EncodeToString(audio)}); err != nil {
			return
		}
	}
}

// naiveDeltas plays what the service says.
func naiveDeltas(session *websocket.Conn, play func(n int, audio []byte) error) {
	for n := 0; ; {
		_, message, err := session.ReadMessage()
		if err != nil {
			return
		}
		var envelope struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(message, &envelope) != nil {
			return
		}
		if envelope.Type != "response.audio.delta" {
			continue
		}
		var event struct {
			EventID      string `json:"event_id"`
			ResponseID   string `json:"response_id"`
			ItemID       string `json:"item_id"`
			OutputIndex  int    `json:"output_index"`
			ContentIndex int    `json:"content_index"`
			Delta        string `json:"delta"`
		}
		if json.Unmarshal(message, &event) != nil {
			return
		}
		audio, err := base64.StdEncoding.DecodeString(event.Delta)
		if err != nil || play(n, audio) != nil {
			return
		}
		n++
	}
}

type naiveTwilio struct{}

func (naiveTwilio) audio(message []byte) ([]byte, error) {
	var envelope struct {
		Event string `json:"event"`
	}
	if err := json.Unmarshal(message, &envelope); err != nil || envelope.Event != "media" {
		return nil, err
	}
	var media struct {
		SequenceNumber string `json:"sequenceNumber"`
		StreamSID      string `json:"streamSid"`
		Media          struct {
			Track     string `json:"track"`
			Chunk     string `json:"chunk"`
			Timestamp string `json:"timestamp"`
			Payload   string `json:"payload"`
		} `json:"media"`
	}
	if err := json.Unmarshal(message, &media); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(media.Media.Payload)
}

func (naiveTwilio) play(telephone *websocket.Conn, n int, audio []byte) error {
	type payload struct {
		Payload string `json:"payload"`
	}
	type name struct {
		Name string `json:"name"`
	}
	if err := telephone.WriteJSON(struct {
		Event     string  `json:"event"`
		StreamSID string  `json:"streamSid"`
		Media     payload `json:"media"`
	}{"media", streamSID, payload{base64.StdEncoding.EncodeToString(audio)}}); err != nil {
		return err
	}
	return telephone.WriteJSON(struct {
		Event     string `json:"event"`
		StreamSID string `json:"streamSid"`
		Mark      name   `json:"mark"`
	}{"mark", streamSID, name{fmt.Sprint(n)}})
}

type naiveACS struct{}

func (naiveACS) audio(message []byte) ([]byte, error) {
	var envelope struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(message, &envelope); err != nil || envelope.Kind != "AudioData" {
		return nil, err
	}
	var media struct {
		AudioData struct {
			Timestamp        string `json:"timestamp"`
			ParticipantRawID string `json:"participantRawID"`
			Data             string `json:"data"`
			Silent           bool   `json:"silent"`
		} `json:"audioData"`
	}
	if err := json.Unmarshal(message, &media); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(media.AudioData.Data)
}

func (naiveACS) play(telephone *websocket.Conn, _ int, audio []byte) error {
	type data struct {
		Data string
	}
	return telephone.WriteJSON(struct {
		Kind      string
		AudioData data
		StopAudio *struct{}
	}{"AudioData", data{base64.StdEncoding.EncodeToString(audio)}, nil})
}
