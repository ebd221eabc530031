package voicelive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/ws"
)

func TestTheEndIsClassified(t *testing.T) {
	type end struct {
		Kind      ErrorKind // "" is an orderly end
		Code      int
		Reason    string
		Retryable bool
	}
	closeWith := func(code int, reason string) func(*peer) {
		return func(p *peer) { p.Close(code, reason); p.Drain() }
	}
	for _, tt := range []struct {
		name   string
		script func(*peer)
		want   end
	}{
		{"1000", closeWith(1000, ""), end{}},
		{"1001", closeWith(1001, "maintenance"), end{KindGoingAway, 1001, "maintenance", true}},
		{"1001 by reason", closeWith(1001, "Your session hit the maximum duration of 60 minutes."), end{KindSessionExpired, 1001, "Your session hit the maximum duration of 60 minutes.", true}},
		{"1001 by error", func(p *peer) {
			p.text(`{"type":"error","error":{"type":"t","code":"session_expired","message":"x"}}`)
			closeWith(1001, "")(p)
		}, end{KindSessionExpired, 1001, "", true}},
		{"1001 by an error before others", func(p *peer) {
			p.text(`{"type":"error","error":{"type":"t","code":"session_expired","message":"x"}}`)
			p.text(`{"type":"error","error":{"type":"t","code":"response_cancel_not_active","message":"x"}}`)
			closeWith(1001, "")(p)
		}, end{KindSessionExpired, 1001, "", true}},
		{"1002", closeWith(1002, "p"), end{KindProtocol, 1002, "p", false}},
		{"1003", closeWith(1003, ""), end{KindProtocol, 1003, "", false}},
		{"1007", closeWith(1007, ""), end{KindProtocol, 1007, "", false}},
		{"1008", closeWith(1008, "quota"), end{KindPolicy, 1008, "quota", false}},
		{"1009", closeWith(1009, ""), end{KindTooLarge, 1009, "", false}},
		{"1010", closeWith(1010, ""), end{KindProtocol, 1010, "", false}},
		{"1011", closeWith(1011, "e"), end{KindServerError, 1011, "e", true}},
		{"1012", closeWith(1012, ""), end{KindGoingAway, 1012, "", true}},
		{"1013", closeWith(1013, ""), end{KindGoingAway, 1013, "", true}},
		{"1014", closeWith(1014, ""), end{KindGoingAway, 1014, "", true}},
		{"1015", closeWith(1015, ""), end{KindProtocol, 0, "", false}},
		{"3000", closeWith(3000, "x"), end{KindPeerClosed, 3000, "x", false}},
		{"4429", closeWith(4429, "slow down"), end{KindPeerClosed, 4429, "slow down", false}},
		{"5000", closeWith(5000, ""), end{KindProtocol, 0, "", false}},
		{"no code", func(p *peer) { p.Frame(0x88, nil); p.Drain() }, end{KindNetwork, 1005, "", true}},
		{"EOF", func(p *peer) {}, end{KindNetwork, 0, "", true}},
		{"EOF in a frame", func(p *peer) { p.Conn.Write([]byte{0x81, 100, 'x'}) }, end{KindNetwork, 0, "", true}},
		{"reserved bit", func(p *peer) { p.Frame(0xc1, []byte("{}")); p.Drain() }, end{KindProtocol, 0, "", false}},
		{"not UTF-8", func(p *peer) { p.Frame(0x81, []byte("{\"\xff\":1}")); p.Drain() }, end{KindProtocol, 0, "", false}},
		{"too large", func(p *peer) {
			p.Conn.Write(binary.BigEndian.AppendUint64([]byte{0x81, 127}, 1<<40))
			p.Drain()
		}, end{KindTooLarge, 0, "", false}},
		{"silence", func(p *peer) { time.Sleep(time.Hour) }, end{KindKeepAlive, 0, "", true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := serve(t, nil, tt.script)
				defer stop()
				var err error
				for _, err = range s.Events(t.Context()) {
				}
				var got end
				if e, ok := errors.AsType[*SessionError](err); ok {
					got = end{e.Kind, e.CloseCode, e.Reason, e.Retryable()}
					if e.SessionID != "sess_1" || e.RequestID != "req_1" {
						t.Errorf("got %+v", e)
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%v\n%s", err, diff)
				}
				if (s.Err() == nil) != (tt.want.Kind == "") {
					t.Errorf("Err: %v", s.Err())
				}
				<-s.Done()
			})
		})
	}
}

