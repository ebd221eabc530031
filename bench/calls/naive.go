package main

import (
	"fmt"
	"net"
	"net/http"

	"github.com/gorilla/websocket"
)

// serveNaive is what the documentation of the networks, of gorilla/websocket and of encoding/json leads to.
func serveNaive(l net.Listener, service string, j job) error {
	serve := naiveTwilio
	if j.Network == "acs" {
		serve = naiveACS
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
		serve(telephone, session)
	}))
}

type naiveAppend struct {
	Type  string `json:"type"`
	Audio string `json:"audio"`
}

// naiveDeltas hands on the audio of deltas.
func naiveDeltas(session *websocket.Conn, play func(n int, audio string) error) {
	for n := 0; ; {
		var event struct {
			Type  string `json:"type"`
			Delta string `json:"delta"`
		}
		if err := session.ReadJSON(&event); err != nil {
			return
		}
		if event.Type == "response.audio.delta" {
			if err := play(n, event.Delta); err != nil {
				return
			}
			n++
		}
	}
}

type naiveMedia struct {
	Track     string `json:"track,omitempty"`
	Chunk     string `json:"chunk,omitempty"`
	Timestamp string `json:"timestamp,omitempty"`
	Payload   string `json:"payload"`
}

type naiveMark struct {
	Name string `json:"name"`
}

type naiveMessage struct {
	Event     string      `json:"event"`
	StreamSID string      `json:"streamSid"`
	Media     *naiveMedia `json:"media,omitempty"`
	Mark      *naiveMark  `json:"mark,omitempty"`
}

func naiveTwilio(telephone, session *websocket.Conn) {
	go naiveDeltas(session, func(n int, audio string) error {
		if err := telephone.WriteJSON(naiveMessage{Event: "media", StreamSID: streamSID, Media: &naiveMedia{Payload: audio}}); err != nil {
			return err
		}
		return telephone.WriteJSON(naiveMessage{Event: "mark", StreamSID: streamSID, Mark: &naiveMark{fmt.Sprint(n)}})
	})
	for {
		var message naiveMessage
		if err := telephone.ReadJSON(&message); err != nil {
			return
		}
		if message.Event != "media" || message.Media == nil {
			continue
		}
		if err := session.WriteJSON(naiveAppend{"input_audio_buffer.append", message.Media.Payload}); err != nil {
			return
		}
	}
}

func naiveACS(telephone, session *websocket.Conn) {
	type played struct {
		Data string `json:"Data"`
	}
	go naiveDeltas(session, func(_ int, audio string) error {
		return telephone.WriteJSON(struct {
			Kind      string    `json:"Kind"`
			AudioData played    `json:"AudioData"`
			StopAudio *struct{} `json:"StopAudio"`
		}{"AudioData", played{audio}, nil})
	})
	for {
		var message struct {
			Kind      string `json:"kind"`
			AudioData *struct {
				Timestamp      string `json:"timestamp"`
				ParticipantRaw string `json:"participantRawID"`
				Data           string `json:"data"`
				Silent         bool   `json:"silent"`
			} `json:"audioData"`
		}
		if err := telephone.ReadJSON(&message); err != nil {
			return
		}
		if message.Kind != "AudioData" || message.AudioData == nil {
			continue
		}
		if err := session.WriteJSON(naiveAppend{"input_audio_buffer.append", message.AudioData.Data}); err != nil {
			return
		}
	}
}
