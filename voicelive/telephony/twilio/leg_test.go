package twilio_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio/twiliotest"
)

// dialogue runs a program's side of a call, and a person's, who has the other end of the phone.
func dialogue(t *testing.T, program func(ctx context.Context, call *twilio.Call), person func(ctx context.Context, person *leg.PipeEnd, call *twiliotest.Call)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		served := make(chan struct{})
		l := serve(t, func(ctx context.Context, call *twilio.Call) error {
			defer close(served)
			program(ctx, call)
			return nil
		}, nil)
		end, phone := leg.NewPipe(leg.MuLaw)
		call, err := l.network.Call(phone)
		if err != nil {
			t.Fatal(err)
		}
		person(t.Context(), end, call)
		call.Wait()
		<-served
	})
}

// hear receives until a condition holds or the call ends.
func hear(ctx context.Context, l leg.Leg, until func(leg.Input) bool) error {
	for {
		in, err := l.Receive(ctx)
		if err != nil || until(in) {
			return err
		}
	}
}

func random(n int) []byte {
	rng := rand.New(rand.NewPCG(15, 1))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.IntN(256))
	}
	return b
}

func TestAudioPassesUntouched(t *testing.T) {
	sound := random(16000)
	var heard, played []byte
	dialogue(t, func(ctx context.Context, call *twilio.Call) {
		if call.Format() != leg.MuLaw {
			t.Errorf("format %v", call.Format())
		}
		if err := call.Play(ctx, sound); err != nil { // two seconds, in four messages
			t.Error(err)
		}
		_ = hear(ctx, call, func(in leg.Input) bool {
			heard = append(heard, in.Audio...)
			return false
		})
	}, func(ctx context.Context, person *leg.PipeEnd, call *twiliotest.Call) {
		for packet := range packets(sound) {
			if err := person.Play(ctx, packet); err != nil {
				t.Error(err)
			}
		}
		_ = hear(ctx, person, func(in leg.Input) bool {
			played = append(played, in.Audio...)
			return len(played) == len(sound)
		})
		synctest.Wait()
		if err := person.HangUp(ctx, ""); err != nil {
			t.Error(err)
		}
	})
	if !bytes.Equal(heard, sound) || !bytes.Equal(played, sound) {
		t.Errorf("%d and %d bytes of %d arrived, or others", len(heard), len(played), len(sound))
	}
}

// packets cuts audio into packets of 20 ms.
func packets(audio []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for n := leg.MuLaw.Bytes(leg.Packet); len(audio) > 0; audio = audio[min(n, len(audio)):] {
			if !yield(audio[:min(n, len(audio))]) {
				return
			}
		}
	}
}

// TestMarksTellWhatWasHeard has a person whose phone plays in real time.
func TestMarksTellWhatWasHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type reached struct {
			After   time.Duration
			Mark    string
			Cleared bool
		}
		var got []reached
		l := serve(t, func(ctx context.Context, call *twilio.Call) error {
			began := time.Now()
			for i := range 5 {
				if err := call.PlayMarked(ctx, random(800), fmt.Sprintf(`"m\%d`, i)); err != nil {
					t.Error(err)
				}
			}
			time.AfterFunc(250*time.Millisecond, func() {
				if err := call.Clear(ctx); err != nil {
					t.Error(err)
				}
				if err := call.PlayMarked(ctx, nil, "behind"); err != nil {
					t.Error(err)
				}
			})
			return hear(ctx, call, func(in leg.Input) bool {
				if in.Mark != "" {
					got = append(got, reached{time.Since(began).Round(10 * time.Millisecond), in.Mark, in.Cleared})
				}
				return in.Mark == "behind"
			})
		}, nil)
		call, err := l.network.Call(legtest.New(t, leg.MuLaw).MarkedLeg())
		if err != nil {
			t.Fatal(err)
		}
		call.Wait()
		const ms = time.Millisecond
		want := []reached{{100 * ms, `"m\0`, false}, {200 * ms, `"m\1`, false}, {250 * ms, `"m\2`, true}, {250 * ms, `"m\3`, true}, {250 * ms, `"m\4`, true}, {250 * ms, "behind", false}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("marks (-want +got):\n%s", diff)
		}
	})
}

