package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// patience is how long what the server has sent may still be under way.
const patience = 3 * time.Second

// A client holds all sessions of a job.
type client struct {
	job           job
	contender     contender
	opens         opener
	conversations []conversation
	consumers     sync.WaitGroup
	want          []byte // the audio of a delta

	delivered, sent, wrong, writes atomic.Int64
	failed                         atomic.Pointer[error] // the first error of a consumer
	measuring                      atomic.Bool
	latencies                      live.Latencies
}

func newClient(j job, addr string) (*client, error) {
	contender, err := contenderOf(j.Contender)
	if err != nil {
		return nil, err
	}
	c := &client{job: j, contender: contender, want: live.Audio(pcmBytes)}
	c.opens, err = contender.dial(c.dial, addr)
	return c, err
}

// open opens n more sessions, whose events are then received.
func (c *client) open(ctx context.Context, n int) error {
	for range n {
		conversation, err := c.opens(ctx)
		if err != nil {
			return err
		}
		c.conversations = append(c.conversations, conversation)
		c.consumers.Add(1)
		go c.consume(conversation) // without more frames than an application has: garbage collections scan them
	}
	return nil
}

func (c *client) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil || c.job.Kind != appends {
		return conn, err
	}
	return &countingConn{conn, &c.writes}, nil
}

// countingConn counts writes.
type countingConn struct {
	net.Conn
	writes *atomic.Int64
}

func (c *countingConn) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// consume receives the events of a session as its application does.
func (c *client) consume(conversation conversation) {
	defer c.consumers.Done()
	checked := c.contender.raw
	for {
		pcm, at, err := conversation.receive()
		if err != nil {
			c.fail(err)
			return
		}
		if pcm == nil {
			continue
		}
		if c.measuring.Load() {
			c.latencies.Add(time.Duration(time.Now().UnixNano() - at))
		}
		if !checked && !bytes.Equal(pcm, c.want) || !c.contender.raw && len(pcm) != len(c.want) {
			c.wrong.Add(1)
		}
		checked = true
		c.delivered.Add(1)
	}
}

// talk does the client's part of the job.
func (c *client) talk(start time.Time) (clientReport, error) {
	switch c.job.Kind {
	case load:
		return c.converse(start)
	case blast:
		return c.receiveAll()
	case appends:
		return c.sendAll()
	}
	return clientReport{}, nil
}

// converse sends an append from each session every period, half a period apart from
// the delta that it receives, and measures in the window of the job.
func (c *client) converse(start time.Time) (clientReport, error) {
	pcm := live.Audio(c.job.Audio)
	sent := make(chan error, 1)
	go func() {
		sent <- pace(start.Add(period/2), c.job, func(i int) error {
			c.sent.Add(1)
			return c.conversations[i].send(pcm)
		})
	}()
	time.Sleep(time.Until(start.Add(c.job.Warm)))
	c.measuring.Store(true)
	before, waited := live.CPUTime(), live.WaitedTime()
	time.Sleep(time.Until(start.Add(c.job.Warm + c.job.Window)))
	c.measuring.Store(false)
	u := live.UsageNow()
	r := clientReport{
		CPU: live.CPUTime() - before, Waited: live.WaitedTime() - waited,
		P50: c.latencies.Quantile(0.5), P99: c.latencies.Quantile(0.99), Max: c.latencies.Max(),
		Heap: u.Heap, Stack: u.Stack, RSS: u.RSS, Goroutine: u.Goroutines,
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	var err error
	select {
	case err = <-sent:
		c.await(c.job.Sessions * c.job.Messages)
	case <-late.C:
		err = errors.New("it could not send in time")
	}
	r.Delivered, r.Sent, r.Wrong = int(c.delivered.Load()), int(c.sent.Load()), int(c.wrong.Load())
	return r, errors.Join(err, c.err())
}

// await waits until n deltas are delivered, or no more come.
func (c *client) await(n int) {
	for began := time.Now(); c.delivered.Load() < int64(n) && time.Since(began) < patience && c.failed.Load() == nil; {
		time.Sleep(time.Millisecond)
	}
}

func (c *client) fail(err error) { c.failed.CompareAndSwap(nil, &err) }

func (c *client) err() error {
	if err := c.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// receiveAll measures the messages behind the first third, in which queues and pools
// get as large as they will be.
func (c *client) receiveAll() (clientReport, error) {
	warm, all := c.job.Messages/3, c.job.Messages
	c.await(warm)
	from, began := c.delivered.Load(), costsNow()
	for before := int64(-1); c.delivered.Load() != before && c.delivered.Load() < int64(all); {
		before = c.delivered.Load()
		c.await(all) // once more as long as there is progress
	}
	if got := int(c.delivered.Load()); got < all {
		return clientReport{}, errors.Join(fmt.Errorf("%d of %d messages were delivered", got, all), c.err())
	}
	n := max(all-int(from), 1) // few messages may all be there before the measuring
	r := costsNow().since(began).per(n)
	r.Delivered, r.Wrong = int(c.delivered.Load()), int(c.wrong.Load())
	if c.contender.decode != nil {
		r.Decode = c.decodeAlone(n)
	}
	return r, c.err()
}

// decodeAlone is what decoding takes of receiving.
func (c *client) decodeAlone(n int) time.Duration {
	frame := newDelta(c.contender.deltaType).stamped(time.Now())
	h, _ := wstest.ParseHeader(frame)
	began := live.CPUTime()
	for range n {
		c.contender.decode(frame[h.Size:])
	}
	return (live.CPUTime() - began) / time.Duration(n)
}

// sendAll measures appends behind the first tenth, which warms up.
func (c *client) sendAll() (clientReport, error) {
	pcm := live.Audio(c.job.Audio)
	send := func(n int) error {
		for range n {
			if err := c.conversations[0].send(pcm); err != nil {
				return err
			}
		}
		return nil
	}
	warm := c.job.Messages / 10
	if err := send(warm); err != nil {
		return clientReport{}, err
	}
	writes, began := c.writes.Load(), costsNow()
	if err := send(c.job.Messages - warm); err != nil {
		return clientReport{}, err
	}
	r := costsNow().since(began).per(c.job.Messages - warm)
	r.Sent, r.Writes = c.job.Messages, int(c.writes.Load()-writes)
	return r, c.err()
}

// stackSpan is the memory that the runtime takes for stacks at a time. The last of it is not full.
const stackSpan = 32 << 10

// openIdle opens the sessions of the job and measures what they hold. Those before
// warm the pools up, and are not counted.
func (c *client) openIdle(ctx context.Context, before int) (r clientReport, err error) {
	if err := c.open(ctx, before); err != nil {
		return r, err
	}
	without := live.UsageSettled()
	n := c.job.Sessions - before
	if err := c.open(ctx, n); err != nil {
		return r, err
	}
	with := live.UsageSettled()
	r.Heap = (with.Heap - without.Heap) / int64(n)
	r.Stack = max(with.Stack-without.Stack-stackSpan, 0) / int64(n)
	r.RSS = (with.RSS - without.RSS) / int64(n)
	r.Goroutine = (with.Goroutines - without.Goroutines) / float64(n)
	return r, c.err()
}

// close ends all sessions.
func (c *client) close() {
	var closing sync.WaitGroup
	for _, conversation := range c.conversations {
		closing.Go(conversation.close)
	}
	closing.Wait()
	c.consumers.Wait()
}
