package voicelivetest_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestSeedsAreReplayable(t *testing.T) {
	for seed := range uint64(200) {
		faults := voicelivetest.Faults{Seed: seed + 1, Menu: voicelivetest.FaultKinds()}
		script := faults.Script(0)
		again, err := voicelivetest.ParseScript(script.String())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(script.String(), again.String()); diff != "" || !cmp.Equal(script.String(), faults.Script(0).String()) {
			t.Errorf("seed %d (-made +read):\n%s", seed, diff)
		}
	}
}

// outcome is what a client makes of a fault.
type outcome struct {
	Refused     int                 // status of the *azcore.ResponseError of Connect
	NotOpened   bool                // Connect returned another error
	Kind        voicelive.ErrorKind // of the session's end; "" is an orderly close by the client
	Code        int                 // that the service closed with
	Undecodable int                 // errors of Recv that did not end the session
	Unknown     int                 // events of an unknown type
	Errors      int                 // error events
}

// menu is every fault there is, and what the client of this module must make of it.
var menu = []struct {
	fault voicelivetest.Fault
	want  outcome
}{

	{voicelivetest.Fault{Kind: "handshake.refuse", Status: 403, Body: `{"error":{"code":"Forbidden"}}`}, outcome{Refused: 403}},
	{voicelivetest.Fault{Kind: "handshake.claims"}, outcome{Refused: 401}},
	{voicelivetest.Fault{Kind: "handshake.redirect", Body: "https://elsewhere.example/"}, outcome{Refused: 307}},
	{voicelivetest.Fault{Kind: "handshake.raw", Body: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}, outcome{Refused: 200}},
	{voicelivetest.Fault{Kind: "handshake.garbage"}, outcome{NotOpened: true}},
	{voicelivetest.Fault{Kind: "handshake.accept"}, outcome{NotOpened: true}},
	{voicelivetest.Fault{Kind: "handshake.extension"}, outcome{NotOpened: true}},
	{voicelivetest.Fault{Kind: "handshake.protocol"}, outcome{NotOpened: true}},
	{voicelivetest.Fault{Kind: "handshake.flood"}, outcome{NotOpened: true}},
	{voicelivetest.Fault{Kind: "handshake.stall"}, outcome{NotOpened: true}},
	{voicelivetest.Fault{Kind: "handshake.stall", Delay: 5 * time.Second}, outcome{}},
	{voicelivetest.Fault{Kind: "handshake.drop"}, outcome{NotOpened: true}},
	{voicelivetest.Fault{Kind: "handshake.slow"}, outcome{}},

	{voicelivetest.Fault{Kind: "frame.fragment"}, outcome{}},
	{voicelivetest.Fault{Kind: "frame.fragment", N: 7}, outcome{}},
	{voicelivetest.Fault{Kind: "frame.interleave"}, outcome{}},
	{voicelivetest.Fault{Kind: "frame.binary"}, outcome{}},
	{voicelivetest.Fault{Kind: "frame.pong"}, outcome{}},
	{voicelivetest.Fault{Kind: "frame.pings"}, outcome{}},
	{voicelivetest.Fault{Kind: "frame.utf8"}, outcome{Kind: voicelive.KindProtocol}},
	{voicelivetest.Fault{Kind: "frame.masked"}, outcome{Kind: voicelive.KindProtocol}},
	{voicelivetest.Fault{Kind: "frame.reserved"}, outcome{Kind: voicelive.KindProtocol}},
	{voicelivetest.Fault{Kind: "frame.opcode"}, outcome{Kind: voicelive.KindProtocol}},
	{voicelivetest.Fault{Kind: "frame.continuation"}, outcome{Kind: voicelive.KindProtocol}},
	{voicelivetest.Fault{Kind: "frame.oversize"}, outcome{Kind: voicelive.KindTooLarge}},
	{voicelivetest.Fault{Kind: "frame.truncate"}, outcome{Kind: voicelive.KindNetwork}},

	{voicelivetest.Fault{Kind: "event.unknown"}, outcome{Unknown: 1}},
	{voicelivetest.Fault{Kind: "event.field"}, outcome{}},
	{voicelivetest.Fault{Kind: "event.type"}, outcome{}},
	{voicelivetest.Fault{Kind: "event.base64"}, outcome{}},
	{voicelivetest.Fault{Kind: "event.json"}, outcome{Undecodable: 1}},
	{voicelivetest.Fault{Kind: "event.duplicate"}, outcome{}},
	{voicelivetest.Fault{Kind: "event.error_before"}, outcome{Errors: 1}},
	{voicelivetest.Fault{Kind: "event.error_after"}, outcome{Errors: 1}},
	{voicelivetest.Fault{Kind: "event.order"}, outcome{}},
	{voicelivetest.Fault{Kind: "event.race"}, outcome{Errors: 1}},
	{voicelivetest.Fault{Kind: "event.lose", Body: "response.done"}, outcome{}},
	{voicelivetest.Fault{Kind: "event.delay", Body: "response.done", Delay: time.Second}, outcome{}},
	{voicelivetest.Fault{Kind: "event.uncorrelated"}, outcome{}},
	{voicelivetest.Fault{Kind: "event.already_active"}, outcome{}},
	{voicelivetest.Fault{Kind: "event.refuse", Body: "session.update"}, outcome{}},

	{voicelivetest.Fault{Kind: "end.close", Code: 1000, Body: "bye"}, outcome{}},
	{voicelivetest.Fault{Kind: "end.close", Code: 1001}, outcome{Kind: voicelive.KindGoingAway, Code: 1001}},
	{voicelivetest.Fault{Kind: "end.close", Code: 1002}, outcome{Kind: voicelive.KindProtocol, Code: 1002}},
	{voicelivetest.Fault{Kind: "end.close", Code: 1003}, outcome{Kind: voicelive.KindProtocol, Code: 1003}},
	{voicelivetest.Fault{Kind: "end.close", Code: 1007}, outcome{Kind: voicelive.KindProtocol, Code: 1007}},
	{voicelivetest.Fault{Kind: "end.close", Code: 1008}, outcome{Kind: voicelive.KindPolicy, Code: 1008}},
	{voicelivetest.Fault{Kind: "end.close", Code: 1009}, outcome{Kind: voicelive.KindTooLarge, Code: 1009}},
	{voicelivetest.Fault{Kind: "end.close", Code: 1010}, outcome{Kind: voicelive.KindProtocol, Code: 1010}},
	{voicelivetest.Fault{Kind: "end.close", Code: 1011}, outcome{Kind: voicelive.KindServerError, Code: 1011}},
	{voicelivetest.Fault{Kind: "end.close", Code: 1012}, outcome{Kind: voicelive.KindGoingAway, Code: 1012}},
	{voicelivetest.Fault{Kind: "end.close", Code: 1013}, outcome{Kind: voicelive.KindGoingAway, Code: 1013}},
	{voicelivetest.Fault{Kind: "end.close", Code: 1014}, outcome{Kind: voicelive.KindGoingAway, Code: 1014}},
	{voicelivetest.Fault{Kind: "end.close", Code: 4429}, outcome{Kind: voicelive.KindPeerClosed, Code: 4429}},
	{voicelivetest.Fault{Kind: "end.short_body"}, outcome{Kind: voicelive.KindProtocol}},
	{voicelivetest.Fault{Kind: "end.no_body"}, outcome{Kind: voicelive.KindNetwork, Code: 1005}},
	{voicelivetest.Fault{Kind: "end.fin"}, outcome{Kind: voicelive.KindNetwork}},
	{voicelivetest.Fault{Kind: "end.rst"}, outcome{Kind: voicelive.KindNetwork}},
	{voicelivetest.Fault{Kind: "end.black_hole"}, outcome{Kind: voicelive.KindKeepAlive}},
	{voicelivetest.Fault{Kind: "end.stop_reading"}, outcome{Kind: voicelive.KindKeepAlive}},
	{voicelivetest.Fault{Kind: "end.expired"}, outcome{Kind: voicelive.KindSessionExpired, Code: 1001, Errors: 1}},
	{voicelivetest.Fault{Kind: "end.during_close"}, outcome{}},
	{voicelivetest.Fault{Kind: "end.no_reply"}, outcome{}},
}

