package inbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// packet is 20 ms of a sound.
func packet(sound byte) []byte {
	b := make([]byte, leg.MuLaw.Bytes(20*time.Millisecond))
	for i := range b {
		b[i] = sound
	}
	return b
}

// A script is a source whose messages are functions.
type script struct {
	messages  chan func()
	interrupt chan struct{}
	closed    chan struct{}
	reads     atomic.Int32
}

// newScript makes an Inbox that reads from a script until the test ends.
func newScript(t *testing.T) (*script, *Inbox) {
	s := &script{messages: make(chan func(), 1000), interrupt: make(chan struct{}, 1), closed: make(chan struct{})}
	b := New(leg.MuLaw, s)
	b.Start()
	t.Cleanup(func() { s.stop(b) })
	return s, b
}

// stop stops the Inbox, if nobody has done that.
func (s *script) stop(b *Inbox) {
	select {
	case <-s.closed:
	default:
		b.End(io.EOF)
		close(s.closed)
		b.Stop()
	}
}

func (s *script) Read(ctx context.Context) bool {
	s.reads.Add(1)
	select {
	case f := <-s.messages:
		f()
		return true
	case <-s.interrupt:
	case <-s.closed:
	case <-ctx.Done():
	}
	return false
}

func (s *script) Interrupt() {
	select {
	case s.interrupt <- struct{}{}:
	default:
	}
}

// received are all inputs until now, with the sound of the audio of each in place of its bytes.
type received struct {
	After  time.Duration
	Gap    time.Duration
	Audio  time.Duration
	Sound  byte
	Digit  byte
	Mark   string
	Failed string
}

func receive(t *testing.T, b *Inbox, d time.Duration) (all []received) {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	began := time.Now()
	for {
		in, err := b.Receive(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			return all
		}
		r := received{After: time.Since(began), Gap: in.Gap, Audio: leg.MuLaw.Duration(len(in.Audio)), Digit: in.Digit, Mark: in.Mark}
		if len(in.Audio) > 0 {
			r.Sound = in.Audio[0]
		}
		if err != nil {
			r.Failed = err.Error()
		}
		all = append(all, r)
		if err != nil {
			return all
		}
	}
}

func TestInputs(t *testing.T) {
	const ms = time.Millisecond
	for name, test := range map[string]struct {
		put  func(b *Inbox)
		want []received
	}{
		"nothing came": {func(*Inbox) {}, nil},
		"packets together": {
			func(b *Inbox) { b.Audio(0, packet(1)); b.Audio(0, packet(2)) },
			[]received{{Audio: 40 * ms, Sound: 1}},
		},
		"a gap between": {
			func(b *Inbox) { b.Audio(0, packet(1)); b.Audio(60*ms, packet(2)) },
			[]received{{Audio: 20 * ms, Sound: 1}, {Gap: 60 * ms, Audio: 20 * ms, Sound: 2}},
		},
		"events in their places": {
			func(b *Inbox) {
				b.Audio(0, packet(1))
				b.Event(leg.Input{Digit: '5'})
				b.Audio(0, packet(2))
				b.Event(leg.Input{Mark: "m"})
			},
			[]received{{Audio: 20 * ms, Sound: 1}, {Digit: '5'}, {Audio: 20 * ms, Sound: 2}, {Mark: "m"}},
		},
		"too much": {
			func(b *Inbox) {
				for range 100 {
					b.Audio(0, packet(1))
				}
				b.Event(leg.Input{Digit: '5'})
				for range 450 {
					b.Audio(0, packet(2))
				}
			},
			[]received{{Gap: time.Second, Audio: time.Second, Sound: 1}, {Digit: '5'}, {Audio: 9 * time.Second, Sound: 2}},
		},
		"the end": {
			func(b *Inbox) {
				b.Audio(0, packet(1))
				b.End(io.EOF)
				b.End(io.ErrUnexpectedEOF)
				b.Audio(0, packet(2))
			},
			[]received{{Audio: 20 * ms, Sound: 1}, {Failed: "EOF"}},
		},
		"closed": {
			func(b *Inbox) { b.Audio(0, packet(1)); b.Close(io.EOF) },
			[]received{{Failed: "EOF"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, b := newScript(t)
				test.put(b)
				if diff := cmp.Diff(test.want, receive(t, b, 10*ms)); diff != "" {
					t.Errorf("received (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestAPauseIsAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := newScript(t)
		time.AfterFunc(time.Second, func() { s.messages <- func() { b.Audio(0, packet(1)) } })
		// The network says that 1.4 s are missing, of which 1 s is told already.
		time.AfterFunc(2400*time.Millisecond, func() { s.messages <- func() { b.Audio(1400*time.Millisecond, packet(2)) } })
		want := []received{
			{After: time.Second, Audio: 20 * time.Millisecond, Sound: 1},
			{After: 1500 * time.Millisecond, Gap: pause},
			{After: 2 * time.Second, Gap: pause},
			{After: 2400 * time.Millisecond, Gap: 400 * time.Millisecond, Audio: 20 * time.Millisecond, Sound: 2},
		}
		for i := range int(MaxGap / pause) { // then there is nothing more to tell
			want = append(want, received{After: 2400*time.Millisecond + time.Duration(i+1)*pause, Gap: pause})
		}
		if diff := cmp.Diff(want, receive(t, b, time.Minute)); diff != "" {
			t.Errorf("received (-want +got):\n%s", diff)
		}
	})
}

// TestABusyProgramIsReadFor has a program that does not receive for two seconds, and then does.
func TestABusyProgramIsReadFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := newScript(t)
		read := 0
		for i := range 150 {
			time.AfterFunc(time.Duration(i)*leg.Packet, func() {
				s.messages <- func() {
					read++
					b.Audio(0, packet(byte(i)))
				}
			})
		}
		time.Sleep(2*time.Second - time.Millisecond)
		synctest.Wait()
		if read != 100 {
			t.Errorf("%d packets of 2 s were read", read)
		}
		want := []received{{Audio: 2 * time.Second}} // what waited, and then each packet when it comes
		for i := range 50 {
			want = append(want, received{After: time.Duration(i)*leg.Packet + time.Millisecond, Audio: leg.Packet, Sound: byte(100 + i)})
		}
		if diff := cmp.Diff(want, receive(t, b, time.Second)); diff != "" {
			t.Errorf("received (-want +got):\n%s", diff)
		}
	})
}

// TestTheEndIsNotWaitedFor ends an Inbox whose source says nothing.
func TestTheEndIsNotWaitedFor(t *testing.T) {
	for name, end := range map[string]func(b *Inbox, err error){"End": (*Inbox).End, "Close": (*Inbox).Close} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, b := newScript(t)
				time.AfterFunc(time.Second, func() { end(b, io.EOF) })
				want := []received{{After: time.Second, Failed: "EOF"}}
				if diff := cmp.Diff(want, receive(t, b, time.Minute)); diff != "" {
					t.Errorf("received (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestNobodyReadsBehindStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := newScript(t)
		time.Sleep(time.Second)
		s.stop(b)
		reads := s.reads.Load()
		for range 10 {
			if _, err := b.Receive(t.Context()); err != io.EOF {
				t.Errorf("received %v", err)
			}
			time.Sleep(time.Second)
		}
		if n := s.reads.Load() - reads; n != 0 {
			t.Errorf("it was read %d times", n)
		}
	})
}

// TestTwoWaitForTheReader has Receive and Stop wait for a minute while look reads.
func TestTwoWaitForTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := newScript(t)
		go func() { s.messages <- func() { time.Sleep(time.Minute) } }()
		time.Sleep(pause)
		synctest.Wait()
		began := time.Now()
		stopped := make(chan time.Duration)
		time.AfterFunc(time.Second, func() {
			s.stop(b)
			stopped <- time.Since(began)
		})
		want := []received{{After: time.Minute, Failed: "EOF"}}
		if diff := cmp.Diff(want, receive(t, b, time.Hour)); diff != "" {
			t.Errorf("received (-want +got):\n%s", diff)
		}
		if d := <-stopped; d != time.Minute {
			t.Errorf("Stop took %v", d)
		}
	})
}