func TestGapsAndKeys(t *testing.T) {
	type input struct {
		Gap   time.Duration
		Audio time.Duration
		Digit byte
	}
	var got []input
	dialogue(t, func(ctx context.Context, call *twilio.Call) {
		_ = hear(ctx, call, func(in leg.Input) bool {
			got = append(got, input{in.Gap, leg.MuLaw.Duration(len(in.Audio)), in.Digit})
			return in.Digit == '#'
		})
	}, func(ctx context.Context, person *leg.PipeEnd, call *twiliotest.Call) {
		say := func() {
			if err := person.Play(ctx, random(160)); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}
		say()
		for _, gap := range []time.Duration{60 * time.Millisecond, 10 * time.Millisecond, 15 * time.Millisecond, time.Hour} {
			if err := person.Skip(ctx, gap); err != nil {
				t.Error(err)
			}
			say()
		}
		for _, key := range "1*AD#" {
			if err := person.PressKey(ctx, byte(key)); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}
	})
	const ms = time.Millisecond
	// The clock of Twilio is not exact: less than a packet is no gap until it adds up to one.
	want := []input{{0, 20 * ms, 0}, {60 * ms, 20 * ms, 0}, {0, 20 * ms, 0}, {25 * ms, 20 * ms, 0}, {10 * time.Second, 20 * ms, 0}}
	for _, key := range "1*AD#" {
		want = append(want, input{Digit: byte(key)})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
}

func TestAProgramThatReadsSlowlyLosesNoPacketSilently(t *testing.T) {
	var gap, audio time.Duration
	dialogue(t, func(ctx context.Context, call *twilio.Call) {
		time.Sleep(30 * time.Second)
		_ = hear(ctx, call, func(in leg.Input) bool {
			gap += in.Gap
			audio += leg.MuLaw.Duration(len(in.Audio))
			return in.Digit == '#'
		})
	}, func(ctx context.Context, person *leg.PipeEnd, call *twiliotest.Call) {
		for range 25 * 50 { // 25 s, at once: nothing stops the network
			if err := person.Play(ctx, random(160)); err != nil {
				t.Error(err)
			}
		}
		if err := person.PressKey(ctx, '#'); err != nil {
			t.Error(err)
		}
	})
	if audio != 10*time.Second || gap != 10*time.Second { // a gap is no longer than that
		t.Errorf("received %v of audio behind a gap of %v", audio, gap)
	}
}

// TestABusyProgramNoticesTheEnd has a program that plays, and never receives.
func TestABusyProgramNoticesTheEnd(t *testing.T) {
	dialogue(t, func(ctx context.Context, call *twilio.Call) {
		began := time.Now()
		for {
			if err := call.Play(ctx, random(160)); err != nil {
				if took := time.Since(began); err != leg.ErrHungUp || took > 3*time.Second {
					t.Errorf("Play returns %v after %v", err, took)
				}
				return
			}
			time.Sleep(leg.Packet)
		}
	}, func(ctx context.Context, person *leg.PipeEnd, _ *twiliotest.Call) {
		time.Sleep(2 * time.Second)
		if err := person.HangUp(ctx, ""); err != nil {
			t.Error(err)
		}
	})
}

func TestTheEndOfACall(t *testing.T) {
	for name, test := range map[string]struct {
		program func(ctx context.Context, call *twilio.Call) error
		person  func(person *leg.PipeEnd, call *twiliotest.Call)
		status  string
		twiml   string
		code    int
	}{
		"the caller hangs up": {
			program: func(ctx context.Context, call *twilio.Call) error {
				if err := hear(ctx, call, func(leg.Input) bool { return false }); err != io.EOF {
					return fmt.Errorf("received %w, not io.EOF", err)
				}
				if err := call.Play(ctx, random(10)); err != leg.ErrHungUp {
					return fmt.Errorf("playing: %w", err)
				}
				return call.HangUp(ctx, "again")
			},
			person: func(person *leg.PipeEnd, _ *twiliotest.Call) { _ = person.HangUp(context.Background(), "") },
			code:   1000,
		},
		"the program hangs up": {
			program: func(ctx context.Context, call *twilio.Call) error {
				if err := call.HangUp(ctx, "enough"); err != nil {
					return err
				}
				if _, err := call.Receive(ctx); err != io.EOF {
					return fmt.Errorf("received %w, not io.EOF", err)
				}
				return nil
			},
			status: "completed", code: 1000,
		},
		"Serve returns": {
			program: func(context.Context, *twilio.Call) error { return nil },
			status:  "completed", code: 1000,
		},
		"transfer to a number": {
			program: func(ctx context.Context, call *twilio.Call) error { return transfer(ctx, call, "+493012345") },
			twiml:   "<Response><Dial><Number>+493012345</Number></Dial></Response>", code: 1000,
		},
		"transfer to SIP": {
			program: func(ctx context.Context, call *twilio.Call) error { return transfer(ctx, call, "sip:a@b?c=d&e=f") },
			twiml:   "<Response><Dial><Sip>sip:a@b?c=d&amp;e=f</Sip></Dial></Response>", code: 1000,
		},
		"transfer to a client": {
			program: func(ctx context.Context, call *twilio.Call) error { return transfer(ctx, call, "client:ada") },
			twiml:   "<Response><Dial><Client>ada</Client></Dial></Response>", code: 1000,
		},
		"a target that is none": {
			program: func(ctx context.Context, call *twilio.Call) error {
				for _, target := range []string{"", "911", "+", "+1", "+12a", "sip:", "client:", "<Hangup/>", "+1234567890123456"} {
					if transfer(ctx, call, target) == nil {
						return fmt.Errorf("transferred to %q", target)
					}
				}
				return nil
			},
			status: "completed", code: 1000,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dialogue(t, func(ctx context.Context, call *twilio.Call) {
				if err := test.program(ctx, call); err != nil {
					t.Error(err)
				}
			}, func(ctx context.Context, person *leg.PipeEnd, call *twiliotest.Call) {
				if test.person != nil {
					test.person(person, call)
				}
				call.Wait()
				if call.Status() != test.status || call.TwiML() != test.twiml || call.CloseCode() != test.code {
					t.Errorf("the call ended with status %q, TwiML %q and code %d", call.Status(), call.TwiML(), call.CloseCode())
				}
			})
		})
	}
}

