package wstest

import (
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// The tests with lines are worth what the line is.
func TestALineIsLikeTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const latency = 10 * time.Millisecond
		client, peer := NewLine(LineOptions{Latency: latency, PerSecond: 1000, Window: 100}, LineOptions{Latency: latency, Window: 100, Slice: 3})
		began := time.Now()
		elapsed := func(want time.Duration) {
			t.Helper()
			if got := time.Since(began); got != want {
				t.Errorf("after %v, want %v", got, want)
			}
		}
		go peer.Write([]byte("hello"))
		buf := make([]byte, 100)
		n, _ := client.Read(buf)
		elapsed(latency)
		m, _ := client.Read(buf[n:])
		if string(buf[:n]) != "hel" || string(buf[n:n+m]) != "lo" {
			t.Errorf("got %q, %q", buf[:n], buf[n:n+m])
		}
		client.Write(make([]byte, 100)) // fills the window, and takes a tenth of a second
		client.SetWriteDeadline(time.Now().Add(latency))
		if _, err := client.Write([]byte{1}); !os.IsTimeout(err) {
			t.Errorf("got %v", err)
		}
		elapsed(2 * latency)
		io.ReadFull(peer, buf)
		elapsed(2*latency + 100*time.Millisecond)

		client.SetWriteDeadline(time.Time{})
		peer.Write([]byte("x"))
		client.Write([]byte("not read"))
		synctest.Wait()
		peer.Close()
		time.Sleep(latency)
		if _, err := client.Write([]byte("y")); err == nil {
			t.Error("a write behind the end")
		}
		if n, err := client.Read(buf); n != 1 || err != nil {
			t.Errorf("what came before the end: %d, %v", n, err)
		}
		if _, err := client.Read(buf); err != errReset {
			t.Errorf("got %v", err)
		}
	})
}
