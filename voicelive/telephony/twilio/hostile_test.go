package twilio_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio/twiliotest"
)

// TestNobodyIsServedWithoutProof opens calls that lack something.
func TestNobodyIsServedWithoutProof(t *testing.T) {
	forged := func(_ string, start string) string { return strings.ReplaceAll(start, "CA0", "CA1") }
	for name, change := range map[string]func(h *twilio.Handler, o *twiliotest.Options){
		"another token":  func(_ *twilio.Handler, o *twiliotest.Options) { o.AuthToken = "wrong" },
		"no secret":      func(_ *twilio.Handler, o *twiliotest.Options) { o.AuthToken = "" },
		"an unknown key": func(_ *twilio.Handler, o *twiliotest.Options) { o.KeyName, o.Key = "mine", "shared" },
		"a wrong key": func(h *twilio.Handler, o *twiliotest.Options) {
			o.KeyName, o.Key = "mine", "x"
			h.SharedKeys = map[string]string{"mine": "y"}
		},
		"another address": func(_ *twilio.Handler, o *twiliotest.Options) { o.Webhook, o.Stream = "", "wss://example.org/stream" },
		"no ticket":       func(_ *twilio.Handler, o *twiliotest.Options) { o.Webhook, o.Stream = "", "wss://example.com/stream" },
		"the ticket of another call": func(_ *twilio.Handler, o *twiliotest.Options) {
			o.Opening = func(connected, start string) []string { return []string{connected, forged(connected, start)} }
		},
		"no start": func(_ *twilio.Handler, o *twiliotest.Options) {
			o.Opening = func(c, _ string) []string { return []string{c} }
		},
		"no connected": func(_ *twilio.Handler, o *twiliotest.Options) {
			o.Opening = func(_, s string) []string { return []string{s} }
		},
		"the other order": func(_ *twilio.Handler, o *twiliotest.Options) {
			o.Opening = func(c, s string) []string { return []string{s, c} }
		},
		"audio first":       func(_ *twilio.Handler, o *twiliotest.Options) { o.Opening = opening(`{"event":"media"}`) },
		"garbage":           func(_ *twilio.Handler, o *twiliotest.Options) { o.Opening = opening("}{") },
		"no JSON at all":    func(_ *twilio.Handler, o *twiliotest.Options) { o.Opening = opening("\x00") },
		"a huge message":    func(_ *twilio.Handler, o *twiliotest.Options) { o.Opening = opening(strings.Repeat(" ", 65<<10)) },
		"a start of nobody": func(_ *twilio.Handler, o *twiliotest.Options) { o.Opening = opening(`{"event":"start","start":{}}`) },
		"other audio": func(_ *twilio.Handler, o *twiliotest.Options) {
			o.Opening = func(c, s string) []string { return []string{c, strings.Replace(s, "8000", "16000", 1)} }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := serve(t, func(context.Context, *twilio.Call) error {
					t.Error("the call is served")
					return nil
				}, change)
				_, phone := leg.NewPipe(leg.MuLaw)
				began := time.Now()
				if call, err := l.network.Call(phone); err == nil {
					call.Wait()
				}
				if took := time.Since(began); took > 15*time.Second {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// opening are messages behind connected.
func opening(messages ...string) func(connected, start string) []string {
	return func(connected, start string) []string { return append([]string{connected}, messages...) }
}

func TestASharedKeySigns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		served := false
		l := serve(t, func(context.Context, *twilio.Call) error { served = true; return nil }, func(h *twilio.Handler, o *twiliotest.Options) {
			h.SharedKeys = map[string]string{"mine": "shared"}
			o.KeyName, o.Key = "mine", "shared"
		})
		_, phone := leg.NewPipe(leg.MuLaw)
		call, err := l.network.Call(phone)
		if err != nil {
			t.Fatal(err)
		}
		call.Wait()
		if !served {
			t.Error("the call is not served")
		}
	})
}

// TestGarbageEndsACall sends messages that are wrong during a call.
func TestGarbageEndsACall(t *testing.T) {
	for name, test := range map[string]struct {
		message string
		ends    bool
	}{
		"no JSON":               {"garbage", true},
		"no event":              {"{}", true},
		"a second start":        {`{"event":"start","start":{}}`, true},
		"a second connected":    {`{"event":"connected"}`, true},
		"no base64":             {`{"event":"media","media":{"timestamp":"1","payload":"***"}}`, true},
		"no timestamp":          {`{"event":"media","media":{"payload":"AA=="}}`, true},
		"a timestamp of ages":   {`{"event":"media","media":{"timestamp":"99999999999999999999","payload":"AA=="}}`, true},
		"a huge message":        {strings.Repeat(" ", 65<<10), true},
		"an event of tomorrow":  {`{"event":"tomorrow"}`, false},
		"a key that is none":    {`{"event":"dtmf","dtmf":{"digit":"flash"}}`, false},
		"a mark of nobody":      {`{"event":"mark","mark":{"name":"m"}}`, false},
		"what the caller hears": {`{"event":"media","media":{"track":"outbound","timestamp":"1","payload":"AA=="}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			dialogue(t, func(ctx context.Context, call *twilio.Call) {
				err := hear(ctx, call, func(in leg.Input) bool {
					if in.Digit != '#' {
						t.Errorf("received %+v", in)
					}
					return in.Digit == '#'
				})
				if (err != nil) != test.ends || err == io.EOF {
					t.Errorf("received %v", err)
				}
			}, func(ctx context.Context, person *leg.PipeEnd, call *twiliotest.Call) {
				time.Sleep(time.Second)
				call.Inject(test.message)
				time.Sleep(time.Second)
				_ = person.PressKey(ctx, '#') // the leg may have ended
			})
		})
	}
}

func TestAPeerThatNeverReads(t *testing.T) {
	dialogue(t, func(ctx context.Context, call *twilio.Call) {
		began := time.Now()
		for {
			if err := call.Play(ctx, random(4000)); err != nil {
				break
			}
			if time.Since(began) > time.Minute {
				t.Error("nothing bounds what is written")
				return
			}
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
		if err := hear(ctx, call, func(leg.Input) bool { return false }); err == nil || err == io.EOF {
			t.Errorf("received %v", err)
		}
	}, func(_ context.Context, _ *leg.PipeEnd, call *twiliotest.Call) {
		time.AfterFunc(time.Minute, call.Stall())
	})
}

// Virtual time goes on while several wait for a peer that does not read.
func TestManyWaitForAPeerThatNeverReads(t *testing.T) {
	dialogue(t, func(ctx context.Context, call *twilio.Call) {
		time.Sleep(time.Second)
		began := time.Now()
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if err := call.Play(ctx, random(1<<20)); err == nil {
				t.Error("nothing bounds what is written")
			}
		})
		synctest.Wait()
		waiting.Go(func() {
			if err := call.Clear(ctx); err == nil {
				t.Error("the peer reads")
			}
		})
		waiting.Go(func() { call.HangUp(ctx, "enough") })
		waiting.Wait()
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	}, func(_ context.Context, _ *leg.PipeEnd, call *twiliotest.Call) {
		time.AfterFunc(time.Minute, call.Stall())
	})
}

// A door is the server of a handler, for peers that do what no library would.
type door struct {
	served atomic.Int64
	dial   func() net.Conn
	header string // of an upgrade that was signed
}

// open opens a door in a bubble.
func openDoor(t *testing.T) *door {
	d := new(door)
	h := &twilio.Handler{URL: "wss://example.com/stream", AuthToken: secret, Serve: func(context.Context, *twilio.Call) error {
		d.served.Add(1)
		return nil
	}}
	conns := make(chan net.Conn)
	mux := http.NewServeMux()
	mux.Handle("/stream", h)
	mux.Handle("/answer", &twilio.Webhook{URL: "https://example.com/answer", Handler: h})
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 10 * time.Second}
	var running sync.WaitGroup
	running.Go(func() { _ = srv.Serve(&queue{conns}) })
	t.Cleanup(func() {
		close(conns)
		running.Wait()
		if err := h.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		_ = srv.Close()
	})
	d.dial = func() net.Conn {
		near, far := wstest.NewLine(wstest.LineOptions{Window: 64 << 10}, wstest.LineOptions{Window: 64 << 10})
		conns <- far
		return near
	}
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(h.URL))
	d.header = "GET /stream HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Twilio-Signature: " + base64.StdEncoding.EncodeToString(mac.Sum(nil)) + "\r\n\r\n"
	return d
}

type queue struct{ conns chan net.Conn }

func (q *queue) Accept() (net.Conn, error) {
	if conn, ok := <-q.conns; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}
func (q *queue) Close() error   { return nil }
func (q *queue) Addr() net.Addr { return &net.IPAddr{} }

// masked is a frame with a message as a client sends it.
func masked(message string) []byte {
	b := wstest.AppendHeader(nil, wstest.Fin|wstest.Text, len(message))
	b[1] |= wstest.MaskBit
	return append(append(b, 0, 0, 0, 0), message...) // a mask that changes nothing
}

// startOfCA1 describes a call.
const startOfCA1 = `{"event":"start","start":{"streamSid":"MZ1","accountSid":"AC1","callSid":"CA1","mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}}}`

func TestHostilePeers(t *testing.T) {
	slowly := func(conn net.Conn, b []byte) {
		for _, c := range b {
			if _, err := conn.Write([]byte{c}); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}
	for name, attack := range map[string]func(d *door, conn net.Conn){
		"nothing":            func(*door, net.Conn) {},
		"half an upgrade":    func(d *door, conn net.Conn) { io.WriteString(conn, d.header[:len(d.header)-2]) },
		"an upgrade, slowly": func(d *door, conn net.Conn) { slowly(conn, []byte(d.header)) },
		"a form, slowly": func(_ *door, conn net.Conn) {
			io.WriteString(conn, "POST /answer HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n")
			slowly(conn, bytes.Repeat([]byte("a"), 1000))
		},
		"no upgrade": func(d *door, conn net.Conn) {
			io.WriteString(conn, strings.Replace(d.header, "Upgrade: websocket\r\n", "", 1))
		},
		"a replayed signature": func(d *door, conn net.Conn) {
			io.WriteString(conn, d.header)
			conn.Write(append(masked(`{"event":"connected"}`), masked(startOfCA1)...))
		},
		"then nothing": func(d *door, conn net.Conn) { io.WriteString(conn, d.header) },
		"then bytes, slowly": func(d *door, conn net.Conn) {
			io.WriteString(conn, d.header)
			slowly(conn, masked(`{"event":"connected","protocol":"Call","version":"1.0.0"}`))
		},
		"then no frame": func(d *door, conn net.Conn) {
			io.WriteString(conn, d.header)
			conn.Write(bytes.Repeat([]byte{0x55}, 10_000))
		},
		"then a huge frame": func(d *door, conn net.Conn) {
			io.WriteString(conn, d.header)
			conn.Write([]byte{0x81, 0xff, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0})
		},
		"then endless pings": func(d *door, conn net.Conn) {
			io.WriteString(conn, d.header)
			endless(conn, []byte{0x89, 0x80, 0, 0, 0, 0})
		},
		"then endless messages": func(d *door, conn net.Conn) {
			io.WriteString(conn, d.header)
			endless(conn, []byte{0x01, 0x81, 0, 0, 0, 0, ' '})
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := openDoor(t)
				conn := d.dial()
				var attacking sync.WaitGroup
				attacking.Go(func() { attack(d, conn) })
				began := time.Now()
				reply, _ := io.ReadAll(conn) // until the server closes
				conn.Close()
				attacking.Wait()
				if took := time.Since(began); took > 25*time.Second {
					t.Errorf("it took %v: %q", took, reply)
				}
				if n := d.served.Load(); n != 0 {
					t.Errorf("%d calls are served", n)
				}
			})
		})
	}
}

// endless writes until nobody reads.
func endless(conn net.Conn, b []byte) {
	for {
		if _, err := conn.Write(b); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

var idle = flag.Int("idle", 500, "how many idle sockets to open")

// TestIdleSockets opens sockets with a signature that was seen once, and says nothing on them.
func TestIdleSockets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := openDoor(t)
		before := memory()
		conns := make([]net.Conn, *idle)
		for i := range conns {
			conns[i] = d.dial()
			if _, err := io.WriteString(conns[i], d.header); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		each := (memory() - before) / int64(len(conns))
		t.Logf("%d sockets take %d bytes each, both ends", len(conns), each)
		if each > 64<<10 {
			t.Errorf("an idle socket takes %d bytes", each)
		}
		began := time.Now()
		for _, conn := range conns {
			if reply, err := io.ReadAll(conn); err != nil || !bytes.Contains(reply, []byte("101 Switching")) {
				t.Fatalf("read %q, %v", reply, err)
			}
			conn.Close()
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("they live for %v", took)
		}
		if n := d.served.Load(); n != 0 {
			t.Errorf("%d calls are served", n)
		}
	})
}

// memory is that of the heap and of stacks.
func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

func TestACallTooMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := serve(t, func(ctx context.Context, call *twilio.Call) error {
			return hear(ctx, call, func(leg.Input) bool { return false })
		}, func(h *twilio.Handler, _ *twiliotest.Options) { h.MaxCalls = 2 })
		var people []*leg.PipeEnd
		var calls []*twiliotest.Call
		for i := range 3 {
			person, phone := leg.NewPipe(leg.MuLaw)
			call, err := l.network.Call(phone)
			if want := i == 2; (err != nil) != want || want && !strings.Contains(fmt.Sprint(err), "503") {
				t.Errorf("call %d: %v", i, err)
			}
			people, calls = append(people, person), append(calls, call)
		}
		for i := range 2 {
			if err := people[i].HangUp(t.Context(), ""); err != nil {
				t.Error(err)
			}
			calls[i].Wait()
		}
	})
}