// transfer transfers a call, after which nothing ends it.
func transfer(ctx context.Context, call *twilio.Call, target string) error {
	if err := call.Transfer(ctx, target); err != nil {
		return err
	}
	if _, err := call.Receive(ctx); err != io.EOF {
		return fmt.Errorf("received %w, not io.EOF", err)
	}
	return call.HangUp(ctx, "transferred")
}

func TestArgumentsAreChecked(t *testing.T) {
	dialogue(t, func(ctx context.Context, call *twilio.Call) {
		if call.PlayMarked(ctx, nil, "") == nil {
			t.Error("a mark without a name")
		}
		over, cancel := context.WithCancel(ctx)
		cancel()
		for name, do := range map[string]func() error{
			"Receive":    func() error { _, err := call.Receive(over); return err },
			"Play":       func() error { return call.Play(over, random(160)) },
			"PlayMarked": func() error { return call.PlayMarked(over, random(160), "m") },
			"Clear":      func() error { return call.Clear(over) },
			"Transfer":   func() error { return call.Transfer(over, "+493012345") },
		} {
			if err := do(); err != context.Canceled {
				t.Errorf("%s returns %v, not that of the context", name, err)
			}
		}
		if err := call.Play(ctx, nil); err != nil {
			t.Error(err)
		}
	}, func(context.Context, *leg.PipeEnd, *twiliotest.Call) {})
}

func TestACallCannotBeTransferredWithoutAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := serve(t, func(ctx context.Context, call *twilio.Call) error { return call.Transfer(ctx, "+493012345") }, nil)
		l.handler.Account = nil
		_, phone := leg.NewPipe(leg.MuLaw)
		call, err := l.network.Call(phone)
		if err != nil {
			t.Fatal(err)
		}
		call.Wait()
		if call.TwiML() != "" || call.Status() != "" || call.CloseCode() != 1000 {
			t.Errorf("the call ended with status %q, TwiML %q and code %d", call.Status(), call.TwiML(), call.CloseCode())
		}
	})
}

func TestTheRESTAPI(t *testing.T) {
	l := serve(t, func(context.Context, *twilio.Call) error { return nil }, nil)
	account := l.handler.Account
	if err := account.HangUp(t.Context(), "CA1"); err != nil {
		t.Errorf("hanging up a call that has ended: %v", err)
	}
	err := account.Redirect(t.Context(), "CA1", "<Response/>")
	if refused, ok := errors.AsType[*twilio.APIError](err); !ok || refused.Status != 404 || refused.Code != 20404 || refused.Message == "" {
		t.Errorf("redirecting it: %v", err)
	}
	wrong := *account
	wrong.Secret = "wrong"
	if refused, ok := errors.AsType[*twilio.APIError](wrong.HangUp(t.Context(), "CA1")); !ok || refused.Status != 401 {
		t.Errorf("with a wrong secret: %v", refused)
	}
	for name, err := range map[string]error{
		"no secret":           (&twilio.Account{SID: account.SID, Client: account.Client}).HangUp(t.Context(), "CA1"),
		"no account":          (&twilio.Account{Secret: secret, Client: account.Client}).HangUp(t.Context(), "CA1"),
		"a path for a call":   account.HangUp(t.Context(), "../Messages"),
		"no TwiML":            account.Redirect(t.Context(), "CA1", ""),
		"a webhook by http":   second(account.Call(t.Context(), twilio.Outgoing{To: "+1555", From: "+1556", Webhook: "http://example.com"})),
		"nobody to be called": second(account.Call(t.Context(), twilio.Outgoing{To: "", From: "+1556", Webhook: "https://example.com"})),
	} {
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", account, account, account); strings.Contains(s, secret) {
		t.Errorf("the secret is printed: %s", s)
	}
}

func second[A any](_ A, err error) error { return err }
