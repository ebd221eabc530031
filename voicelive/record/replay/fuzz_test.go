package replay_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/record/replay"
)

// FuzzService plays any cassette to a client that says something: nothing panics, and nothing hangs.
func FuzzService(f *testing.F) {
	f.Add([]byte(question))
	f.Add([]byte(header + `{"at_ns":-5,"session":7,"closed":{"by":"service","code":70000,"error":"e"}}` + "\n"))
	f.Add([]byte(header + `{"at_ns":9223372036854775807,"session":1,"from":"client","order":1,"event":{"type":"response.create","id":"a"}}` + "\n" +
		`{"at_ns":-9223372036854775808,"session":1,"from":"service","order":2,"event":{"id":"a"}}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := record.Read(bytes.NewReader(text))
		if c == nil || err != nil {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			service, err := replay.Start(c, nil)
			if err != nil {
				return
			}
			client, err := service.NewClient()
			if err != nil {
				t.Fatal(err)
			}
			if s, err := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime"}); err == nil {
				_ = s.SendText(t.Context(), "Where is Oslo?") // the replay may have ended the session
				time.Sleep(time.Minute)
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
			_ = service.Close() // there may be differences
		})
	})
}
