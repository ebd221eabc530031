package acs_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs/acstest"
)

// drain receives until the call ends, and returns how it does.
func drain(ctx context.Context, call *acs.Call) error {
	for {
		if _, err := call.Receive(ctx); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// mustNotServe is for calls that must not begin.
func mustNotServe(t *testing.T) func(context.Context, *acs.Call) error {
	return func(context.Context, *acs.Call) error {
		t.Error("a call began")
		return nil
	}
}

func TestRequestsWithoutAGoodTokenAreNotUpgraded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, mustNotServe(t))
		for name, test := range map[string]struct {
			authorization string
			want          int
		}{
			"none":             {"", http.StatusUnauthorized},
			"garbage":          {"Bearer garbage", http.StatusUnauthorized},
			"expired":          {"Bearer " + p.service.Token(map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}), http.StatusUnauthorized},
			"another resource": {"Bearer " + p.service.Token(map[string]any{"aud": "another"}), http.StatusUnauthorized},
		} {
			socket, status, err := p.service.Upgrade("/media", test.authorization)
			if socket != nil || status != test.want || !errors.Is(err, websocket.ErrBadHandshake) {
				t.Errorf("%s: status %d, error %v; want %d", name, status, err, test.want)
			}
		}
		p.service.RotateKeys()
		p.service.RefuseKeys(http.StatusBadGateway)
		time.Sleep(time.Minute)
		if _, status, _ := p.service.Upgrade("/media", "Bearer "+p.service.Token(nil)); status != http.StatusUnauthorized && status != http.StatusServiceUnavailable {
			t.Errorf("without keys: status %d", status)
		}
	})
}

func TestATokenOpensOneSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error { return drain(ctx, call) })
		token := "Bearer " + p.service.Token(nil)
		socket, status, err := p.service.Upgrade("/media", token)
		if err != nil {
			t.Fatalf("status %d, error %v", status, err)
		}
		defer socket.Close()
		for _, again := range []string{token, strings.Replace(token, "Bearer ", "bearer ", 1)} {
			if _, status, _ := p.service.Upgrade("/media", again); status != http.StatusUnauthorized {
				t.Errorf("a token that comes again: status %d", status)
			}
		}
		socket.Close()
		if _, status, _ := p.service.Upgrade("/media", token); status != http.StatusUnauthorized {
			t.Errorf("a token that comes again after the call: status %d", status)
		}
	})
}

func TestHandlersThatAreIncomplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := acstest.New(t, nil)
		mux := http.NewServeMux()
		mux.Handle("/no-tokens", &acs.Handler{Serve: mustNotServe(t)})
		mux.Handle("/no-serve", &acs.Handler{AllowAnyone: true})
		mux.Handle("/anyone", &acs.Handler{AllowAnyone: true, Serve: func(ctx context.Context, call *acs.Call) error { return drain(ctx, call) }})
		service.Serve(mux)
		for path, want := range map[string]int{"/no-tokens": 500, "/no-serve": 500, "/anyone": 101} {
			socket, status, _ := service.Upgrade(path, "")
			if status != want {
				t.Errorf("%s: status %d, want %d", path, status, want)
			}
			if socket != nil {
				socket.Close()
			}
		}
	})
}

func TestRequestsThatAreNoUpgrades(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, mustNotServe(t))
		authorization := http.Header{"Authorization": {"Bearer " + p.service.Token(nil)}}
		if status, _ := p.service.Post("/media", authorization, "Hello"); status != http.StatusBadRequest {
			t.Errorf("status %d", status)
		}
	})
}

