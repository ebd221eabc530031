package voicelive

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// An answer without end is not read to its end.
func TestTheAnswerToTheHandshakeIsBounded(t *testing.T) {
	const piece = 4 << 10
	for name, tt := range map[string]struct {
		begin, more string
		most        int
	}{
		"headers": {"HTTP/1.1 101 Switching Protocols\r\n", "X: " + strings.Repeat("x", piece-5) + "\r\n", maxAnswerHeader},
		"a line":  {"HTTP/1.1 101 ", strings.Repeat("x", piece), maxAnswerHeader},
		"a body":  {"HTTP/1.1 403 Forbidden\r\n\r\n", strings.Repeat("x", piece), maxAnswerHeader + maxRefusalBody},
		"100s":    {"HTTP/1.1 100 Continue\r\n\r\n", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", piece/25), maxAnswerHeader},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, accepted := pipes(t)
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
				if _, err := testClient(t, testOptions(dial)).Connect(t.Context(), nil); err == nil {
					t.Error("connected")
				}
				wg.Wait()
				if taken > tt.most+piece {
					t.Errorf("%d bytes were read", taken)
				}
			})
		})
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, requests, stop := answering(t, refusal(307, "", "Location: http://elsewhere.test/"))
		defer stop()
		var dialed []string
		opts := testOptions(func(ctx context.Context, network, addr string) (net.Conn, error) {
			dialed = append(dialed, addr)
			return answer(ctx, network, addr)
		})
		_, err := testClient(t, opts).Connect(t.Context(), nil)
		if err == nil || len(dialed) != 1 || len(requests()) != 1 {
			t.Errorf("dialed %q: %v", dialed, err)
		}
	})
}
