package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/internal/base64"
	"github.com/go-voicelive/voicelive-go/voicelive/internal/lock"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/inbox"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/socket"
)

// A Call is a telephone call. It is a [leg.Leg], a [leg.Marker] and a [leg.Transferer].
type Call struct {
	// SID is the identifier of the call, CA….
	SID string

	// AccountSID is that of the account, AC…, and StreamSID that of the stream, MZ….
	AccountSID, StreamSID string

	// Parameters are those of the TwiML, such as From and To of [Webhook].
	Parameters map[string]string

	ctx     context.Context // ends when Shutdown has no more patience
	conn    *socket.Conn
	account *Account
	log     *slog.Logger
	inbox   *inbox.Inbox

	// read state
	message message
	next    time.Duration // of the stream, where the next packet is expected

	playing lock.Lock // for frames that are written, for their order
	asking  lock.Lock // for a request to end or to redirect the call

	mu    sync.Mutex
	over  bool       // the stream has ended, or is about to
	gone  bool       // the call has ended, or goes on elsewhere
	marks []sentMark // that have not come back, oldest first
}

// A sentMark is a mark that was sent.
type sentMark struct {
	name    string
	cleared bool // Clear was sent behind it
}

// maxMarks bounds the marks that have not come back. Twilio returns all.
const maxMarks = 4096

// maxChunk is the most audio of one message, in bytes: half a second.
const maxChunk = 4000

func newCall(ctx context.Context, conn *socket.Conn, start *startMessage, account *Account, log *slog.Logger) *Call {
	c := &Call{
		SID:        start.CallSID,
		AccountSID: start.AccountSID,
		StreamSID:  start.StreamSID,
		Parameters: start.CustomParameters,
		ctx:        ctx,
		conn:       conn,
		account:    account,
		log:        log.With("call", start.CallSID),
		playing:    lock.New(),
		asking:     lock.New(),
	}
	c.inbox = inbox.New(leg.MuLaw, source{c})
	return c
}

// Format returns [leg.MuLaw].
func (c *Call) Format() audio.Format { return leg.MuLaw }

// Receive waits for audio of the caller, a key, or a mark; see [leg.Leg]. The error is io.EOF when the caller has
// hung up, when Twilio has ended the stream, and after HangUp and Transfer.
func (c *Call) Receive(ctx context.Context) (leg.Input, error) { return c.inbox.Receive(ctx) }

// A source is a call from which its inbox reads.
type source struct{ *Call }

// Read reads a message, and those that have come with it.
func (c source) Read(ctx context.Context) bool {
	for more := true; more; more = c.conn.Ready() {
		b, err := c.conn.Next(ctx)
		if err == socket.ErrInterrupted || err != nil && err == ctx.Err() {
			return false
		}
		if err == nil {
			err = decode(b, &c.message)
		}
		if err == nil {
			err = c.handle(&c.message)
		}
		if err != nil {
			c.readEnded(err)
			return false
		}
	}
	return true
}

// Interrupt ends Read.
func (c source) Interrupt() { c.conn.Interrupt() }

// readEnded closes the connection for a reason, which Receive returns.
func (c *Call) readEnded(err error) {
	switch {
	case c.ctx.Err() != nil:
		c.inbox.End(c.ctx.Err())
		c.close(socket.CloseGoingAway)
	case err == io.EOF:
		c.leave()
		c.inbox.End(io.EOF)
		c.close(socket.CloseNormal)
	default:
		c.inbox.End(fmt.Errorf("twilio: call %s: %w", c.SID, err))
		c.close(socket.ClosePolicy)
	}
}

// handle handles a message after start.
func (c *Call) handle(m *message) error {
	switch m.Event {
	case "media":
		return c.handleMedia(m)
	case "mark":
		if name, cleared, ok := c.returned(m.Mark.Name); ok {
			return c.inbox.Event(leg.Input{Mark: name, Cleared: cleared})
		}
	case "dtmf":
		if digit := m.digit(); digit != 0 {
			return c.inbox.Event(leg.Input{Digit: digit})
		}
	case "stop":
		c.leave()
		c.inbox.End(io.EOF)
	case "connected", "start":
		return fmt.Errorf("a second message %s", m.Event)
	}
	return nil
}

