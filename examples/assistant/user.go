package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/go-voicelive/voicelive-go/examples/internal/speech"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// dial returns the leg of the user: one who says what is in a WAV file, or one who follows the script. Give the agent
// the leg of your telephone or your sound card instead; see package leg.
func dial(ctx context.Context, file string) (leg.Leg, error) {
	if file == "" {
		return newUser(ctx)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	recorded, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	l, err := leg.NewFiles(bytes.NewReader(recorded), nil, nil)
	if err == nil {
		l, err = leg.Convert(l, leg.PCM24kHz)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return l, nil
}

// The script: the first sentence follows the greeting, and the last one interrupts.
var sentences = []string{"What time is it in Oslo?", "How does a clock work?", "Thank you, that will do."}

// simulation is what the simulator hears and says if there is no account. Without the script, it repeats what it hears.
func simulation(scripted bool) *voicelivetest.Options {
	o := &voicelivetest.Options{
		Latency: 200 * time.Millisecond,
		Pace:    2, // like the service it sends sooner than one can listen
	}
	if scripted {
		o.Hear = voicelivetest.Hear(sentences...)
		o.Respond = voicelivetest.Sequence(
			voicelivetest.Reply(greeting),
			voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: clock.Name(), Arguments: `{"zone":"Europe/Oslo"}`}}}),
			tellTime,
			voicelivetest.Reply("A weight or a spring drives its wheels, and a pendulum lets them turn only one tooth at a time."),
			voicelivetest.Reply("You are welcome."),
		)
	}
	return o
}

// tellTime says what the function returned.
func tellTime(r voicelivetest.Request) voicelivetest.Response {
	said := voicelivetest.Response{Text: "I have no clock."}
	for _, output := range r.Outputs {
		said.Text = "My clock says " + output.Output + "."
	}
	return said
}

// A user is a recording that is made while it is read: one packet of leg.Packet after the other, as time passes.
type user struct {
	ear   leg.Positioner
	lines [][]byte // that are not said yet
	said  []byte   // what is left of the line that is being said

	heard   time.Duration // so far
	spoke   time.Duration // heard when the user had spoken
	silence time.Duration // since either side was heard
}

func newUser(ctx context.Context) (leg.Leg, error) {
	lines, err := speech.Speak(ctx, sentences...)
	if err != nil {
		return nil, err
	}
	u := &user{lines: lines}
	var header bytes.Buffer
	if _, err := audio.NewWriter(&header, leg.PCM24kHz); err != nil {
		return nil, err
	}
	l, err := leg.NewFiles(io.MultiReader(&header, u), nil, &leg.FilesOptions{Tail: -1})
	if err != nil {
		return nil, err
	}
	u.ear = l.(leg.Positioner)
	return l, nil
}

// Read reads speech if it is time to speak, and silence if not: the service cannot tell that somebody stopped if nothing
// follows. It ends when the last reply has been heard.
func (u *user) Read(packet []byte) (int, error) {
	u.listen()
	if len(u.said) == 0 && u.mySay() {
		if len(u.lines) == 0 {
			return 0, io.EOF
		}
		u.said, u.lines = u.lines[0], u.lines[1:]
	}
	n := copy(packet, u.said)
	clear(packet[n:])
	if u.said = u.said[n:]; n > 0 {
		u.spoke, u.silence = u.heard, 0
	}
	return len(packet), nil
}

func (u *user) listen() {
	u.silence += leg.Packet
	if now := u.ear.Position(); now > u.heard {
		u.heard, u.silence = now, 0
	}
}

// mySay reports whether it is time to speak: in the middle of the last reply but one, else when the assistant has spoken, or
// has nothing to say for a long time.
func (u *user) mySay() bool {
	reply := u.heard - u.spoke
	if len(u.lines) == 1 && reply > 1200*time.Millisecond {
		return true
	}
	return reply > 0 && u.silence > 700*time.Millisecond || u.silence > 10*time.Second
}
