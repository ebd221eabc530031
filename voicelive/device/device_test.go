//go:build cgo

package device_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/device"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func open(t *testing.T, f audio.Format) *device.Device {
	t.Helper()
	d, err := device.Open(&device.Options{Format: f, Null: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.HangUp(context.Background(), "") })
	return d
}

// watched is a leg that asks for the position with each packet.
type watched struct {
	*device.Device
	t      *testing.T
	before time.Duration
	packet int
}

func (w *watched) Receive(ctx context.Context) (leg.Input, error) {
	in, err := w.Device.Receive(ctx)
	now := w.Position()
	if now < w.before {
		w.t.Errorf("position %v after %v", now, w.before)
	}
	w.before = now
	if err == nil {
		w.packet++
	}
	return in, err
}

// In real time, and of the length that words have.
func TestConversation(t *testing.T) {
	srv := voicelivetest.NewServer(t, &voicelivetest.Options{})
	client, err := srv.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{Device: open(t, audio.Format{}), t: t}
	a := &agent.Agent{
		Client:   client,
		Connect:  voicelive.ConnectOptions{Model: "gpt-realtime"},
		Greeting: agent.Say("Hello, how are you?"),
		Begin:    func(c *agent.Conversation) { c.End("the test is over", agent.Say("Goodbye.")) },
	}
	report, err := a.Serve(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	var heard, unheard time.Duration
	for _, turn := range report.Turns {
		heard, unheard = heard+turn.Heard, unheard+turn.Unheard
	}
	if heard == 0 || unheard != 0 || heard != w.Position() {
		t.Errorf("%v heard, %v not, position %v", heard, unheard, w.Position())
	}
	if report.Duration < heard {
		t.Errorf("%v were heard within %v", heard, report.Duration)
	}
	if w.packet == 0 {
		t.Error("the microphone recorded nothing")
	}
	if _, err := w.Receive(t.Context()); err != io.EOF {
		t.Errorf("after the agent has hung up: %v", err)
	}
	t.Logf("%v heard in %v, %d packets recorded, %+v", heard, report.Duration, w.packet, w.Stats())
}

func TestClearAndHangUp(t *testing.T) {
	d := open(t, leg.PCM16kHz)
	minute := leg.PCM16kHz.AppendSilence(nil, leg.PCM16kHz.Bytes(time.Minute))
	if err := d.Play(t.Context(), minute); err != nil {
		t.Fatal(err)
	}
	for d.Position() < 100*time.Millisecond {
		receive(t, d)
	}
	if err := d.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	cleared := d.Position()
	for range 10 {
		receive(t, d)
	}
	if now := d.Position(); now != cleared {
		t.Errorf("position %v after Clear at %v", now, cleared)
	}

	if err := d.Play(t.Context(), minute); err != nil {
		t.Fatal(err)
	}
	for d.Position() == cleared {
		receive(t, d)
	}
	d.HangUp(t.Context(), "enough")
	if _, err := d.Receive(t.Context()); err != io.EOF {
		t.Error(err)
	}
	if err := d.Play(t.Context(), minute); err != leg.ErrHungUp {
		t.Error(err)
	}
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "malgo") || strings.Contains(stack, "voicelive/device.") {
			t.Errorf("this goes on after HangUp:\n%s", stack)
		}
	}
}

func receive(t *testing.T, d leg.Leg) {
	t.Helper()
	in, err := d.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := d.Format().Bytes(leg.Packet); len(in.Audio) != want || !bytes.Equal(in.Audio, d.Format().AppendSilence(nil, want)) {
		t.Fatalf("received %d bytes, want %d of silence", len(in.Audio), want)
	}
}

// G.711 is converted, and the position is found behind the converter.
func TestConvert(t *testing.T) {
	d := open(t, leg.PCM8kHz)
	l, err := leg.Convert(d, leg.MuLaw)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Play(t.Context(), leg.MuLaw.AppendSilence(nil, leg.MuLaw.Bytes(50*time.Millisecond))); err != nil {
		t.Fatal(err)
	}
	positioner, ok := leg.As[leg.Positioner](l)
	if !ok {
		t.Fatal("the converted leg is no Positioner")
	}
	for positioner.Position() < 50*time.Millisecond {
		receive(t, l)
	}
}

func TestAMissingDeviceIsAnError(t *testing.T) {
	for _, o := range []*device.Options{{Null: true, Microphone: "no such"}, {Null: true, Speaker: "no such"}} {
		_, err := device.Open(o)
		if err == nil || !strings.Contains(err.Error(), `"no such"`) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func ExampleOpen() {
	d, err := device.Open(&device.Options{Null: true}) // in place of a sound card
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.HangUp(context.Background(), "")
	fmt.Println(d.Format())
	// Output: pcm16, 24000 Hz, mono
}