// handleMedia takes audio of the caller, and notices what Twilio left out before it.
func (c *Call) handleMedia(m *message) error {
	if string(m.Media.Track) == "outbound" {
		return nil // what the caller hears
	}
	at, err := m.timestamp()
	if err != nil {
		return err
	}
	lasts := leg.MuLaw.Duration(len(m.Media.Payload))
	gap := at - c.next
	switch {
	case c.next == 0 || gap < 0: // the first packet, or one that was late
		c.next, gap = at, 0
	case gap < leg.Packet: // the clock of Twilio is no better
		gap = 0
	default:
		c.next = at
	}
	c.next += lasts
	c.inbox.Audio(gap, m.Media.Payload)
	return nil
}

// returned takes a mark that has come back from those that were sent. Twilio returns them in order.
func (c *Call) returned(mark []byte) (name string, cleared, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, m := range c.marks {
		if m.name == string(mark) {
			c.marks = append(c.marks[:0], c.marks[i+1:]...)
			return m.name, m.cleared, true
		}
	}
	return "", false, false
}

// frames are buffers of frames.
var frames = sync.Pool{New: func() any { return new([]byte) }}

// maxBuffer bounds the buffers that are kept.
const maxBuffer = 16 << 10

// Play plays audio to the caller. Twilio queues it, and plays it in real time.
func (c *Call) Play(ctx context.Context, audio []byte) error {
	if len(audio) == 0 {
		return c.check(ctx)
	}
	return c.write(ctx, audio, "")
}

// PlayMarked plays audio with a mark behind it, in one write; see [leg.Marker]. Marks that Clear was called
// behind are returned with Cleared, also those that were reached just before.
func (c *Call) PlayMarked(ctx context.Context, audio []byte, mark string) error {
	if mark == "" {
		return errors.New("twilio: a mark needs a name")
	}
	return c.write(ctx, audio, mark)
}

func (c *Call) write(ctx context.Context, audio []byte, mark string) error {
	c.playing.Lock()
	defer c.playing.Unlock()
	if err := c.check(ctx); err != nil {
		return err
	}
	buffer := frames.Get().(*[]byte)
	b := c.appendMedia((*buffer)[:0], audio)
	if mark != "" {
		b = c.appendMark(b, mark)
		c.sent(mark)
	}
	err := c.conn.Write(b)
	if cap(b) <= maxBuffer {
		*buffer = b
		frames.Put(buffer)
	}
	return c.writeError(err)
}

// sent notes a mark that is about to be sent.
func (c *Call) sent(mark string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.marks) == maxMarks {
		c.marks = append(c.marks[:0], c.marks[1:]...)
	}
	c.marks = append(c.marks, sentMark{name: mark})
}

// Clear drops the audio that Twilio has queued.
func (c *Call) Clear(ctx context.Context) error {
	c.playing.Lock()
	defer c.playing.Unlock()
	if err := c.check(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	for i := range c.marks {
		c.marks[i].cleared = true
	}
	c.mu.Unlock()
	message := `{"event":"clear","streamSid":"` + c.StreamSID + `"}`
	return c.writeError(c.conn.Write(append(socket.AppendText(nil, len(message)), message...)))
}

// check says why nothing can be done.
func (c *Call) check(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return leg.ErrHungUp
	}
	return ctx.Err()
}

func (c *Call) writeError(err error) error {
	switch err {
	case nil:
		return nil
	case socket.ErrClosed:
		return leg.ErrHungUp
	}
	return fmt.Errorf("twilio: call %s: %w", c.SID, err)
}

const (
	mediaHead = `{"event":"media","streamSid":"`
	mediaBody = `","media":{"payload":"`
	markHead  = `{"event":"mark","streamSid":"`
	markBody  = `","mark":{"name":`
)

