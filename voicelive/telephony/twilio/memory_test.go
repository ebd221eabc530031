//go:build !race

package twilio_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
)

// TestTheMemoryOfCalls has calls in which both sides have spoken, with their share of the HTTP server.
func TestTheMemoryOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &twilio.Handler{URL: "wss://example.com/stream", AllowAnyone: true, AllowAnyTwiML: true, Serve: func(ctx context.Context, call *twilio.Call) error {
			heard := 0
			err := hear(ctx, call, func(in leg.Input) bool {
				heard += len(in.Audio)
				return heard == 10*160
			})
			if err != nil {
				t.Error(err)
			}
			if err := call.PlayMarked(ctx, random(800), "mark"); err != nil {
				t.Error(err)
			}
			if err := hear(ctx, call, func(leg.Input) bool { return false }); err == nil {
				t.Error("the call goes on")
			}
			return nil
		}}
		conns := make(chan net.Conn)
		srv := &http.Server{Handler: h}
		go srv.Serve(&queue{conns})
		before := memory()
		phones := make([]net.Conn, 300)
		for i := range phones {
			near, far := net.Pipe()
			phones[i] = near
			conns <- far
			speak(t, near)
		}
		synctest.Wait()
		each := (memory() - before) / int64(len(phones))
		t.Logf("%d bytes for a call", each)
		if each > 48<<10 {
			t.Errorf("%d bytes for a call, more than 48 KiB", each)
		}
		for _, phone := range phones {
			phone.Close()
		}
		if err := h.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		close(conns)
		srv.Close()
	})
}

// speak opens a call, says 200 ms, and takes what is played.
func speak(t *testing.T, phone net.Conn) {
	t.Helper()
	io.WriteString(phone, "GET /stream HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if _, err := http.ReadResponse(bufio.NewReader(phone), nil); err != nil {
		t.Fatal(err)
	}
	phone.Write(masked(`{"event":"connected"}`))
	phone.Write(masked(startOfCA1))
	for i := range 10 {
		phone.Write(masked(fmt.Sprintf(`{"event":"media","media":{"timestamp":"%d","payload":"%s"}}`, 20*i, base64.StdEncoding.EncodeToString(random(160)))))
	}
	if _, err := io.ReadAtLeast(phone, make([]byte, 2000), 800); err != nil {
		t.Fatal(err)
	}
}
