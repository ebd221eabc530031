package record_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A call with its events in a cassette and its sound in a WAV file. In place of files there are buffers, in place of the
// service a simulator, and in place of a telephone a pipe.
func Example() {
	var cassette, wav bytes.Buffer
	report, err := serve(telephone(), &cassette, &wav)
	fmt.Println(report.Reason, err)
	c, err := record.Read(&cassette)
	fmt.Println(c.Sessions(), "session,", len(c.Entries) > 10, wav.Len() > 10_000, err)
	// Output:
	// hung_up <nil>
	// 1 session, true true <nil>
}

// serve talks to the user of a leg.
func serve(l leg.Leg, cassette, wav *bytes.Buffer) (*agent.Report, error) {
	recorder := record.New(cassette, &record.Options{Audio: record.Drop}) // the WAV file has it
	sound, err := record.NewSound(wav, l)
	if err != nil {
		return nil, err
	}
	srv, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant})
	if err != nil {
		return nil, err
	}
	defer srv.Close()
	options := srv.ClientOptions() // yours
	options.Observer = recorder
	client, err := voicelive.NewClientWithKeyCredential(srv.URL(), key, options)
	if err != nil {
		return nil, err
	}
	a := &agent.Agent{Client: client, Connect: voicelive.ConnectOptions{Model: "gpt-realtime"}}
	a.Begin = func(c *agent.Conversation) { c.End("all is said", agent.Say("Hello and goodbye!")) }
	a.Playback.Tap = sound.Heard
	report, err := a.Serve(context.Background(), sound.Leg())
	return report, errors.Join(err, sound.Close(), recorder.Close())
}

// telephone returns the leg of a user who listens.
func telephone() leg.Leg {
	user, phone := leg.NewPipe(leg.MuLaw)
	go func() {
		for {
			if _, err := user.Receive(context.Background()); err != nil {
				return
			}
		}
	}()
	return phone
}