// Who receives a message that is too large learns which limit to raise.
func TestAMessageThatIsTooLargeNamesTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) {
			p.Conn.Write(binary.BigEndian.AppendUint64([]byte{0x81, 127}, 32<<20+1))
			p.Drain()
		})
		defer stop()
		<-s.Done()
		const want = "voicelive: session ended: too_large: a message is larger than Limits.ReceiveBytes, 33554432 bytes, session sess_1, request req_1"
		if got := fmt.Sprint(s.Err()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// kinds holds the close codes that mean something, and what.
var kinds = map[int]ErrorKind{
	1001: KindGoingAway, 1002: KindProtocol, 1003: KindProtocol, 1005: KindNetwork, 1007: KindProtocol, 1008: KindPolicy,
	1009: KindTooLarge, 1010: KindProtocol, 1011: KindServerError, 1012: KindGoingAway, 1013: KindGoingAway, 1014: KindGoingAway,
}

func FuzzEndOf(f *testing.F) {
	for code := range kinds {
		f.Add(code, "session_expired", true)
	}
	f.Add(4429, "", false)
	f.Fuzz(func(t *testing.T, code int, text string, expired bool) {
		if code == 0 {
			return // is none
		}
		got := endOf(&ws.Error{Code: code, Reason: text}, expired)
		want, known := kinds[code]
		if !known {
			want = KindPeerClosed
		}
		if code == 1001 && (expired || expiryReason(text)) {
			want = KindSessionExpired
		}
		if got.Kind != want || got.CloseCode != code || got.Reason != text || got.Error() == "" {
			t.Errorf("got %v, want kind %s", got, want)
		}
		if got.Retryable() != slices.Contains([]ErrorKind{KindNetwork, KindSessionExpired, KindGoingAway, KindServerError}, want) {
			t.Errorf("%v: Retryable %v", got, got.Retryable())
		}
	})
}

// The service sees the answer to its close frame, and the code of a violation.
func TestTheServiceIsAnswered(t *testing.T) {
	for _, tt := range []struct {
		name string
		send func(*peer)
		want int
	}{
		{"close", func(p *peer) { p.Close(1001, "x") }, 1001},
		{"close without a code", func(p *peer) { p.Frame(0x88, nil) }, 1000},
		{"violation", func(p *peer) { p.Frame(0x83, nil) }, 1002},
		{"not UTF-8", func(p *peer) { p.Frame(0x81, []byte{0xff}) }, 1007},
		{"too large", func(p *peer) { p.Conn.Write(binary.BigEndian.AppendUint64([]byte{0x81, 127}, 1<<40)) }, 1009},
	} {
		synctest.Test(t, func(t *testing.T) {
			got := 0
			s, stop := serve(t, nil, func(p *peer) {
				tt.send(p)
				for {
					first, payload, err := p.Next()
					if err != nil {
						return
					}
					if first == 0x88 {
						got = int(binary.BigEndian.Uint16(payload))
					}
				}
			})
			<-s.Done()
			stop()
			if got != tt.want {
				t.Errorf("%s: got code %d, want %d", tt.name, got, tt.want)
			}
		})
	}
}

func TestClosingWithACode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []byte
		s, stop := serve(t, nil, func(p *peer) {
			_, got, _ = p.Next()
			p.text(`{"type":"warning","warning":{"message":"on the way"}}`)
			p.Frame(0x88, got)
			p.Drain()
		})
		for _, bad := range []int{0, 999, 1001, 1005, 1006, 1015, 2999, 5000} {
			if err := s.CloseWith(bad, ""); err == nil {
				t.Errorf("code %d is accepted", bad)
			}
		}
		if err := s.CloseWith(1000, strings.Repeat("x", 124)); err == nil {
			t.Error("a long reason is accepted")
		}
		if err := s.CloseWith(1000, "\xff"); err == nil {
			t.Error("a reason that is no text is accepted")
		}
		if err := s.CloseWith(4001, "handed over"); err != nil {
			t.Error(err)
		}
		stop()
		if string(got) != "\x0f\xa1handed over" {
			t.Errorf("the service got %q", got)
		}
		// What arrived in the meantime is there, and the end is orderly.
		recv(t, s)
		if ev := recv(t, s); ev.EventType() != ServerEventTypeWarning {
			t.Errorf("got %v", ev.EventType())
		}
		if _, err := s.Recv(t.Context()); err != io.EOF || s.Err() != nil {
			t.Errorf("got %v, Err %v", err, s.Err())
		}
		if err := s.ClearInputAudioBuffer(t.Context()); !errors.Is(err, ErrNotSent) || !errors.Is(err, ErrClosed) {
			t.Errorf("Send after Close: %v", err)
		}
	})
}
