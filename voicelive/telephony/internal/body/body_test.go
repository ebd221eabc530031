package body_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/body"
)

func TestMain(m *testing.M) { wstest.Main(m) }

type listener chan net.Conn

func (l listener) Accept() (net.Conn, error) {
	if conn, ok := <-l; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}
func (l listener) Close() error   { return nil }
func (l listener) Addr() net.Addr { return &net.IPAddr{} }

func TestRead(t *testing.T) {
	for name, test := range map[string]struct {
		length int
		pause  time.Duration // between bytes
		status int
		after  time.Duration
	}{
		"at once":          {100, 0, 200, time.Minute}, // the handler takes a minute
		"in nine seconds":  {100, 90 * time.Millisecond, 200, 9*time.Second + time.Minute},
		"slowly":           {100, time.Second, 400, 10 * time.Second},
		"too much":         {1001, 0, 400, 0},
		"too much, slowly": {1 << 20, time.Second, 400, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conns := make(listener)
				srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					text, err := body.Read(w, r, 1000)
					if err != nil {
						http.Error(w, "no", http.StatusBadRequest)
						return
					}
					select {
					case <-time.After(time.Minute):
					case <-r.Context().Done():
						t.Error("the context of the request ends")
					}
					fmt.Fprint(w, len(text))
				})}
				go srv.Serve(conns)
				near, far := wstest.NewLine(wstest.LineOptions{Window: 4 << 20}, wstest.LineOptions{Window: 4 << 20})
				conns <- far
				began := time.Now()
				var writing sync.WaitGroup
				writing.Go(func() {
					fmt.Fprintf(near, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", test.length)
					for range test.length {
						if _, err := io.WriteString(near, "a"); err != nil {
							return
						}
						time.Sleep(test.pause)
					}
				})
				resp, err := http.ReadResponse(bufio.NewReader(near), nil)
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(resp.Body)
				if took := time.Since(began).Round(time.Second); resp.StatusCode != test.status || took != test.after || err != nil {
					t.Errorf("status %d after %v, error %v; want %d after %v", resp.StatusCode, took, err, test.status, test.after)
				}
				if test.status == 200 && strings.TrimSpace(string(text)) != fmt.Sprint(test.length) {
					t.Errorf("%s bytes were read", text)
				}
				near.Close()
				writing.Wait()
				close(conns)
				srv.Close()
				time.Sleep(time.Second) // the server waits a little before it closes a connection
			})
		})
	}
}