// hostile peers have a good token, and the handler gets rid of them by itself.
func TestSocketsThatDoNotBeginACall(t *testing.T) {
	text := func(s ...string) []byte {
		var b []byte
		for _, s := range s {
			b = append(b, masked(wstest.Fin|wstest.Text, []byte(s))...)
		}
		return b
	}
	metadata := acstest.Metadata(16000)
	for name, test := range map[string]struct {
		bytes []byte
		code  int // of the close frame
		after time.Duration
	}{
		"nothing":                  {nil, 1008, 10 * time.Second},
		"half a frame":             {text(metadata)[:10], 1008, 10 * time.Second},
		"messages of other kinds":  {text(`{"kind":"Other"}`, `{}`), 1008, 10 * time.Second},
		"audio first":              {text(acstest.Audio(time.Unix(0, 0), make([]byte, 640))), 1008, 0},
		"a key first":              {text(`{"kind":"DtmfData","dtmfData":{"data":"1"}}`), 1008, 0},
		"garbage":                  {text("garbage"), 1008, 0},
		"a list":                   {text("[]"), 1008, 0},
		"metadata without content": {text(`{"kind":"AudioMetadata"}`), 1008, 0},
		"stereo":                   {text(strings.Replace(metadata, `"channels":1`, `"channels":2`, 1)), 1008, 0},
		"8 kHz":                    {text(acstest.Metadata(8000)), 1008, 0},
		"G.711":                    {text(strings.Replace(metadata, "PCM", "PCMU", 1)), 1008, 0},
		"a huge frame":             {[]byte{wstest.Fin | wstest.Text, wstest.MaskBit | 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1009, 0},
		"a large frame":            {masked(wstest.Fin|wstest.Text, make([]byte, 65<<10)), 1009, 0},
		"binary noise":             {[]byte("\x00\x01\x02\x03\x04\x05\x06\x07"), 1002, 0},
		"not UTF-8":                {masked(wstest.Fin|wstest.Text, []byte{0xff}), 1007, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPhone(t, nil, mustNotServe(t))
				socket, _, err := p.service.Upgrade("/media", "Bearer "+p.service.Token(nil))
				if err != nil {
					t.Fatal(err)
				}
				defer socket.Close()
				began := time.Now()
				go socket.NetConn().Write(test.bytes)
				_, _, err = socket.ReadMessage()
				var closed *websocket.CloseError
				if !errors.As(err, &closed) || closed.Code != test.code || time.Since(began) != test.after {
					t.Errorf("%v after %v; want code %d after %v", err, time.Since(began), test.code, test.after)
				}
			})
		})
	}
}

// masked returns a frame of a client.
func masked(first byte, payload []byte) []byte {
	header := wstest.AppendHeader(nil, first, len(payload))
	header[1] |= wstest.MaskBit
	return append(append(header, 0, 0, 0, 0), payload...) // a mask of zeros
}

func TestASlowLorisIsGoneInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, mustNotServe(t))
		socket, _, err := p.service.Upgrade("/media", "Bearer "+p.service.Token(nil))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		go io.Copy(io.Discard, socket.NetConn())
		for _, b := range masked(wstest.Fin|wstest.Text, bytes.Repeat([]byte(" "), 10_000)) {
			if _, err := socket.NetConn().Write([]byte{b}); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		if d := time.Since(began); d > 15*time.Second {
			t.Errorf("it was there for %v", d)
		}
	})
}

var idle = flag.Int("idle", 200, "how many idle sockets to open")

// TestIdleSockets opens sockets with good tokens, some more than the handler takes, and says nothing on them.
func TestIdleSockets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, mustNotServe(t))
		p.handler.MaxCalls = *idle
		accepted, refused := 0, 0
		for range *idle + 100 {
			socket, status, err := p.service.Upgrade("/media", "Bearer "+p.service.Token(nil))
			switch {
			case err == nil:
				accepted++
				defer socket.Close()
				go io.Copy(io.Discard, socket.NetConn())
			case status == http.StatusServiceUnavailable:
				refused++
			}
		}
		if accepted != *idle || refused != 100 {
			t.Errorf("%d sockets accepted, %d refused", accepted, refused)
		}
		time.Sleep(20 * time.Second)
		socket, _, err := p.service.Upgrade("/media", "Bearer "+p.service.Token(nil))
		if err != nil {
			t.Fatalf("behind them: %v", err)
		}
		socket.Close()
	})
}

