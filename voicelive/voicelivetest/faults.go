package voicelivetest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// FaultKind is the kind of a [Fault].
type FaultKind string

// Faults of a handshake. A script carries out only the first.
const (
	// HandshakeRefuse replies with Status (0 is 503), Body (empty is an error of the service) and a Retry-After of Delay.
	HandshakeRefuse FaultKind = "handshake.refuse"
	// HandshakeClaims replies with status 401 and a challenge for other claims, as continuous access evaluation does.
	HandshakeClaims FaultKind = "handshake.claims"
	// HandshakeRedirect replies with Status (0 is 307) and Body as the location.
	HandshakeRedirect FaultKind = "handshake.redirect"
	// HandshakeRaw replies with Body, byte by byte as it is, and hangs up.
	HandshakeRaw FaultKind = "handshake.raw"
	// HandshakeGarbage replies with N bytes (0 is 64) that are not HTTP.
	HandshakeGarbage FaultKind = "handshake.garbage"
	// HandshakeAccept replies with status 101 and a wrong Sec-WebSocket-Accept.
	HandshakeAccept FaultKind = "handshake.accept"
	// HandshakeExtension accepts permessage-deflate, which a client may not have offered, and goes on.
	HandshakeExtension FaultKind = "handshake.extension"
	// HandshakeProtocol chooses the subprotocol Body (empty is "forced") and goes on.
	HandshakeProtocol FaultKind = "handshake.protocol"
	// HandshakeFlood replies with header lines for ever, or N bytes of them.
	HandshakeFlood FaultKind = "handshake.flood"
	// HandshakeStall does not reply, for Delay or until the client gives up, and goes on.
	HandshakeStall FaultKind = "handshake.stall"
	// HandshakeDrop hangs up.
	HandshakeDrop FaultKind = "handshake.drop"
	// HandshakeSlow replies byte by byte, each after Delay (0 is 10 ms), and goes on.
	HandshakeSlow FaultKind = "handshake.slow"
)

// Faults of frames. Those marked * break the protocol: nothing is sent after them.
const (
	// FrameFragment splits the next event after N bytes (0 is after every byte).
	FrameFragment FaultKind = "frame.fragment"
	// FrameInterleave splits the next event in the middle and puts a ping between.
	FrameInterleave FaultKind = "frame.interleave"
	// FrameBinary sends the next event in a binary frame.
	FrameBinary FaultKind = "frame.binary"
	// FramePong sends a pong without a ping.
	FramePong FaultKind = "frame.pong"
	// FramePings sends N pings (0 is 100).
	FramePings FaultKind = "frame.pings"
	// FrameUTF8 * sends text that is not UTF-8.
	FrameUTF8 FaultKind = "frame.utf8"
	// FrameMasked * sends a masked frame.
	FrameMasked FaultKind = "frame.masked"
	// FrameReserved * sends a frame with a reserved bit.
	FrameReserved FaultKind = "frame.reserved"
	// FrameOpcode * sends a frame with an opcode that does not exist.
	FrameOpcode FaultKind = "frame.opcode"
	// FrameContinuation * continues a message that was not begun.
	FrameContinuation FaultKind = "frame.continuation"
	// FrameOversize * sends an event of N bytes (0 is 64 MiB).
	FrameOversize FaultKind = "frame.oversize"
	// FrameTruncate * sends half an event and hangs up.
	FrameTruncate FaultKind = "frame.truncate"
)

