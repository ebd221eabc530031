package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// patience is how long what was sent may still be under way.
const patience = 10 * time.Second

// remembered is how many times of sending a line knows: more than wait in any bridge that is not lost.
const remembered = 512

// A peer is both ends of all calls: the callers and the service.
type peer struct {
	job      job
	network  *network
	listener net.Listener // of the service
	callers  *callers     // if calls are made by SIP
	speech   *track       // of callers
	replies  *track       // of the service
	deltas   [][]byte     // frames of the replies
	calls    []*peerCall
	readers  sync.WaitGroup

	packets, sent  int
	measuring      atomic.Bool
	in, out        live.Latencies
	cpu            time.Duration // before talking
	wrong          atomic.Int64
	appends, media atomic.Int64
	heard, played  atomic.Int64 // bytes
	early          atomic.Int64 // of heard
	marks          atomic.Int64
	failed         atomic.Pointer[error]
	packetBuf      []byte
}

// A peerCall is a call.
type peerCall struct {
	number           int
	telephone        net.Conn
	service          net.Conn
	spoken, replied  line
	source           source     // of RTP
	writing          sync.Mutex // of telephone: marks are returned while packets are sent
	lastMark, buffer []byte
}

// A line is one direction of a call.
type line struct {
	at       [remembered]atomic.Int64 // when the pieces were sent, in nanoseconds
	received int                      // bytes
	audio    []byte
}

const created = `{"type":"session.created","event_id":"event_1","session":{"id":"sess_1","model":"m"}}`

func newPeer(j job) (*peer, error) {
	n, err := networkOf(j.Network)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &peer{job: j, network: n, listener: l, speech: newTrack(n.packet), replies: newTrack(perDelta * n.packet)}
	for _, text := range p.replies.texts {
		event := `{"type":"response.audio.delta","event_id":"event_Kx81mPq2","response_id":"resp_Jd83kQ0a","item_id":"item_A1x94","output_index":0,"content_index":0,"delta":"` + text + `"}`
		p.deltas = append(p.deltas, wstest.Frame(wstest.Fin|wstest.Text, []byte(event)))
	}
	return p, nil
}

// open makes all calls, each when the one before has its session.
func (p *peer) open(ctx context.Context, bridge string) error {
	call := func(c *peerCall) error { return p.connect(ctx, c, bridge) }
	if p.network.rtp {
		var err error
		if p.callers, err = newCallers(bridge); err != nil {
			return err
		}
		p.readers.Go(p.callers.read)
		call = p.invite
	}
	for i := range p.job.Calls {
		c := &peerCall{number: i}
		if err := call(c); err != nil {
			return fmt.Errorf("calling: %w", err)
		}
		p.calls = append(p.calls, c)
		var err error
		if c.service, err = p.listener.Accept(); err != nil {
			return err
		}
		early, err := live.Accept(c.service)
		if err != nil {
			return err
		}
		if _, err := c.service.Write(wstest.Frame(wstest.Fin|wstest.Text, []byte(created))); err != nil {
			return err
		}
		p.readers.Go(func() {
			p.read(live.NewReader(c.service, early), func(b []byte) error { return p.hear(c, b) })
			c.service.Close()
		})
	}
	return nil
}

// connect makes a call over WebSocket.
func (p *peer) connect(ctx context.Context, c *peerCall, bridge string) error {
	telephone, before, err := live.Dial(ctx, new(net.Dialer).DialContext, bridge)
	if err != nil {
		return err
	}
	c.telephone = telephone
	for _, message := range p.network.open {
		frame, start := appendMaskedHeader(nil, len(message))
		frame = append(frame, message...)
		live.MaskWords(frame[start:], maskKey)
		if _, err := telephone.Write(frame); err != nil {
			return err
		}
	}
	p.readers.Go(func() { p.read(live.NewReader(telephone, before), func(b []byte) error { return p.play(c, b) }) })
	return nil
}

// read hands on messages until the connection is closing.
func (p *peer) read(frames *live.Reader, take func(message []byte) error) {
	var message []byte // of frames that are not the last
	for {
		h, payload, err := frames.Next()
		if err != nil {
			return
		}
		if h.Opcode() == wstest.Close {
			return
		}
		if h.Control() {
			continue
		}
		if h.Masked {
			live.MaskWords(payload, binary.LittleEndian.Uint32(h.Key[:]))
		}
		if h.First&wstest.Fin == 0 || len(message) > 0 {
			message = append(message, payload...)
			payload = message
		}
		if h.First&wstest.Fin == 0 {
			continue
		}
		message = message[:0]
		if err := take(payload); err != nil {
			p.fail(err)
			return
		}
	}
}

func (p *peer) fail(err error) { p.failed.CompareAndSwap(nil, &err) }

// hear takes an append.
func (p *peer) hear(c *peerCall, event []byte) error {
	text, ok := live.StringMember(event, `"audio":"`)
	if !ok {
		return fmt.Errorf("the service got %.100q", event)
	}
	p.appends.Add(1)
	return p.received(c, &c.spoken, p.speech, text, &p.heard, &p.in)
}

