package ws

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// An answer without end is not read to its end.
func TestTheAnswerToTheHandshakeIsBounded(t *testing.T) {
	const piece = 4 << 10
	for name, tt := range map[string]struct {
		begin, more string
		most        int
	}{
		"headers": {"HTTP/1.1 101 Switching Protocols\r\n", "X: " + strings.Repeat("x", piece-5) + "\r\n", maxHeader},
		"a line":  {"HTTP/1.1 101 ", strings.Repeat("x", piece), maxHeader},
		"a body":  {"HTTP/1.1 403 Forbidden\r\n\r\n", strings.Repeat("x", piece), maxHeader + maxRefusalBody},
		"100s":    {"HTTP/1.1 100 Continue\r\n\r\n", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", piece/25), maxHeader},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, accepted := wstest.Pipes()
				var wg sync.WaitGroup
				taken := 0
				wg.Go(func() {
					conn := <-accepted
					defer conn.Close()
					http.ReadRequest(bufio.NewReader(conn))
					n, err := conn.Write([]byte(tt.begin))
					for taken = n; err == nil && taken < 1<<20; taken += n {
						n, err = conn.Write([]byte(tt.more))
					}
				})
				c, resp, err := Dial(t.Context(), testConfig(t, dial))
				if c != nil {
					t.Error("connected")
				}
				if resp == nil && !errors.Is(err, errHeaderTooLong) {
					t.Errorf("got %v", err)
				}
				wg.Wait()
				if taken > tt.most+piece {
					t.Errorf("%d bytes were read", taken)
				}
			})
		})
	}
}

// refusing dials a server that replies with some bytes and then says nothing.
func refusing(t *testing.T, reply string) (resp *http.Response, handshakes int, err error) {
	t.Helper()
	dial, accepted := wstest.Pipes()
	var wg sync.WaitGroup
	over := make(chan struct{})
	wg.Go(func() {
		for {
			select {
			case conn := <-accepted:
				handshakes++
				http.ReadRequest(bufio.NewReader(conn))
				io.WriteString(conn, reply)
				io.Copy(io.Discard, conn)
				conn.Close()
			case <-over:
				return
			}
		}
	})
	_, resp, err = Dial(t.Context(), testConfig(t, dial))
	close(over)
	wg.Wait()
	return resp, handshakes, err
}