// A token of an unknown key is looked at until the issuer has told its keys, which may take seconds.
func TestTokensThatAreCheckedAreNoCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error { return drain(ctx, call) })
		p.handler.MaxCalls = 1
		p.handler.Tokens.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if p.service.KeyRequests() == 0 {
				return p.service.RoundTrip(r)
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		call := func() {
			t.Helper()
			socket, status, err := p.service.Upgrade("/media", "Bearer "+p.service.Token(nil))
			if err != nil {
				t.Fatalf("status %d, error %v", status, err)
			}
			socket.Close()
			synctest.Wait()
		}
		call()
		time.Sleep(time.Minute)
		var flood sync.WaitGroup
		for range 10 {
			flood.Go(func() {
				token := p.service.Token(map[string]any{"kid": "unknown"})
				if _, status, _ := p.service.Upgrade("/media", "Bearer "+token); status != http.StatusUnauthorized {
					t.Errorf("a token of an unknown key: status %d", status)
				}
			})
		}
		synctest.Wait()
		call()
		flood.Wait()
	})
}

func TestCallsThatGoWrong(t *testing.T) {
	for name, test := range map[string]struct {
		do   func(*acstest.Call)
		want string // of the error of Receive; empty for io.EOF
	}{
		"the user hangs up":        {func(c *acstest.Call) { c.HangUp() }, ""},
		"the line breaks":          {func(c *acstest.Call) { c.Abort() }, ""},
		"garbage":                  {func(c *acstest.Call) { c.Send("garbage") }, "not what it should be"},
		"audio that is not base64": {func(c *acstest.Call) { c.Send(`{"kind":"AudioData","audioData":{"data":"a"}}`) }, "not base64"},
		"half a sample":            {func(c *acstest.Call) { c.Send(`{"kind":"AudioData","audioData":{"data":"AQ=="}}`) }, "whole samples"},
		"a frame without a mask":   {func(c *acstest.Call) { c.SendBytes(wstest.Frame(wstest.Fin|wstest.Text, []byte("{}"))) }, "not masked"},
		"a large message":          {func(c *acstest.Call) { c.Send(strings.Repeat(" ", 65<<10)) }, "too large"},
		"silence for ever":         {func(c *acstest.Call) { c.Mute(time.Hour) }, "nothing for too long"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got error
				served := make(chan bool, 1)
				p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
					got = drain(ctx, call)
					if _, err := call.Receive(ctx); err == nil {
						t.Error("the call goes on")
					}
					served <- true
					return nil
				})
				user := legtest.New(t, leg.PCM24kHz)
				call := p.service.Call("/media", user.Leg())
				user.Silence(time.Second)
				test.do(call)
				<-served
				if (got == nil) != (test.want == "") || got != nil && !strings.Contains(got.Error(), test.want) {
					t.Errorf("the call ended with %v, want %q", got, test.want)
				}
				call.Wait()
				time.Sleep(time.Minute)
			})
		})
	}
}

func TestMessagesOfOtherKindsAreSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		digits := ""
		p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
			for {
				in, err := call.Receive(ctx)
				if err != nil {
					return nil
				}
				if in.Digit != 0 {
					digits += string(in.Digit)
				}
				if in.Mark != "" {
					digits += "(" + in.Mark + ")"
				}
				if in.Cleared {
					digits += "-"
				}
			}
		})
		user := legtest.New(t, leg.PCM16kHz)
		call := p.service.Call("/media", user.Leg())
		for _, text := range []string{
			`{"kind":"TranscriptionData"}`, `{}`, `{"kind":"DtmfData"}`, `{"kind":"DtmfData","dtmfData":{"data":"long"}}`, acstest.Metadata(16000),
			`{"kind":"MarkData","markData":{"id":"one","status":"Completed"}}`, `{"kind":"MarkData","markData":{"id":"two","status":"Cancelled"}}`,
		} {
			if err := call.Send(text); err != nil {
				t.Fatal(err)
			}
		}
		user.PressKeys("12*#")
		user.HangUp()
		call.Wait()
		synctest.Wait()
		if digits != "(one)(two)-12*#" {
			t.Errorf("received %q", digits)
		}
	})
}

func TestAPeerThatNeverReadsEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got error
		p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
			for range 100 {
				if got = call.Play(ctx, make([]byte, 48_000)); got != nil {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			if _, err := call.Receive(ctx); err == nil || err == io.EOF {
				t.Errorf("Receive returns %v", err)
			}
			return got
		})
		user := legtest.New(t, leg.PCM24kHz)
		call := p.service.Call("/media", user.PlainLeg())
		read := call.StopReading()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got == nil || !strings.Contains(got.Error(), "sending audio") {
			t.Errorf("Play returns %v", got)
		}
		read()
		call.Wait()
	})
}

func TestAQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
			n := 0
			for call.Play(ctx, make([]byte, 1<<20)) == nil {
				n++
			}
			if n != 32 {
				t.Errorf("%d MiB are queued", n)
			}
			if err := call.Clear(ctx); err != nil || call.Play(ctx, make([]byte, 2)) != nil {
				t.Errorf("the queue is full behind Clear, error %v", err)
			}
			return nil
		})
		p.service.Call("/media", legtest.New(t, leg.PCM24kHz).Leg()).Wait()
	})
}

func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Int32
		p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
			defer ended.Add(1)
			return drain(ctx, call)
		})
		polite, stubborn := legtest.New(t, leg.PCM24kHz), legtest.New(t, leg.PCM24kHz)
		calls := []*acstest.Call{p.service.Call("/media", polite.Leg()), p.service.Call("/media", stubborn.Leg())}
		time.AfterFunc(10*time.Second, polite.HangUp)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		go func() {
			time.Sleep(time.Second)
			if _, status, _ := p.service.Upgrade("/media", "Bearer "+p.service.Token(nil)); status != http.StatusServiceUnavailable {
				t.Errorf("a call that comes in: status %d", status)
			}
		}()
		if err := p.handler.Shutdown(ctx); err != context.DeadlineExceeded || time.Since(began) > time.Minute+5*time.Second || ended.Load() != 2 {
			t.Errorf("error %v after %v, %d calls ended", err, time.Since(began), ended.Load())
		}
		for _, call := range calls {
			call.Wait()
		}
		if calls[0].Ended() != "the user hung up" || calls[1].Ended() != "terminated" {
			t.Errorf("the calls ended: %s, %s", calls[0].Ended(), calls[1].Ended())
		}
		if err := p.handler.Shutdown(t.Context()); err != nil {
			t.Errorf("again: %v", err)
		}
	})
}

func TestShutdownIsNoFailureOfTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
			<-ctx.Done()
			return ctx.Err()
		})
		var failures bytes.Buffer
		p.handler.Logger = slog.New(slog.NewTextHandler(&failures, &slog.HandlerOptions{Level: slog.LevelWarn}))
		call := p.service.Call("/media", legtest.New(t, leg.PCM24kHz).Leg())
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.handler.Shutdown(ctx); err != context.Canceled {
			t.Error(err)
		}
		call.Wait()
		if call.Ended() != "terminated" || failures.Len() > 0 {
			t.Errorf("the call ended: %s\n%s", call.Ended(), failures.String())
		}
	})
}

func TestTheEndOfServeHangsUp(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		code int
	}{"without an error": {nil, 1000}, "with an error": {errors.New("broken"), 1011}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPhone(t, nil, func(context.Context, *acs.Call) error { return test.err })
				p.handler.Client = nil // so that the close frame tells
				call := p.service.Call("/media", legtest.New(t, leg.PCM24kHz).Leg())
				call.Wait()
				if !websocket.IsCloseError(call.Closed(), test.code) || strings.Contains(call.Closed().Error(), "broken") {
					t.Errorf("closed with %v, want code %d", call.Closed(), test.code)
				}
			})
		})
	}
}
