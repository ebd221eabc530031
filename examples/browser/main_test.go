package main

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A page that calls hears the greeting.
func TestTheGreeting(t *testing.T) {
	srv := voicelivetest.NewServer(t, &voicelivetest.Options{Pace: voicelivetest.Instant})
	client, err := srv.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	handler, err := newHandler(client, "gpt-realtime")
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(handler)
	defer site.Close()

	request := httptest.NewRequest("POST", site.URL+"/ticket", nil)
	request.RequestURI = ""
	request.Header.Set("Origin", site.URL)
	reply, err := site.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	var issued struct{ Ticket string }
	if err := json.NewDecoder(reply.Body).Decode(&issued); err != nil {
		t.Fatal(err)
	}
	dialer := websocket.Dialer{Subprotocols: []string{"voicelive.v1", issued.Ticket}}
	page, _, err := dialer.DialContext(t.Context(), strings.Replace(site.URL, "http", "ws", 1)+"/socket", request.Header)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	if err := page.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for audio, text := false, false; !audio || !text; {
		kind, data, err := page.ReadMessage()
		if err != nil {
			t.Fatalf("audio %v, text %v: %v", audio, text, err)
		}
		audio = audio || kind == websocket.BinaryMessage
		text = text || strings.Contains(string(data), "Hello")
	}
}
