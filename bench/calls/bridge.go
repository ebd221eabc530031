package main

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
)

// A contender serves calls that come over WebSocket until the listener is closed, each with a session of its own.
type contender func(l net.Listener, service string, j job) error

// A sipContender serves calls that come by SIP until it is closed.
type sipContender func(service string, j job) (address string, telephones io.Closer, err error)

var contenders = map[string]contender{
	"ours":     serveOurs(relay),
	"playback": serveOurs(relayPlayed),
	"naive":    serveNaive,
	"floor":    serveFloor,
}

var sipContenders = map[string]sipContender{
	"ours":     listenSIP(relay),
	"playback": listenSIP(relayPlayed),
	"floor":    listenSIPFloor,
}

var about = [][2]string{
	{"ours", "a leg of this package and a session, audio handed from one to the other"},
	{"playback", "the same with a playback.Player, which knows what the caller has heard"},
	{"naive", "gorilla/websocket and encoding/json in two passes, base64 as strings, a goroutine per direction"},
	{"floor", "no library: frames and RTP by hand, base64 passed through where nothing is coalesced"},
}

// A bridge is the process that is measured.
type bridge struct {
	job        job
	address    string // for telephones
	telephones io.Closer
	writes     atomic.Int64
	before     live.Usage
}

func newBridge(j job, service string) (*bridge, error) {
	b := &bridge{job: j}
	open := b.openWebSockets
	if j.Network == "sip" {
		open = b.openSIP
	}
	if err := open(service); err != nil {
		return nil, err
	}
	b.before = live.UsageSettled()
	return b, nil
}

func (b *bridge) openWebSockets(service string) error {
	serve, ok := contenders[b.job.Contender]
	if !ok {
		return noContender(b.job)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	b.address, b.telephones = l.Addr().String(), l
	go serve(&countingListener{l, &b.writes}, service, b.job) // its failure shows in what is delivered
	return nil
}

func (b *bridge) openSIP(service string) (err error) {
	listen, ok := sipContenders[b.job.Contender]
	if !ok {
		return noContender(b.job)
	}
	b.address, b.telephones, err = listen(service, b.job)
	return err
}

func noContender(j job) error {
	return fmt.Errorf("there is no contender %q for %s", j.Contender, j.Network)
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
		if b.job.Network != "sip" {
			r.Writes = int(b.writes.Load() - n) // without the opening handshakes
		}
		now := live.UsageSettled()
		r.Memory = (now.Heap + now.Stack - b.before.Heap - b.before.Stack) / n
		r.RSS = (now.RSS - b.before.RSS) / n
		return r
	}
}
