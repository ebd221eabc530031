package main

import "time"

// A job is what a server and a client do together.
type job struct {
	Kind      kind
	Contender string
	Sessions  int
	Messages  int           // in each direction and session
	Warm      time.Duration // of a load, before Window
	Window    time.Duration // of a load, in which it is measured
	Audio     int           // bytes of PCM in an append
	Profile   string        // file for a processor profile of the client; empty for none
}

type kind string

const (
	load    kind = "load"    // sessions send and receive in real time
	idle    kind = "idle"    // sessions are open
	blast   kind = "blast"   // one session receives as fast as it can
	appends kind = "appends" // one session sends as fast as it can
)

func loadOf(contender string, sessions int, window time.Duration) job {
	warm := max(window/3, 500*time.Millisecond)
	return job{
		Kind: load, Contender: contender, Sessions: sessions, Audio: pcmBytes,
		Messages: int((warm + window) / period), Warm: warm, Window: window,
	}
}

// A serverReport is what the server saw of a job.
type serverReport struct {
	Sent     int           // deltas
	Messages int           // appends
	Frames   int           // of them
	Wrong    int           // first appends of a session whose audio was not what was to be sent
	CPU      time.Duration // since the start
}

// A clientReport is what the client saw of a job.
type clientReport struct {
	Delivered int // deltas, decoded
	Sent      int // appends
	Wrong     int // first deltas of a session whose audio was not what was sent, and any of another length
	Err       string

	CPU       time.Duration // of a load in Window, of other kinds in all
	Waited    time.Duration // for a processor that something else had, in Window
	P50       time.Duration // from the server's write to the consumer's hand, in Window
	P99       time.Duration
	Max       time.Duration
	Heap      int64   // bytes; a session's share if idle, of all otherwise
	Stack     int64   // the same
	RSS       int64   // the same; 0 if it is not known
	Goroutine float64 // the same

	Allocs, Bytes float64 // per message
	Decode        time.Duration
	Writes        int // calls of the connection's Write
}
