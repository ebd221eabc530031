package agent

import (
	"io"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// maxSilence bounds the silence that is sent for one gap of the leg. It is more than what ends
// a turn of speech.
const maxSilence = 10 * time.Second

// A leg that sends nothing in silence, as telephones do, would let the service wait for the end of speech
// for ever. After quietLeg without a packet the agent sends the silence itself.
const quietLeg = 750 * time.Millisecond

// quietDue returns when silence must be sent; zero for never.
func (c *Conversation) quietDue() time.Time {
	if c.leg == nil || !c.turns.speaking || c.link == nil || c.link.release != nil || c.padded >= maxSilence {
		return time.Time{}
	}
	return c.heardAt.Add(quietLeg)
}

// pad sends the silence since the latest packet.
func (c *Conversation) pad(now time.Time) {
	d := now.Sub(c.heardAt)
	c.padded += d
	if err := c.hear(leg.Input{Gap: d}); err != nil {
		c.broke(err)
	}
}

// receive hands the inputs of the leg to run. It has two buffers: while run has the audio of one, it waits with the other.
func (c *Conversation) receive() {
	var buffers [2][]byte
	for i := 0; ; i = 1 - i {
		in, err := c.leg.Receive(c.ctx)
		if in.Audio != nil {
			buffers[i] = append(buffers[i][:0], in.Audio...)
			in.Audio = buffers[i]
		}
		select {
		case c.inputs <- input{in, err}:
		case <-c.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// input handles what came from the user.
func (c *Conversation) input(in input) {
	switch {
	case in.err == io.EOF:
		c.finish(UserHungUp, "", nil)
		return
	case in.err != nil && c.ctx.Err() != nil: // run sees the end of the context itself
		return
	case in.err != nil:
		c.finish(LegFailed, in.err.Error(), in.err)
		return
	}
	if c.link != nil {
		if err := c.link.player.HandleInput(c.ctx, in.Input); err != nil {
			c.broke(err) // if it is the session that has ended, the next one hears the user
		}
		if c.over {
			return
		}
	}
	sent := min(max(in.Gap, 0), c.padded)
	in.Gap -= sent
	c.padded -= sent
	if in.Audio != nil {
		c.padded = 0
	}
	if err := c.hear(in.Input); err != nil {
		c.broke(err)
		return
	}
	if in.Digit != 0 {
		c.digit(in.Digit)
	}
}

// hear sends audio of the user, with silence for what the leg did not send.
func (c *Conversation) hear(in leg.Input) error {
	format := c.leg.Format()
	audio := in.Audio
	if in.Gap > 0 {
		silence := format.AppendSilence(nil, format.Bytes(min(in.Gap, maxSilence)))
		audio = append(silence, audio...)
		c.report.Silence += format.Duration(len(silence))
	}
	if len(audio) == 0 {
		return nil
	}
	if c.muted {
		audio = format.AppendSilence(nil, len(audio))
	}
	c.heardAt = time.Now()
	c.lookback.add(audio)
	if c.link == nil || c.link.release != nil {
		c.swap.audio += format.Duration(len(audio))
		return nil
	}
	return c.send(audio)
}

// send sends audio that ends now.
func (c *Conversation) send(audio []byte) error {
	l := c.link
	l.sent.add(time.Now(), c.leg.Format().Duration(len(audio)))
	if l.writer != nil {
		_, err := l.writer.Write(audio)
		return err
	}
	return l.session.AppendInputAudioBuffer(l.ctx, audio)
}
