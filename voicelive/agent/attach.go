package agent

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// AttachOptions describe a session of [Agent.Attach]. The zero value is a session in text.
type AttachOptions struct {
	// WebRTC is for a session whose audio goes between user and service. The service plays and interrupts, and its
	// socket, the side-band, has the calls of functions, but no events of responses: functions run when their arguments are
	// complete. Such a session cannot be replaced: the conversation ends with it.
	WebRTC bool

	// Events returns all events of the conversation, if more of them arrive elsewhere, as at the data channel
	// of a WebRTC call. Nil is the session. When it returns io.EOF before the session has ended, the user has hung up.
	Events voicelive.Receiver

	// Forwarded reports whether the user's side has sent an event, which can be forged: it is shown and
	// recorded, but calls no function. Nil is none.
	Forwarded func(voicelive.ServerEvent) bool
}

// Attach takes part in a session without a leg, in text or by WebRTC, until the conversation ends, and closes the
// session. It owns the session from now on: it receives its events, and Agent.HandleEvent gets them. Nil
// options are a session in text.
//
// The session is asked for what Connect.Session sets, for Agent.Tools in place of its own, and for input_audio_transcription
// if it has audio and none. The rest of its configuration stays. What the user writes is
// given to [Conversation.Write].
//
// When a session in text ends, the conversation goes on in another one, of Connect, as in [Agent.Serve]. Without
// a Client, and with WebRTC, it ends; [Conversation.Rotate] does nothing there.
//
// What concerns a leg does nothing: [Conversation.Mute], keys and transfers, and Agent.Packet, Playback and Digit.
// Turns have no audio that was heard, except that of WebRTC calls which forward output_audio_buffer.started and
// stopped: the time between.
func (a *Agent) Attach(ctx context.Context, s *voicelive.Session, o *AttachOptions) (*Report, error) {
	if s == nil {
		return nil, errors.New("agent: the session is nil")
	}
	if o == nil {
		o = &AttachOptions{}
	}
	asked, err := a.attachment(s)
	if err != nil {
		_ = s.Close() // err is what matters
		return nil, err
	}
	c := newConversation(ctx, a, nil, asked)
	if c.attached = *o; c.attached.Events == nil {
		c.attached.Events = s
	}
	if !c.replaceable() {
		c.rollover.After, c.rollover.Retry = -1, -1
	}
	if err := a.add(c); err != nil {
		_ = s.Close() // err is what matters
		return nil, err
	}
	defer a.end(c)
	return c.serve(func() { c.attach(s) })
}

// attachment checks the agent, and returns what to ask an attached session for.
func (a *Agent) attachment(s *voicelive.Session) (*voicelive.RequestSession, error) {
	asked, err := a.session()
	if err != nil {
		return nil, err
	}
	if config := s.Config(); config != nil && config.InputAudioTranscription.Ptr() == nil && slices.Contains(config.Modalities, voicelive.ModalityAudio) {
		fillTranscription(asked, a.Connect.Model)
	}
	return asked, nil
}

// attach lets the conversation begin in a session of the application, when that is configured.
func (c *Conversation) attach(s *voicelive.Session) {
	if err := c.open(s, c.attached.Events); err != nil {
		c.finish(Failed, err.Error(), err)
		return
	}
	if asked := *c.asked; !reflect.ValueOf(asked).IsZero() {
		c.confirm(&voicelive.ClientEventSessionUpdate{Session: asked}, "the session is configured", func(err error) {
			if err != nil {
				err = fmt.Errorf("agent: the session could not be configured: %w", err)
				c.finish(Failed, err.Error(), err)
			}
		})
	}
	c.begin()
}

// A player plays what the assistant says, and knows what was heard.
type player interface {
	HandleEvent(ctx context.Context, event voicelive.ServerEvent) error
	HandleInput(ctx context.Context, in leg.Input) error
	Cut(responseID string) error
	Drop(responseID string)
	Expected(e *voicelive.ServerEventError) bool
	End()
}

// A servicePlayer stands for audio that the service plays, and for text.
type servicePlayer struct {
	ctx     context.Context
	session voicelive.Sender
	cut     []string // event_ids of cancellations
}

func (*servicePlayer) HandleEvent(context.Context, voicelive.ServerEvent) error { return nil }
func (*servicePlayer) HandleInput(context.Context, leg.Input) error             { return nil }
func (*servicePlayer) Drop(string)                                              {}
func (*servicePlayer) End()                                                     {}

// Cut cancels a response.
func (p *servicePlayer) Cut(responseID string) error {
	id := newID("cut")
	p.cut = append(p.cut, id)
	return p.session.Send(p.ctx, &voicelive.ClientEventResponseCancel{EventID: &id, ResponseID: &responseID})
}

// Expected reports whether an error says that a response had ended before it was cut.
func (p *servicePlayer) Expected(e *voicelive.ServerEventError) bool {
	return slices.Contains(p.cut, *orZero(e.Error.EventID))
}

// observeMedia handles the events that tell of audio which the service plays. It is nil if the API has none.
var observeMedia func(c *Conversation, now time.Time, event voicelive.ServerEvent)

// media stands for the audio of a response that the service plays.
var media = part{item: "output_audio_buffer"}

// mediaStarted notes that the service has begun to play a response. It plays one at a time.
func (c *Conversation) mediaStarted(now time.Time, response string) {
	c.mediaStopped(now)
	t := c.turns.of(now, response)
	t.done = t.done || c.report.turn(response) != nil
	t.parts[media], t.playing = true, now
	c.turns.began(response, now)
	c.setAudible(true)
}

// mediaStopped notes that the service plays nothing.
func (c *Conversation) mediaStopped(now time.Time) {
	c.setAudible(false)
	for _, id := range slices.Clone(c.turns.order) {
		if t := c.turns.open[id]; t.parts[media] {
			delete(t.parts, media)
			t.Heard += now.Sub(t.playing)
			c.maybeOver(t)
		}
	}
}

func (c *Conversation) setAudible(audible bool) {
	c.audible = audible
	c.link.floor.SetAudible(audible)
}
