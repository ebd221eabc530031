package main

import (
	"fmt"
	"net"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
)

// A contender serves calls until the listener is closed, each with a session of its own.
type contender func(l net.Listener, service string, j job) error

var contenders = map[string]contender{
	"ours":     serveOurs(relay),
	"playback": serveOurs(relayPlayed),
	"naive":    serveNaive,
	"floor":    serveFloor,
}

var about = [][2]string{
	{"ours", "a leg of this package and a session, audio handed from one to the other"},
	{"playback", "the same with a playback.Player, which knows what the caller has heard"},
	{"naive", "gorilla/websocket and encoding/json in two passes, base64 as strings, a goroutine per direction"},
	{"floor", "no library: frames by hand, base64 passed through where nothing is coalesced"},
}

// A bridge is the process that is measured.
type bridge struct {
	job      job
	listener net.Listener
	writes   atomic.Int64
	before   live.Usage
}

func newBridge(j job, service string) (*bridge, error) {
	serve, ok := contenders[j.Contender]
	if !ok {
		return nil, fmt.Errorf("there is no contender %q", j.Contender)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &bridge{job: j, listener: l, before: live.UsageSettled()}
	go serve(&countingListener{l, &b.writes}, service, j) // its failure shows in what is delivered
	return b, nil
}

// A countingListener counts writes to telephones.
type countingListener struct {
	net.Listener
	writes *atomic.Int64
}

func (l *countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &countingConn{conn, l.writes}, nil
}

type countingConn struct {
	net.Conn
	writes *atomic.Int64
}

func (c *countingConn) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// measure measures until the returned function is called, when the peer has got everything.
func (b *bridge) measure() func() bridgeReport {
	waited := live.WaitedTime()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, user, began := live.CPUTime(), live.UserTime(), time.Now()
	return func() (r bridgeReport) {
		r.CPU, r.User, r.Lasted = live.CPUTime()-cpu, live.UserTime()-user, time.Since(began)
		runtime.ReadMemStats(&after)
		r.Waited = live.WaitedTime() - waited
		r.Allocs = after.Mallocs - before.Mallocs
		n := int64(b.job.Calls)
		r.Writes = int(b.writes.Load() - n) // without the opening handshakes
		now := live.UsageSettled()
		r.Memory = (now.Heap + now.Stack - b.before.Heap - b.before.Stack) / n
		r.RSS = (now.RSS - b.before.RSS) / n
		return r
	}
}
