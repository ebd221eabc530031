package legtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// The user interrupts an agent, and the service keeps what the user heard.
func Example() {
	testInterruption := func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			user := legtest.New(t, leg.MuLaw)
			srv := voicelivetest.NewServer(t, &voicelivetest.Options{
				Hear: user.Hear, Respond: voicelivetest.Reply("Once upon a time there was a king who had three daughters.", "All right."),
			})
			go agent(t.Context(), srv.Connect(t, connect(leg.MuLaw)), user.Leg())
			user.Say("Tell me a story.")
			user.Interrupt(2*time.Second, "Stop, please!")
			user.Listen()
			user.HangUp()
			for _, item := range user.Heard(srv.Session(0)) {
				fmt.Println("heard:", item.Text)
			}
			user.Check(srv.Session(0))
			srv.Check(t)
		})
	}
	runTest(testInterruption)
	// Output:
	// heard: Once upon a time there was a king who
	// heard: All right.
}

// agent is a program to be tested: it connects a leg with a session until the user hangs up.
func agent(ctx context.Context, session *voicelive.Session, l leg.Leg) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var player *playback.Player
	f := floor.New(ctx, session, &floor.Options{Dropped: func(id string) { player.Drop(id) }})
	player = playback.New(ctx, l, session, &playback.Options{Hold: f.Hold, Audible: f.SetAudible})
	go listen(ctx, session, l, player)
	for event, err := range session.Events(ctx) {
		if err != nil {
			return err
		}
		if err := errors.Join(f.HandleEvent(ctx, event), player.HandleEvent(ctx, event)); err != nil {
			return err
		}
	}
	return session.Err()
}

// listen sends what the user says, and closes the session when the user hangs up.
func listen(ctx context.Context, session *voicelive.Session, l leg.Leg, player *playback.Player) error {
	defer session.Close()
	for {
		in, err := l.Receive(ctx)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = player.HandleInput(ctx, in)
		}
		if err == nil && len(in.Audio) > 0 {
			err = session.AppendInputAudioBuffer(ctx, in.Audio)
		}
		if err != nil {
			return err
		}
	}
}
