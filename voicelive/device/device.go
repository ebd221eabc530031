// Package device makes a microphone and a loudspeaker the leg of a conversation. It is a module of its own, since it
// needs a C compiler: the sound system is reached by miniaudio, which is C.
//
//	d, err := device.Open(nil)
//	if err != nil {
//		return err
//	}
//	defer d.HangUp(ctx, "")
//	report, err := a.Serve(ctx, d) // of an agent.Agent
//
// Use headphones. There is no echo cancellation: the microphone hears a loudspeaker, so that the assistant interrupts
// itself. The service can cancel echo, see RequestSession.InputAudioEchoCancellation, but not as well as headphones.
//
// A Device takes the time from the sound card: it is a [leg.Positioner] whose position is the audio that was handed to the
// card, without that which the card has not played yet.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. Methods may be called as [leg.Leg] says;
// Position and Stats from any goroutine.
package device

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// Options choose the devices. The zero value, like a nil *Options, is the default microphone and loudspeaker of the
// system, at 24 kHz.
type Options struct {
	// Format is mono PCM16 at 8 to 48 kHz, whatever the rates of the devices are. Its zero value is [leg.PCM24kHz]. For G.711
	// see [leg.Convert].
	Format audio.Format

	// Microphone and Speaker are the ID or the Name of an [Info]. Empty is the default of the system.
	Microphone, Speaker string

	// Null opens no device: the microphone hears silence, and nobody hears what is played. Both take the time that devices
	// would take. It is for tests, and for machines without sound.
	Null bool
}

// An Info describes a device of the system.
type Info struct {
	ID      string // unique among those of the system
	Name    string // for people
	Default bool   // of the system
}

// List returns the microphones and loudspeakers of the system.
func List() (microphones, speakers []Info, err error) { return list(false) }

const (
	period  = 10 * time.Millisecond // of audio is exchanged with a device at a time
	periods = 3                     // are in the buffer of a device

	backlog = 5 * time.Second // of the user wait for Receive at most
)

// A Device is a microphone and a loudspeaker that are open.
type Device struct {
	format     audio.Format
	speaker    *speaker
	microphone *microphone
	packet     []byte // lent by the latest Receive

	fail   sync.Once
	failed chan struct{} // a device has stopped by itself

	hangUp sync.Once
	ended  chan struct{}
	close  func() // waits until no callback runs
}

// Stats tell what went wrong between a program and the devices.
type Stats struct {
	// Underruns counts the gaps within sound: nothing more was there to play, and more was played within 500 ms.
	Underruns int

	// Lost is audio of the user that nobody received in time. It is a Gap of the next Input.
	Lost time.Duration
}

// Open opens a microphone and a loudspeaker, and starts them. Hang up to close them. Without cgo it always fails.
func Open(o *Options) (*Device, error) {
	if o == nil {
		o = &Options{}
	}
	f := o.Format
	if f == (audio.Format{}) {
		f = leg.PCM24kHz
	}
	if f.Encoding != audio.PCM16 || f.Channels != 1 || f.Rate < 8000 || f.Rate > 48000 {
		return nil, fmt.Errorf("device: the format is %v; it must be mono PCM16 at 8 to 48 kHz, see leg.Convert for others", f)
	}
	d := &Device{
		format:     f,
		speaker:    newSpeaker(f),
		microphone: newMicrophone(f.Bytes(backlog)),
		packet:     make([]byte, f.Bytes(leg.Packet)),
		failed:     make(chan struct{}),
		ended:      make(chan struct{}),
	}
	var err error
	if d.close, err = start(o, f.Rate, d.speaker.fill, d.microphone.put, d.stopped); err != nil {
		return nil, fmt.Errorf("device: %w", err)
	}
	return d, nil
}

// stopped is called when a device has stopped by itself.
func (d *Device) stopped() { d.fail.Do(func() { close(d.failed) }) }

var errStopped = errors.New("device: the microphone or the loudspeaker has stopped; it may have been unplugged")

// Format returns the format of the audio in both directions.
func (d *Device) Format() audio.Format { return d.format }

// Receive waits for the next 20 ms of the microphone.
func (d *Device) Receive(ctx context.Context) (leg.Input, error) {
	for {
		if err := d.state(ctx); err != nil {
			if err == leg.ErrHungUp {
				err = io.EOF
			}
			return leg.Input{}, err
		}
		if lost, ok := d.microphone.take(d.packet); ok {
			return leg.Input{Gap: d.format.Duration(lost), Audio: d.packet}, nil
		}
		select {
		case <-ctx.Done():
		case <-d.ended:
		case <-d.failed:
		case <-d.microphone.changed:
		}
	}
}

// state returns why the device can do nothing any more.
func (d *Device) state(ctx context.Context) error {
	select {
	case <-d.ended:
		return leg.ErrHungUp
	default:
	}
	select {
	case <-d.failed:
		return errStopped
	default:
		return ctx.Err()
	}
}

// Play adds audio to the queue of the loudspeaker. It is an error if 32 MiB wait there already.
func (d *Device) Play(ctx context.Context, audio []byte) error {
	if err := d.state(ctx); err != nil {
		return err
	}
	return d.speaker.play(audio)
}

// Clear drops what waits at once. The 30 ms that are in the buffer of the loudspeaker are heard, and count as heard
// from now on.
func (d *Device) Clear(ctx context.Context) error {
	if err := d.state(ctx); err != nil {
		return err
	}
	d.speaker.clear()
	return nil
}

// Position returns how much of the audio that was played has left the buffer of the loudspeaker.
func (d *Device) Position() time.Duration {
	return d.format.Duration(d.speaker.position())
}

// Stats returns what went wrong so far.
func (d *Device) Stats() Stats {
	return Stats{Underruns: d.speaker.gaps(), Lost: d.format.Duration(d.microphone.overwritten())}
}

// HangUp closes the devices; what waits is not played. The next conversation needs another Device. The reason is ignored.
func (d *Device) HangUp(context.Context, string) error {
	d.hangUp.Do(func() {
		close(d.ended)
		d.close()
	})
	return nil
}