// appendMedia appends frames with audio.
func (c *Call) appendMedia(b, audio []byte) []byte {
	for len(audio) > 0 {
		chunk := audio[:min(len(audio), maxChunk)]
		audio = audio[len(chunk):]
		n := len(mediaHead) + len(c.StreamSID) + len(mediaBody) + base64.EncodedLen(len(chunk)) + len(`"}}`)
		b = socket.AppendText(b, n)
		b = append(b, mediaHead...)
		b = append(b, c.StreamSID...)
		b = append(b, mediaBody...)
		b = base64.AppendEncode(b, chunk)
		b = append(b, `"}}`...)
	}
	return b
}

// appendMark appends a frame with a mark.
func (c *Call) appendMark(b []byte, mark string) []byte {
	var array [64]byte
	name := appendString(array[:0], mark)
	b = socket.AppendText(b, len(markHead)+len(c.StreamSID)+len(markBody)+len(name)+len(`}}`))
	b = append(b, markHead...)
	b = append(b, c.StreamSID...)
	b = append(b, markBody...)
	b = append(b, name...)
	return append(b, `}}`...)
}

// appendString appends a string as JSON.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
			quoted, _ := json.Marshal(s) // a string is no error
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// askTimeout is for a request to Twilio, if the context has no earlier end.
const askTimeout = 10 * time.Second

// ask calls f, which asks Twilio to end or to redirect the call. Who comes second waits: if the stream were closed during the
// request, the call would go on with its TwiML.
func (c *Call) ask(ctx context.Context, f func(context.Context) error) error {
	c.asking.Lock()
	defer c.asking.Unlock()
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return f(ctx)
}

// HangUp ends the stream, and with Handler.Account the call. The reason is logged. If the request to end the call
// fails, the stream ends all the same, and the request is made again when Serve returns.
func (c *Call) HangUp(ctx context.Context, reason string) error {
	return c.ask(ctx, func(ctx context.Context) error {
		first := c.ended()
		if first {
			c.log.Info("twilio: hanging up", "reason", reason)
		}
		err := c.endCall(ctx)
		if first {
			c.inbox.Close(io.EOF)
		}
		c.close(socket.CloseNormal)
		return err
	})
}

// endCall asks Twilio to end the call, if that is necessary.
func (c *Call) endCall(ctx context.Context) error {
	c.mu.Lock()
	gone := c.gone
	c.mu.Unlock()
	if gone || c.account == nil {
		return nil
	}
	if err := c.account.HangUp(ctx, c.SID); err != nil {
		return err
	}
	c.leave()
	return nil
}

// Transfer connects the caller to a telephone number, +4930…, to sip:… or to client:…. It needs
// Handler.Account. The stream ends.
func (c *Call) Transfer(ctx context.Context, target string) error {
	twiml, err := dial(target)
	if err != nil {
		return err
	}
	return c.Redirect(ctx, twiml)
}

// Redirect lets the call go on with other TwiML. It needs Handler.Account. The stream ends.
func (c *Call) Redirect(ctx context.Context, twiml string) error {
	if c.account == nil {
		return errors.New("twilio: Handler.Account is nil, and nobody else can transfer a call")
	}
	return c.ask(ctx, func(ctx context.Context) error {
		if err := c.check(ctx); err != nil {
			return err
		}
		if err := c.account.Redirect(ctx, c.SID, twiml); err != nil {
			return err
		}
		c.leave()
		c.inbox.Close(io.EOF)
		c.close(socket.CloseNormal)
		return nil
	})
}

// leave notes that nobody has to end the call.
func (c *Call) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over, c.gone = true, true
}

// ended notes that the stream ends, and reports whether that is news.
func (c *Call) ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.over
	c.over = true
	return first
}

// close closes the connection. The first code counts; that of Shutdown is that the server goes away.
func (c *Call) close(code int) {
	c.ended()
	if c.ctx.Err() != nil {
		code = socket.CloseGoingAway
	}
	c.conn.CloseWith(code, "")
}
