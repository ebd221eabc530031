package acs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/internal/base64"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/socket"
)

// A Call is a telephone call. It is a leg: one goroutine calls Receive, and any other may call the remaining
// methods at the same time. It is a [leg.Positioner] and a [leg.Transferer].
type Call struct {
	// ConnectionID names the call in requests: x-ms-call-connection-id of the upgrade, the callConnectionId of
	// events. It is empty if the header was missing.
	ConnectionID string

	// CorrelationID names the call in logs of Communication Services: x-ms-call-correlation-id of the upgrade, the
	// correlationId of events.
	CorrelationID string

	// SubscriptionID is that of AudioMetadata, and names the stream.
	SubscriptionID string

	format audio.Format
	client *Client // nil if there is none
	logger *slog.Logger
	socket *socket.Conn

	// read state, of Receive
	decoder decoder
	next    time.Time // when the next packet should begin

	// Each has one slot. Behind a mutex virtual time would stop while a request is made again.
	transferring chan struct{} // for a transfer that is asked for
	ending       chan struct{} // for the goroutine that hangs up

	mu      sync.Mutex
	pacer   pacer
	stop    bool  // StopAudio must be sent before any audio
	sending bool  // somebody sends
	err     error // of sending; leg.ErrHungUp after the end of the stream
	hungUp  bool  // by us
	lasts   bool  // the request to end the call has failed
	left    bool  // the user has been transferred
	timer   *time.Timer
}

// frames are buffers for frames on their way out: no call needs one all the time.
var frames = sync.Pool{New: func() any { return new([]byte) }}

func newCall(s *socket.Conn, m *message, lead time.Duration) (*Call, error) {
	meta := m.AudioMetadata
	switch {
	case meta == nil:
		return nil, errors.New("AudioMetadata is empty")
	case meta.Encoding != "PCM" || meta.Channels != 1 || meta.SampleRate != leg.PCM16kHz.Rate && meta.SampleRate != leg.PCM24kHz.Rate:
		return nil, fmt.Errorf("audio is %q with %d channels at %d Hz; ask for mixed PCM at 16 or 24 kHz", meta.Encoding, meta.Channels, meta.SampleRate)
	}
	c := &Call{
		SubscriptionID: meta.SubscriptionID, format: audio.Format{Encoding: audio.PCM16, Rate: meta.SampleRate, Channels: 1}, socket: s,
		transferring: make(chan struct{}, 1), ending: make(chan struct{}, 1),
	}
	c.pacer = pacer{format: c.format, lead: int64(c.format.Bytes(lead))}
	c.timer = time.AfterFunc(time.Hour, c.flush)
	c.timer.Stop()
	return c, nil
}

// Format returns the format of the call: PCM at 16 or 24 kHz.
func (c *Call) Format() audio.Format { return c.format }

// Receive returns the next packet of audio, or a key that was pressed. Packets that Communication Services calls
// silent are audio too: the service needs them to notice the end of speech. Times that it left out are
// Input.Gap.
func (c *Call) Receive(ctx context.Context) (leg.Input, error) {
	for {
		text, err := c.socket.Next(ctx)
		if err != nil {
			return leg.Input{}, c.receiveError(ctx, err)
		}
		m, p, err := c.decoder.decode(text)
		switch {
		case err != nil:
			c.close(socket.CloseBadData, err.Error())
			return leg.Input{}, fmt.Errorf("acs: %w", err)
		case m == nil:
			return leg.Input{Gap: c.gap(p), Audio: p.audio}, nil
		case m.Kind == dtmfData && m.DTMFData != nil:
			if key, ok := digit(m.DTMFData.Data); ok {
				return leg.Input{Digit: key}, nil
			}
		case m.Kind == markData && m.MarkData != nil && m.MarkData.ID != "":
			return leg.Input{Mark: m.MarkData.ID, Cleared: m.MarkData.Status == "Cancelled"}, nil
		}
		c.logger.DebugContext(ctx, "message skipped", "kind", m.Kind)
	}
}

// Gaps between packets: less than minGap is jitter, and more than maxGap ends any turn of speech.
const (
	minGap = 60 * time.Millisecond
	maxGap = 10 * time.Second
)

// gap returns the time without audio before a packet.
func (c *Call) gap(p packet) (gap time.Duration) {
	if p.at.IsZero() {
		return 0
	}
	if !c.next.IsZero() {
		gap = p.at.Sub(c.next)
	}
	length := c.format.Duration(len(p.audio))
	if gap > -minGap && gap < minGap && !c.next.IsZero() {
		c.next = c.next.Add(length) // small differences may add up to a gap
		return 0
	}
	c.next = p.at.Add(length)
	return min(max(gap, 0), maxGap)
}

// receiveError is what an error of the socket means to a leg.
func (c *Call) receiveError(ctx context.Context, err error) error {
	if err == ctx.Err() {
		return err
	}
	select {
	case c.transferring <- struct{}{}: // a transfer stops the stream: whether it succeeds decides what comes next
		defer func() { <-c.transferring }()
	case <-ctx.Done():
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == io.EOF:
		return io.EOF
	case c.err != nil && c.err != leg.ErrHungUp && !c.hungUp:
		return c.err
	case err == io.ErrUnexpectedEOF || errors.Is(err, socket.ErrClosed):
		return io.EOF
	}
	return fmt.Errorf("acs: %w", err)
}

