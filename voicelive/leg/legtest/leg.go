package legtest

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// Leg returns the leg of the user. It is a [leg.Positioner], exact to the sample. It
// delivers packets of 20 ms from the first Receive on.
func (u *User) Leg() leg.Leg { return &positioner{plain{u}} }

// MarkedLeg returns the leg of the user as one that is a [leg.Marker], as telephone networks are.
func (u *User) MarkedLeg() leg.Leg { return &marker{plain{u}} }

// PlainLeg returns the leg of the user as one that does not report how much was heard.
func (u *User) PlainLeg() leg.Leg { return &plain{u} }

type plain struct{ user *User }

func (l *plain) Format() audio.Format { return l.user.format }

func (l *plain) Receive(ctx context.Context) (leg.Input, error) {
	for {
		in, next, err := l.user.next()
		if err != nil || next.IsZero() {
			return in, err
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-timer.C:
		case <-l.user.changed:
		case <-ctx.Done():
			timer.Stop()
			return leg.Input{}, ctx.Err()
		}
		timer.Stop()
	}
}

// next returns what is to be received now, or when to look again. The n-th packet is due
// n packets after the first Receive.
func (u *User) next() (in leg.Input, again time.Time, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := time.Now() // under the lock, so that time does not go back for the speaker
	if len(u.inputs) > 0 {
		in, u.inputs = u.inputs[0], u.inputs[1:]
		return in, time.Time{}, nil
	}
	mark, at := u.speaker.reached(now)
	if mark != "" {
		return leg.Input{Mark: mark}, time.Time{}, nil
	}
	if u.packet.IsZero() {
		u.packet = now.Add(leg.Packet)
	}
	switch {
	case !now.Before(u.packet):
		in.Audio = u.sound(u.packet.Add(-leg.Packet / 2))
		u.packet = u.packet.Add(leg.Packet)
		return in, time.Time{}, nil
	case u.over:
		return in, time.Time{}, io.EOF
	case !at.IsZero() && at.Before(u.packet):
		return in, at, nil
	}
	return in, u.packet, nil
}

// sound returns the packet around a time.
func (u *User) sound(at time.Time) []byte {
	sound := u.silent
	if slices.ContainsFunc(u.speech, func(s stretch) bool { return !at.Before(s.from) && at.Before(s.to) }) {
		sound = u.loud
	}
	u.lent = append(u.lent[:0], sound...)
	return u.lent
}

func (l *plain) Play(ctx context.Context, audio []byte) error {
	return l.user.play(ctx, audio, "")
}

func (u *User) play(ctx context.Context, audio []byte, mark string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return leg.ErrHungUp
	}
	u.speaker.play(time.Now(), audio, mark)
	if mark != "" {
		u.wake()
	}
	return nil
}

func (l *plain) Clear(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := l.user
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, mark := range u.speaker.clear(time.Now()) {
		u.inputs = append(u.inputs, leg.Input{Mark: mark.name, Cleared: true})
	}
	u.wake()
	return nil
}

func (l *plain) HangUp(_ context.Context, reason string) error {
	l.user.end(reason)
	return nil
}

type positioner struct{ plain }

func (l *positioner) Position() time.Duration { return l.user.heard() }

type marker struct{ plain }

func (l *marker) PlayMarked(ctx context.Context, audio []byte, mark string) error {
	if mark == "" {
		return errors.New("legtest: a mark needs a name")
	}
	return l.user.play(ctx, audio, mark)
}