func TestARefusalWhoseBodyDoesNotEndIsThatRefusal(t *testing.T) {
	const body = `{"error":{"code":"NoAccess"}}`
	for name, tt := range map[string]struct{ reply, body string }{
		"one byte of 500":             {"HTTP/1.1 403 Forbidden\r\nContent-Length: 500\r\n\r\n{", "{"},
		"nothing of 500":              {"HTTP/1.1 403 Forbidden\r\nContent-Length: 500\r\n\r\n", ""},
		"no length":                   {"HTTP/1.1 403 Forbidden\r\n\r\n" + body, body},
		"chunks without the last one": {"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n1d\r\n" + body + "\r\n", body},
		"2,000 of 3,000 bytes":        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 3000\r\n\r\n" + strings.Repeat("x", 2000), strings.Repeat("x", 2000)},
		"behind early hints":          {"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 403 Forbidden\r\nContent-Length: 500\r\n\r\n{", "{"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				resp, handshakes, err := refusing(t, tt.reply)
				if err != nil || resp.StatusCode != http.StatusForbidden || handshakes != 1 {
					t.Fatalf("got %v, %v after %d handshakes", resp, err, handshakes)
				}
				if got, err := io.ReadAll(resp.Body); string(got) != tt.body || err != nil {
					t.Errorf("got body %q, %v", got, err)
				}
				if took := time.Since(began); took > refusalPatience {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// The limit of the handshake ends the wait for a body, and not the refusal.
func TestARefusalThatComesLateIsThatRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, accepted := wstest.Pipes()
		config := testConfig(t, dial)
		var wg sync.WaitGroup
		wg.Go(func() {
			conn := <-accepted
			defer conn.Close()
			http.ReadRequest(bufio.NewReader(conn))
			time.Sleep(config.Limits.HandshakeTimeout - time.Second)
			io.WriteString(conn, "HTTP/1.1 403 Forbidden\r\nContent-Length: 500\r\n\r\n{")
			io.Copy(io.Discard, conn)
		})
		_, resp, err := Dial(t.Context(), config)
		if err != nil || resp.StatusCode != http.StatusForbidden {
			t.Errorf("got %v, %v", resp, err)
		}
		wg.Wait()
	})
}

// Frames that come in the same packet as the reply are like later ones.
func TestFramesBehindTheReply(t *testing.T) {
	for title, tt := range map[string]struct {
		frames []byte
		want   []string
	}{
		"a bad one":                 {wstest.Frame(0x88, []byte{3}), nil},
		"a bad one behind good":     {slices.Concat(text(message("a")), text(messageOf("b", 3000)), []byte{0x81, 126, 0, 2, '{', '}'}), []string{"a", "b"}},
		"a bad one behind 200 good": {slices.Concat(bytes.Repeat(text(message("a")), 200), []byte{0x83, 0}), slices.Repeat([]string{"a"}, 200)},
	} {
		t.Run(title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, accepted := wstest.Pipes()
				var wg sync.WaitGroup
				defer wg.Wait()
				wg.Go(func() {
					conn := <-accepted
					defer conn.Close()
					req, err := http.ReadRequest(bufio.NewReader(conn))
					if err != nil {
						t.Error(err)
						return
					}
					conn.Write(append(wstest.Acceptance(req, ""), tt.frames...))
					io.Copy(io.Discard, conn)
				})
				c, _, err := Dial(t.Context(), testConfig(t, dial))
				if err != nil {
					t.Fatal(err)
				}
				c.Start(func([]byte) {}, func() {})
				defer c.Close(1000, "")
				var got []string
				m, err := c.Next(t.Context())
				for ; err == nil; m, err = c.Next(t.Context()) {
					got = append(got, name(m.Data))
				}
				if _, violated := errors.AsType[*ProtocolError](err); !violated {
					t.Errorf("the end is %v", err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// Whatever the reply to the handshake is, Dial returns, and reads no more than it may.
func FuzzHandshakeAnswer(f *testing.F) {
	const good = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: KEY\r\n\r\n"
	for _, answer := range []string{
		good, good + "\x81\x02{}", good + "\x88\x01x", "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!", "HTTP/1.1 100 Continue\r\n\r\n" + good,
		"HTTP/1.1 429 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "HTTP/1.1 101 X\r\n" + "X: y\r\n", "HTTP/1.0 101 X\n\n", "\x16\x03\x01",
	} {
		f.Add([]byte(answer), 0)
		f.Add([]byte(answer), 70_000)
	}
	var conn *memoryConn
	config := testConfig(f, func(context.Context, string, string) (net.Conn, error) { return conn, nil })
	f.Fuzz(func(t *testing.T, answer []byte, repeat int) {
		conn = &memoryConn{}
		whole := bytes.Repeat(answer, min(max(repeat, 0), 200_000)/(len(answer)+1)+1)
		rest := &keyedReader{conn: conn, answer: whole}
		conn.in = rest
		c, resp, err := Dial(t.Context(), config)
		if taken := len(whole) - len(rest.answer); taken > maxHeader+maxRefusalBody {
			t.Errorf("%d bytes were read", taken)
		}
		switch {
		case err != nil:
			if c != nil {
				t.Error("an error, and a connection")
			}
		case resp == nil:
			t.Error("neither an error nor a response")
		case resp.StatusCode == http.StatusSwitchingProtocols:
			if c == nil {
				t.Error("upgraded, and no connection")
			}
		default:
			if body, err := io.ReadAll(resp.Body); err != nil || len(body) > maxRefusalBody || c != nil {
				t.Errorf("a refusal with a body of %d bytes, %v", len(body), err)
			}
		}
	})
}

// keyedReader puts the reply to the request's key in place of KEY.
type keyedReader struct {
	conn   *memoryConn
	answer []byte
	keyed  bool
}

func (r *keyedReader) Read(p []byte) (int, error) {
	if !r.keyed {
		if req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(r.conn.out.Bytes()))); err == nil {
			r.answer = bytes.Replace(r.answer, []byte("KEY"), []byte(wstest.AcceptKey(req)), 1)
		}
		r.keyed = true
	}
	n := copy(p, r.answer)
	r.answer = r.answer[n:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}