// TestAContextEndsWhileAnotherReads has a reader that does not notice that it is interrupted.
func TestAContextEndsWhileAnotherReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := newScript(t)
		go func() { s.messages <- func() { time.Sleep(time.Minute) } }()
		time.Sleep(pause)
		synctest.Wait()
		began := time.Now()
		if got := receive(t, b, time.Second); got != nil || time.Since(began) != time.Second {
			t.Errorf("received %v after %v", got, time.Since(began))
		}
	})
}

func TestEventsAreBounded(t *testing.T) {
	b := New(leg.MuLaw, nil)
	for range maxEvents {
		if err := b.Event(leg.Input{Digit: '1'}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Event(leg.Input{Digit: '1'}); err == nil {
		t.Error("there is no bound")
	}
}

func TestGapsAreBounded(t *testing.T) {
	for name, packet := range map[string][]byte{"without audio": nil, "with audio": packet(1)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, b := newScript(t)
				b.Event(leg.Input{Digit: '1'})
				for range 5000 {
					b.Audio(40*time.Millisecond, packet)
				}
				items, sound := 0, time.Duration(0)
				for _, r := range receive(t, b, 10*time.Millisecond) {
					items++
					sound += r.Audio
					if r.Gap > MaxGap {
						t.Errorf("a gap of %v", r.Gap)
					}
				}
				want := min(MaxGap, time.Duration(5000)*leg.MuLaw.Duration(len(packet)))
				if most := int(MaxGap/leg.Packet) + 2; items > most || sound != want {
					t.Errorf("%d inputs with %v of audio wait, want %d at most with %v", items, sound, most, want)
				}
			})
		})
	}
}

// TestAudioIsLent has audio arrive while the program has what it received before, and more waits or not.
func TestAudioIsLent(t *testing.T) {
	for waiting := range 3 {
		b := New(leg.MuLaw, nil)
		next := 0
		arrive := func() {
			b.Audio(time.Second, packet(byte(next))) // on its own, because of the gap
			next++
		}
		for range 1 + waiting {
			arrive()
		}
		for i := range 20 {
			in, err := b.Receive(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			arrive()
			if !bytes.Equal(in.Audio, packet(byte(i))) {
				t.Fatalf("%d waiting: packet %d became %.10x", waiting, i, in.Audio)
			}
		}
	}
}

func TestReceivingAllocatesNothing(t *testing.T) {
	b := New(leg.MuLaw, nil)
	p := packet(1)
	if n := testing.AllocsPerRun(1000, func() {
		b.Audio(0, p)
		if _, err := b.Receive(t.Context()); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
