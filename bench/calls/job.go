package main

import (
	"fmt"
	"time"
)

// What goes over the wire.
const (
	packetTime = 20 * time.Millisecond  // of the caller's audio
	deltaTime  = 100 * time.Millisecond // of the service's audio

	perDelta = int(deltaTime / packetTime)
)

// A job is what a bridge and its peer do together.
type job struct {
	Network   string
	Contender string
	Calls     int
	Coalesced int           // packets in an append
	Packets   int           // of each caller
	Warm      time.Duration // before Window
	Window    time.Duration // in which it goes on, and the bridge is measured
	Profile   string        // file for a processor profile of the bridge; empty for none
}

func jobOf(e entry, calls int, window time.Duration) job {
	warm := max(window/3, 500*time.Millisecond)
	packets := int((warm + window) / packetTime)
	return job{
		Network: e.network, Contender: e.contender, Calls: calls, Coalesced: e.coalesced,
		Packets: packets - packets%perDelta, Warm: warm, Window: window,
	}
}

// An entry is a contender with what it is to do.
type entry struct {
	network, contender string
	coalesced          int
}

func (e entry) String() string {
	return fmt.Sprintf("%s/%s/%dms", e.network, e.contender, e.coalesced*int(packetTime/time.Millisecond))
}

// entries are what is measured. The naive bridge sends what it gets; for SIP there is none.
var entries = func() (all []entry) {
	for _, network := range []string{"twilio", "acs"} {
		all = append(all,
			entry{network, "ours", 1}, entry{network, "ours", perDelta}, entry{network, "playback", 1},
			entry{network, "naive", 1}, entry{network, "floor", 1}, entry{network, "floor", perDelta})
	}
	return append(all,
		entry{"sip", "ours", 1}, entry{"sip", "ours", perDelta}, entry{"sip", "playback", 1},
		entry{"sip", "floor", 1}, entry{"sip", "floor", perDelta})
}()

// A bridgeReport is what the bridge saw of itself, between Warm and the last delivery.
type bridgeReport struct {
	Lasted time.Duration
	CPU    time.Duration
	User   time.Duration // the part of CPU outside of the system
	Waited time.Duration // for a processor that something else had
	Allocs uint64
	Writes int   // to telephones in all, but for the opening handshakes
	Memory int64 // bytes of heap and stack that a call holds
	RSS    int64 // bytes of physical memory that a call has cost
}

// A peerReport is what callers and the service saw.
type peerReport struct {
	Err string

	Packets, Deltas int // sent
	Heard, Played   int // packets that the service got, deltas that callers got
	Early           int // of Heard, before Warm had passed
	Appends, Media  int // messages in which they came
	Marks           int
	Wrong           int // messages with other audio than what was sent

	In, Out latency // from the caller to the service, and back, behind Warm
	CPU     time.Duration
}

// A latency is between a write of the peer and its read of what the bridge made of it.
type latency struct{ P50, P99, Max time.Duration }