// Play queues audio, and sends what is due. It is an error if 32 MiB wait already.
func (c *Call) Play(ctx context.Context, audio []byte) error {
	if err := c.change(ctx, func() error {
		if c.pacer.queued()+len(audio) > maxQueue {
			return fmt.Errorf("acs: %d bytes of audio wait to be played", c.pacer.queued())
		}
		c.pacer.add(audio)
		return nil
	}); err != nil {
		return err
	}
	c.flush()
	return nil
}

// Clear drops audio that the user has not heard.
func (c *Call) Clear(ctx context.Context) error {
	if err := c.change(ctx, func() error {
		c.stop = c.pacer.clear(time.Now()) || c.stop
		return nil
	}); err != nil {
		return err
	}
	c.flush()
	return nil
}

// change does f under the lock, if the call goes on.
func (c *Call) change(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.hungUp || c.left:
		return leg.ErrHungUp
	case c.err != nil:
		return c.err
	}
	return f()
}

// Position returns how much of the audio the user has heard, by the clock that paces it: Communication
// Services does not tell.
func (c *Call) Position() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.format.Duration(int(c.pacer.heard(time.Now())))
}

// flush sends what is due. If somebody else is at it, they send this too.
func (c *Call) flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sending {
		return
	}
	out := frames.Get().(*[]byte)
	defer frames.Put(out)
	for c.sending = true; c.err == nil && !c.hungUp && c.frame(out, time.Now()); {
		c.mu.Unlock()
		err := c.socket.Write(*out)
		c.mu.Lock()
		switch err {
		case nil:
		case socket.ErrClosed:
			c.err = leg.ErrHungUp
		default:
			c.err = fmt.Errorf("acs: sending audio: %w", err)
		}
	}
	c.sending = false
}

// What Communication Services takes. Its names begin with capital letters, and nulls are part of it: this is what
// the SDK for .NET writes.
const (
	audioBefore = `{"Kind":"AudioData","AudioData":{"Data":"`
	audioBehind = `"},"StopAudio":null}`
	stopAudio   = `{"Kind":"StopAudio","AudioData":null,"StopAudio":{}}`
)

// frame puts the next frame into out, or sets the timer. The caller has c.mu.
func (c *Call) frame(out *[]byte, now time.Time) bool {
	if c.stop {
		c.stop = false
		*out = append(socket.AppendText((*out)[:0], len(stopAudio)), stopAudio...)
		return true
	}
	chunk, again := c.pacer.take(now)
	if chunk == nil {
		if !again.IsZero() {
			c.timer.Reset(again.Sub(now))
		}
		return false
	}
	n := len(audioBefore) + base64.EncodedLen(len(chunk)) + len(audioBehind)
	b := append(socket.AppendText(slices.Grow((*out)[:0], n+10), n), audioBefore...)
	b = base64.AppendEncode(b, chunk)
	*out = append(b, audioBehind...)
	return true
}

// hangUpTimeout is for the request, if the context has no earlier end.
const hangUpTimeout = 10 * time.Second

// HangUp ends the call for everybody. Without Handler.Client it ends only the stream of audio, and Communication
// Services keeps the call. If the request fails, it is made again when Serve returns.
func (c *Call) HangUp(ctx context.Context, reason string) error {
	return c.end(ctx, socket.CloseNormal, reason)
}

// end hangs up, once, and again if the request failed. Who comes second waits for the first, so that the
// socket is not closed before the request was made.
func (c *Call) end(ctx context.Context, code int, reason string) error {
	c.ending <- struct{}{}
	defer func() { <-c.ending }()
	c.mu.Lock()
	over, left := c.hungUp && !c.lasts, c.left
	c.hungUp, c.lasts = true, false
	c.timer.Stop()
	c.mu.Unlock()
	if over {
		return nil
	}
	var err error
	if c.client != nil && c.ConnectionID != "" && !left {
		ctx, cancel := context.WithTimeout(ctx, hangUpTimeout)
		defer cancel()
		if err = c.client.HangUp(ctx, c.ConnectionID); err != nil {
			c.mu.Lock()
			c.lasts = true
			c.mu.Unlock()
		}
	}
	c.close(code, reason)
	return err
}

func (c *Call) close(code int, reason string) {
	c.mu.Lock()
	c.timer.Stop()
	c.mu.Unlock()
	c.socket.CloseWith(code, reason)
}

// Transfer connects the user to target: a telephone number such as +15551234567, or the raw id of a user of
// Communication Services or Teams, such as 8:acs:… or 8:orgid:…. The stream of audio is stopped first, as
// Communication Services requires; if the transfer is refused then, the call has no audio any more. Success means that the request was
// accepted: [Callbacks] tells whether target replied.
func (c *Call) Transfer(ctx context.Context, target string) error {
	c.transferring <- struct{}{}
	defer func() { <-c.transferring }()
	if c.client == nil || c.ConnectionID == "" {
		return errors.New("acs: a transfer needs Handler.Client and a call with a ConnectionID")
	}
	if _, err := identifier(target); err != nil {
		return err
	}
	if err := c.change(ctx, func() error { return nil }); err != nil {
		return err
	}
	if err := c.client.StopMediaStreaming(ctx, c.ConnectionID); err != nil {
		return err
	}
	if err := c.client.Transfer(ctx, c.ConnectionID, target); err != nil {
		return err
	}
	c.mu.Lock()
	c.left = true
	c.mu.Unlock()
	return nil
}