// Faults of events. The session goes on.
const (
	// EventUnknown sends an event of a type that nobody knows.
	EventUnknown FaultKind = "event.unknown"
	// EventField adds a member that nobody knows to the next event.
	EventField FaultKind = "event.field"
	// EventType sends an event whose members have wrong JSON types.
	EventType FaultKind = "event.type"
	// EventBase64 sends audio that is not base64.
	EventBase64 FaultKind = "event.base64"
	// EventJSON sends text that is not JSON.
	EventJSON FaultKind = "event.json"
	// EventDuplicate gives the next event the event_id of the one before.
	EventDuplicate FaultKind = "event.duplicate"
	// EventErrorBefore sends an error event before the next event.
	EventErrorBefore FaultKind = "event.error_before"
	// EventErrorAfter sends an error event after the next event.
	EventErrorAfter FaultKind = "event.error_after"
	// EventOrder sends the end of a response that never began.
	EventOrder FaultKind = "event.order"
	// EventRace sends the error that a response is already active, as if the service had begun one by itself.
	EventRace FaultKind = "event.race"
	// EventLose loses the next N (0 is 1) events of the type Body, or of any if it is empty: response.done, for instance.
	EventLose FaultKind = "event.lose"
	// EventDelay sends the next N (0 is 1) events of the type Body, or of any, only after Delay. Later events overtake them.
	EventDelay FaultKind = "event.delay"
	// EventUncorrelated leaves the event_id of the client event out of the next N (0 is all) errors.
	EventUncorrelated FaultKind = "event.uncorrelated"
	// EventAlreadyActive refuses the next N (0 is all) events response.create: another response is active.
	EventAlreadyActive FaultKind = "event.already_active"
	// EventRefuse refuses the next N (0 is all) events of the client of the type Body, or of any. Body may have a space and
	// the path of a member after the type, as in "response.create response.cancel_previous"; then EventRefuse refuses only
	// events with that member.
	EventRefuse FaultKind = "event.refuse"
)

// How a session ends.
const (
	// EndClose sends a close frame with Code (0 is 1011) and Body as the reason.
	EndClose FaultKind = "end.close"
	// EndShortBody sends a close frame with a body of one byte.
	EndShortBody FaultKind = "end.short_body"
	// EndNoBody sends a close frame without a body.
	EndNoBody FaultKind = "end.no_body"
	// EndFIN closes the server's direction of the connection without a close frame. A pipe is closed in both directions.
	EndFIN FaultKind = "end.fin"
	// EndRST resets the connection. A pipe is closed.
	EndRST FaultKind = "end.rst"
	// EndBlackHole sends nothing more, and discards everything that the client sends, as a network without the peer does.
	EndBlackHole FaultKind = "end.black_hole"
	// EndStopReading stops reading, so that the client's writes fill the buffers and block. Events are still sent.
	EndStopReading FaultKind = "end.stop_reading"
	// EndExpired ends the session as if its time was over. Its only trigger is After.
	EndExpired FaultKind = "end.expired"
	// EndDuringClose replies to the client's close frame with a close of its own, with Code (0 is 1011) and Body.
	EndDuringClose FaultKind = "end.during_close"
	// EndNoReply does not reply to the client's close frame.
	EndNoReply FaultKind = "end.no_reply"
)

// FaultKinds are all kinds, in the order of their declaration.
func FaultKinds() []FaultKind {
	return []FaultKind{
		HandshakeRefuse, HandshakeClaims, HandshakeRedirect, HandshakeRaw, HandshakeGarbage, HandshakeAccept, HandshakeExtension,
		HandshakeProtocol, HandshakeFlood, HandshakeStall, HandshakeDrop, HandshakeSlow,
		FrameFragment, FrameInterleave, FrameBinary, FramePong, FramePings, FrameUTF8, FrameMasked, FrameReserved, FrameOpcode,
		FrameContinuation, FrameOversize, FrameTruncate,
		EventUnknown, EventField, EventType, EventBase64, EventJSON, EventDuplicate, EventErrorBefore, EventErrorAfter, EventOrder, EventRace,
		EventLose, EventDelay, EventUncorrelated, EventAlreadyActive, EventRefuse,
		EndClose, EndShortBody, EndNoBody, EndFIN, EndRST, EndBlackHole, EndStopReading, EndExpired, EndDuringClose, EndNoReply,
	}
}

// Handshake reports whether the fault is one of a handshake.
func (k FaultKind) Handshake() bool { return strings.HasPrefix(string(k), "handshake.") }

// Frame reports whether the fault is one of frames.
func (k FaultKind) Frame() bool { return strings.HasPrefix(string(k), "frame.") }

// Event reports whether the fault is one of events.
func (k FaultKind) Event() bool { return strings.HasPrefix(string(k), "event.") }

// End reports whether the fault is an end of the session.
func (k FaultKind) End() bool { return strings.HasPrefix(string(k), "end.") }

