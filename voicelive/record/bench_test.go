package record_test

import (
	"io"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// BenchmarkSecond is one second of a call, 50 packets of the user and 10 deltas of 100 ms of the assistant, with and
// without a recorder. The cost of the simulator is in all.
func BenchmarkSecond(b *testing.B) {
	for name, o := range map[string]*record.Options{"none": nil, "all": {}, "audio dropped": {Audio: record.Drop}} {
		b.Run(name, func(b *testing.B) {
			srv, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant, Forget: true})
			if err != nil {
				b.Fatal(err)
			}
			defer srv.Close()
			options := srv.ClientOptions()
			if o != nil {
				recorder := record.New(io.Discard, o)
				defer func() {
					if err := recorder.Close(); err != nil {
						b.Error(err)
					}
				}()
				options.Observer = recorder
			}
			client, err := voicelive.NewClientWithKeyCredential(srv.URL(), key, options)
			if err != nil {
				b.Fatal(err)
			}
			session, err := client.Connect(b.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime"})
			if err != nil {
				b.Fatal(err)
			}
			defer session.Close()
			delta := &voicelive.ServerEventResponseAudioDelta{ResponseID: "r", ItemID: "i", Delta: make([]byte, 4800)}
			packet := make([]byte, 960)
			b.ReportAllocs()
			for b.Loop() {
				for range 50 {
					if err := session.AppendInputAudioBuffer(b.Context(), packet); err != nil {
						b.Fatal(err)
					}
				}
				for range 10 {
					srv.Session(0).Inject(delta)
				}
				for range 10 {
					for {
						e, err := session.RecvBorrowed(b.Context())
						if err != nil {
							b.Fatal(err)
						}
						if e.EventType() == voicelive.ServerEventTypeResponseAudioDelta {
							break
						}
					}
				}
			}
		})
	}
}