// play takes what a bridge sends to a caller, and returns a mark when the audio behind it is there: that is when
// the caller has heard the audio before it.
func (p *peer) play(c *peerCall, message []byte) error {
	if text, ok := live.StringMember(message, p.network.payload); ok {
		p.media.Add(1)
		return p.received(c, &c.replied, p.replies, text, &p.played, &p.out)
	}
	name, ok := live.StringMember(message, `"name":"`)
	if !ok || !p.network.marks {
		return fmt.Errorf("the caller got %.100q", message)
	}
	p.marks.Add(1)
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.lastMark != nil {
		mark := fmt.Appendf(nil, `{"event":"mark","sequenceNumber":"4","streamSid":"`+streamSID+`","mark":{"name":"%s"}}`, c.lastMark)
		b, start := appendMaskedHeader(c.buffer[:0], len(mark))
		b = append(b, mark...)
		live.MaskWords(b[start:], maskKey)
		c.buffer = b
		if _, err := c.telephone.Write(b); err != nil {
			return err
		}
	}
	c.lastMark = bytes.Clone(name)
	return nil
}

// received takes audio that came in one message.
func (p *peer) received(c *peerCall, l *line, t *track, text []byte, total *atomic.Int64, latencies *live.Latencies) (err error) {
	now := time.Now().UnixNano()
	if l.audio, err = base64.StdEncoding.AppendDecode(l.audio[:0], text); err != nil {
		return err
	}
	p.compare(c, l, t, l.audio, total)
	if last := (l.received - 1) / t.piece; p.measuring.Load() && last >= 0 {
		latencies.Add(time.Duration(now - l.at[last%remembered].Load()))
	}
	return nil
}

// compare checks audio.
func (p *peer) compare(c *peerCall, l *line, t *track, audio []byte, total *atomic.Int64) {
	if !t.matches(c.number, l.received, audio) {
		p.wrong.Add(1)
	}
	l.received += len(audio)
	total.Add(int64(len(audio)))
}

// talk sends the packets of all callers, evenly over 20 ms, and every 100 ms a delta to each.
func (p *peer) talk(start time.Time) error {
	p.cpu = live.CPUTime()
	measure := time.AfterFunc(time.Until(start.Add(p.job.Warm)), func() {
		p.early.Store(p.heard.Load())
		p.measuring.Store(true)
	})
	defer measure.Stop()
	n := len(p.calls)
	for k := range p.job.Packets {
		for i, c := range p.calls {
			due := start.Add(time.Duration(k)*packetTime + packetTime*time.Duration(i)/time.Duration(n))
			if wait := time.Until(due); wait > 0 {
				time.Sleep(wait)
			}
			if err := p.speak(c, k); err != nil {
				return err
			}
			if other := p.calls[(i+n/2)%n]; k%perDelta == other.number%perDelta {
				if err := p.reply(other, k/perDelta); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *peer) speak(c *peerCall, k int) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	p.packetBuf = p.network.appendPacket(p.packetBuf[:0], p.speech, c.number, k)
	c.spoken.at[k%remembered].Store(time.Now().UnixNano())
	p.packets++
	_, err := c.telephone.Write(p.packetBuf)
	return err
}

func (p *peer) reply(c *peerCall, k int) error {
	c.replied.at[k%remembered].Store(time.Now().UnixNano())
	p.sent++
	_, err := c.service.Write(p.deltas[(c.number+k)%pieces])
	return err
}

// await waits until everything has arrived.
func (p *peer) await() {
	for began := time.Now(); time.Since(began) < patience && p.failed.Load() == nil; time.Sleep(time.Millisecond) {
		if p.heard.Load() >= int64(p.packets*p.speech.piece) && p.played.Load() >= int64(p.sent*p.replies.piece) && (!p.network.marks || p.marks.Load() >= int64(p.sent)) {
			return
		}
	}
}

func (p *peer) report(err error) peerReport {
	r := peerReport{
		Packets: p.packets, Deltas: p.sent,
		Heard: int(p.heard.Load()) / p.speech.piece, Played: int(p.played.Load()) / p.replies.piece,
		Early:   int(p.early.Load()) / p.speech.piece,
		Appends: int(p.appends.Load()), Media: int(p.media.Load()), Marks: int(p.marks.Load()), Wrong: int(p.wrong.Load()),
		In: latencyOf(&p.in), Out: latencyOf(&p.out), CPU: live.CPUTime() - p.cpu,
	}
	if failed := p.failed.Load(); failed != nil {
		err = errors.Join(err, *failed)
	}
	if err != nil {
		r.Err = err.Error()
	}
	return r
}

func latencyOf(l *live.Latencies) latency {
	return latency{l.Quantile(0.5), l.Quantile(0.99), l.Max()}
}

func (p *peer) close() {
	p.listener.Close()
	if p.callers != nil {
		p.callers.conn.Close()
	}
	for _, c := range p.calls {
		c.telephone.Close()
		if c.service != nil {
			c.service.Close()
		}
	}
	p.readers.Wait()
}
