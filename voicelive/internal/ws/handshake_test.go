package ws

import (
	"bufio"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
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
				if c, _, err := Dial(t.Context(), testConfig(t, dial)); c != nil {
					t.Error("connected", err)
				}
				wg.Wait()
				if taken > tt.most+piece {
					t.Errorf("%d bytes were read", taken)
				}
			})
		})
	}
}