// Fault makes a connection go wrong once. It happens at once or at its trigger: set at most one of Sent, Received and
// After. Faults of handshakes, EndDuringClose and EndNoReply have no trigger: they happen in the handshake or at the close.
type Fault struct {
	Kind FaultKind

	Sent     int           // after that many events were written
	Received int           // after that many events came from the client
	After    time.Duration // after the session began

	Status int           // of HTTP
	Code   int           // of a close frame
	N      int           // bytes or frames, see the kind
	Delay  time.Duration // see the kind
	Body   string        // see the kind
}

// Random scripts choose from lost, events of the service, and from refused, events of the client.
var (
	lost = []voicelive.ServerEventType{
		voicelive.ServerEventTypeResponseCreated, voicelive.ServerEventTypeResponseDone, voicelive.ServerEventTypeResponseOutputItemDone,
		voicelive.ServerEventTypeConversationItemCreated, voicelive.ServerEventTypeInputAudioBufferSpeechStarted,
		voicelive.ServerEventTypeInputAudioBufferSpeechStopped, voicelive.ServerEventTypeError,
	}
	refused = []voicelive.ClientEventType{
		voicelive.ClientEventTypeConversationItemCreate, voicelive.ClientEventTypeConversationItemTruncate,
		voicelive.ClientEventTypeResponseCreate, voicelive.ClientEventTypeResponseCancel,
	}
)

// Script lists the faults of one connection.
type Script []Fault

// handshake is the first fault of a handshake.
func (s Script) handshake() (Fault, bool) {
	i := slices.IndexFunc(s, func(f Fault) bool { return f.Kind.Handshake() })
	if i < 0 {
		return Fault{}, false
	}
	return s[i], true
}

// Faults are the faults of all connections of a server. The same value makes the same faults.
type Faults struct {
	// Scripts are for the connections in the order of their requests. Later connections have no faults.
	Scripts []Script
	// Seed, if it is not 0, makes a random script for each connection without one in Scripts.
	Seed uint64
	// Menu lists the kinds that Seed may choose. Nil is every kind except those of handshakes.
	Menu []FaultKind
}

// Script returns the script of the i-th connection, from 0.
func (f Faults) Script(i int) Script {
	switch {
	case i < len(f.Scripts):
		return f.Scripts[i]
	case f.Seed != 0:
		return random(rand.New(rand.NewPCG(f.Seed, uint64(i))), f.Menu)
	}
	return nil
}

// random makes a script of up to four faults, of which at most one ends the session, and most are early.
func random(r *rand.Rand, menu []FaultKind) Script {
	if menu == nil {
		menu = slices.DeleteFunc(FaultKinds(), FaultKind.Handshake)
	}
	var script Script
	for range r.IntN(5) {
		f := randomFault(r, menu[r.IntN(len(menu))])
		if f.Kind.ends() && slices.ContainsFunc(script, func(f Fault) bool { return f.Kind.ends() }) {
			continue
		}
		script = append(script, f)
	}
	return script
}

// ends reports whether nothing can follow.
func (k FaultKind) ends() bool { return k.End() || violations[k] != nil }

func randomFault(r *rand.Rand, kind FaultKind) Fault {
	f := Fault{Kind: kind}
	switch n := 1 + int(r.ExpFloat64()*10); r.IntN(4) {
	case 0:
		f.Received = n
	case 1:
		f.After = time.Duration(n) * 50 * time.Millisecond
	default:
		f.Sent = n
	}
	switch kind {
	case HandshakeRefuse:
		f.Status = []int{400, 401, 403, 404, 408, 429, 500, 502, 503, 504}[r.IntN(10)]
		f.Delay = time.Duration(r.IntN(3)) * time.Second
	case FrameFragment, FramePings:
		f.N = 1 + r.IntN(50)
	case EventLose, EventDelay:
		f.Body = string(lost[r.IntN(len(lost))])
		f.N = r.IntN(3)
		if kind == EventDelay {
			f.Delay = time.Duration(1+r.IntN(40)) * 50 * time.Millisecond
		}
	case EventUncorrelated, EventAlreadyActive:
		f.N = r.IntN(4)
	case EventRefuse:
		f.Body = string(refused[r.IntN(len(refused))])
		f.N = 1 + r.IntN(3)
	case FrameOversize:
		f.N = 33 << 20
	case EndClose, EndDuringClose:
		f.Code = []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 4000, 4429, 4999}[r.IntN(15)]
		f.Body = []string{"", "going", "to be continued – later"}[r.IntN(3)]
	}
	return f
}
