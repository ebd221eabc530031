//go:build peers

package sip

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// sipp runs a scenario against an address, which is empty for one that waits for requests. All of its calls must go as
// the scenario says.
func sipp(t *testing.T, scenario, local, remote string, more ...string) error {
	t.Helper()
	host, port, err := net.SplitHostPort(local)
	if err != nil {
		t.Fatal(err)
	}
	text, ok := scenarios[scenario]
	file := filepath.Join(t.TempDir(), "scenario.xml")
	if err := os.WriteFile(file, []byte(`<?xml version="1.0"?><scenario name="`+scenario+`">`+text+`</scenario>`), 0o600); err != nil || !ok {
		t.Fatalf("%s: %v", scenario, err)
	}
	args := append([]string{"-sf", file, "-i", host, "-p", port, "-s", "agent", "-nostdin", "-timeout", "100s", "-timeout_error", "-m", "1"}, more...)
	if remote != "" {
		args = append(args, remote)
	}
	command := exec.Command("sipp", args...)
	command.Dir = t.TempDir()
	out, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", scenario, err, out)
	}
	return nil
}

func mustSipp(t *testing.T, scenario, remote string, more ...string) {
	t.Helper()
	if err := sipp(t, scenario, freePort(t), remote, more...); err != nil {
		t.Error(err)
	}
}

func TestSippScenarios(t *testing.T) {
	for _, scenario := range []string{"answer", "hold", "offerless", "refused"} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			e := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: listenOn})
			mustSipp(t, scenario, e.Addr().String())
		})
	}
}

func TestSippIsBusy(t *testing.T) {
	t.Parallel()
	e := listen(t, &Options{Peers: []netip.Prefix{loopback}, MaxCalls: 1, Serve: listenOn})
	c, err := listen(t, nil).Dial(soon(t), "sip:agent@"+e.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	mustSipp(t, "busy", e.Addr().String())
	c.HangUp(soon(t), "the test is over")
}

func TestSippIsRefusedByTheApplication(t *testing.T) {
	t.Parallel()
	e := listen(t, &Options{Peers: []netip.Prefix{loopback}, Accept: func(context.Context, *Invite) int { return 486 }, Serve: listenOn})
	mustSipp(t, "busy", e.Addr().String())
}

func TestSippCancels(t *testing.T) {
	t.Parallel()
	served := new(atomic.Bool)
	accepted := make(chan struct{})
	e := listen(t, &Options{
		Peers:  []netip.Prefix{loopback},
		Accept: func(context.Context, *Invite) int { <-accepted; return 0 },
		Serve:  func(context.Context, *Call) error { served.Store(true); return nil },
	})
	mustSipp(t, "cancel", e.Addr().String())
	close(accepted)
	if err := e.Shutdown(soon(t)); err != nil {
		t.Error(err)
	}
	if served.Load() {
		t.Error("a call that was cancelled was served")
	}
}

func TestSippIsHungUp(t *testing.T) {
	t.Parallel()
	e := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(context.Context, *Call) error { return nil }})
	mustSipp(t, "hangup", e.Addr().String())
}

func TestSippIsTransferred(t *testing.T) {
	t.Parallel()
	for scenario, code := range map[string]int{"transfer": 0, "untransferred": 486, "unreferred": 405} {
		outcome := make(chan error, 1)
		e := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(ctx context.Context, c *Call) error {
			transferer, ok := leg.As[leg.Transferer](c)
			if !ok {
				return errors.New("a call is no Transferer")
			}
			outcome <- transferer.Transfer(ctx, "colleague")
			return listenOn(ctx, c)
		}})
		mustSipp(t, scenario, e.Addr().String())
		err := wait(t, outcome)
		var refused *StatusError
		if code == 0 && err != nil || code != 0 && (!errors.As(err, &refused) || refused.Code != code) {
			t.Errorf("%s: %v", scenario, err)
		}
	}
}

func TestSippNeverConfirms(t *testing.T) {
	t.Parallel()
	served := new(atomic.Bool)
	e := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(context.Context, *Call) error { served.Store(true); return nil }})
	rtp := stranger(t)
	_, port, _ := net.SplitHostPort(rtp.LocalAddr().String())
	mustSipp(t, "unconfirmed", e.Addr().String(), "-key", "rtp", port)
	rtp.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	if n, _ := rtp.Read(make([]byte, 2000)); n > 0 || served.Load() {
		t.Errorf("before the call was confirmed came %d bytes of RTP; served: %v", n, served.Load())
	}
}

// serveSipp runs a scenario that waits for requests, and returns its address and its end.
func serveSipp(t *testing.T, scenario string) (address string, done <-chan error) {
	t.Helper()
	address = freePort(t)
	end := make(chan error, 1)
	go func() { end <- sipp(t, scenario, address, "") }()
	return address, end
}

func TestSippIsTheRegistrar(t *testing.T) {
	t.Parallel()
	registrar, done := serveSipp(t, "registrar")
	e := listen(t, nil)
	r, err := e.Register(soon(t), Account{Server: registrar, User: "1000", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := wait(t, done); err != nil {
		t.Error(err)
	}
}

func TestSippIsCalled(t *testing.T) {
	t.Parallel()
	callee, done := serveSipp(t, "called")
	c, err := listen(t, nil).Dial(soon(t), "sip:alice@"+callee, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := until(soon(t), c); err != io.EOF {
		t.Errorf("Receive: %v, want EOF", err)
	}
	if err := wait(t, done); err != nil {
		t.Error(err)
	}
}

func TestSippIsCalledAndBusy(t *testing.T) {
	t.Parallel()
	callee, done := serveSipp(t, "called busy")
	_, err := listen(t, nil).Dial(soon(t), "alice", &Account{Server: callee})
	var refused *StatusError
	if !errors.As(err, &refused) || refused.Code != 486 {
		t.Errorf("Dial: %v, want 486", err)
	}
	if err := wait(t, done); err != nil {
		t.Error(err)
	}
}

func TestSippIsCalledInVain(t *testing.T) {
	t.Parallel()
	callee, done := serveSipp(t, "called in vain")
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	e := listen(t, nil)
	if _, err := e.Dial(ctx, "sip:alice@"+callee, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Dial: %v, want the end of the context", err)
	}
	if err := wait(t, done); err != nil {
		t.Error(err)
	}
}

// 100 calls at once, among garbage.
func TestSippCallsAHundredTimes(t *testing.T) {
	t.Parallel()
	var calls, most, now atomic.Int32
	e := listen(t, &Options{Peers: []netip.Prefix{loopback}, Serve: func(ctx context.Context, c *Call) error {
		calls.Add(1)
		for n := now.Add(1); ; {
			m := most.Load()
			if n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		defer now.Add(-1)
		if _, _, err := until(ctx, c); err != io.EOF {
			return err
		}
		return nil
	}})
	stop := make(chan struct{})
	go func() {
		garbage := stranger(t)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
				garbage.WriteToUDPAddrPort(fmt.Appendf(nil, "INVITE sip:%d SIP/2.0\r\nVia: \x00\r\nFrom: ;;;\r\n\r\n", i), e.Addr())
			}
		}
	}()
	defer close(stop)
	mustSipp(t, "answer", e.Addr().String(), "-m", strconv.Itoa(100), "-r", "100", "-l", "100", "-d", "3000")
	if calls.Load() != 100 {
		t.Errorf("%d calls were served, want 100", calls.Load())
	}
	t.Logf("%d calls at once", most.Load())
}