// Every fault of the menu, against the client of this module: the error has the right kind, nothing is lost, doubled or
// out of order, and every wait is bounded.
func TestMenu(t *testing.T) {
	missing := voicelivetest.FaultKinds()
	for _, entry := range menu {
		missing = slices.DeleteFunc(missing, func(k voicelivetest.FaultKind) bool { return k == entry.fault.Kind })
		f := entry.fault
		if f.Kind.Event() || f.Kind.Frame() || f.Kind.End() && f.Kind != "end.during_close" && f.Kind != "end.no_reply" {
			f.Sent = 4 // in the middle of a turn
		}
		t.Run(f.String(), func(t *testing.T) {
			options := &voicelivetest.Options{
				Pace: voicelivetest.Instant, Lenient: f.Kind == "end.stop_reading",
				Faults: voicelivetest.Faults{Scripts: []voicelivetest.Script{{f}}},
			}
			bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
				if got := endure(t, srv); got != entry.want {
					t.Errorf("the outcome (-want +got):\n%s", cmp.Diff(entry.want, got))
				}
			})
		})
	}
	if len(missing) > 0 {
		t.Errorf("the menu also has %q", missing)
	}
}

// endure holds a turn and two idle minutes, closes, and tells what happened.
func endure(t *testing.T, srv *voicelivetest.Server) (got outcome) {
	t.Helper()
	o := srv.ClientOptions()
	o.Retry = policy.RetryOptions{MaxRetries: -1}
	client, err := voicelive.NewClientWithKeyCredential(srv.URL(), azcore.NewKeyCredential("k"), o)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s, err := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime"})
	if d := time.Since(began); d > time.Minute {
		t.Errorf("Connect took %v", d)
	}
	if err != nil {
		t.Log(err)
		var refused *azcore.ResponseError
		if errors.As(err, &refused) {
			return outcome{Refused: refused.StatusCode}
		}
		return outcome{NotOpened: true}
	}
	var events []voicelive.ServerEvent
	ended := make(chan error)
	go func() {
		for {
			e, err := s.Recv(t.Context())
			var undecodable *voicelive.DecodeError
			switch {
			case err == nil:
				events = append(events, e)
			case errors.As(err, &undecodable):
				got.Undecodable++
			default:
				ended <- err
				return
			}
		}
	}()
	if err := s.SendText(t.Context(), "Hello?"); err != nil {
		t.Log(err) // if the session has ended already, the end is what counts
	}
	time.Sleep(2 * time.Minute)
	began = time.Now()
	t.Log("close:", s.Close())
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("Close took %v", d)
	}
	end := <-ended
	t.Log("end:", end)
	var failed *voicelive.SessionError
	if errors.As(end, &failed) {
		got.Kind, got.Code = failed.Kind, failed.CloseCode
	}
	for _, e := range events {
		switch e.(type) {
		case *voicelive.UnknownServerEvent:
			got.Unknown++
		case *voicelive.ServerEventError:
			got.Errors++
		}
	}
	if diff := cmp.Diff(sentIDs(srv.Session(0)), receivedIDs(events)); diff != "" {
		t.Errorf("events (-sent +received):\n%s", diff)
	}
	return got
}

func sentIDs(s *voicelivetest.Session) (ids []string) {
	for _, sent := range s.Sent() {
		ids = append(ids, fmt.Sprint(sent.Type, " ", sent.ID))
	}
	return ids
}

func receivedIDs(events []voicelive.ServerEvent) (ids []string) {
	for _, e := range events {
		ids = append(ids, fmt.Sprint(e.EventType(), " ", e.GetEventID()))
	}
	return ids
}
