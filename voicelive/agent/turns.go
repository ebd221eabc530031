package agent

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
)

// turns are the turns of the assistant that are not over.
type turns struct {
	speaking bool             // the user speaks
	speech   UserSpeech       // to which no response was created yet
	open     map[string]*turn // by response
	order    []string
}

// A turn is a Turn on its way.
type turn struct {
	Turn
	parts   map[part]bool // whose audio is neither heard nor dropped
	playing time.Time     // when the service began to play it, without a leg
	done    bool          // response.done came
	text    string        // that was written, not said
}

// A part is the audio of one content part.
type part struct {
	item    string
	content int
}

func (t *turns) of(now time.Time, response string) *turn {
	if o := t.open[response]; o != nil {
		return o
	}
	if t.open == nil {
		t.open = map[string]*turn{}
	}
	o := &turn{Turn: Turn{ResponseID: response, Began: now}, parts: map[part]bool{}}
	t.open[response] = o
	t.order = append(t.order, response)
	return o
}

// observe keeps the turns, and what the conversation needs to know of an event.
func (c *Conversation) observe(_ context.Context, event voicelive.ServerEvent) error {
	now := time.Now()
	if observeMedia != nil && c.attached.WebRTC {
		observeMedia(c, now, event)
	}
	switch e := event.(type) {
	case *voicelive.ServerEventInputAudioBufferSpeechStarted:
		c.link.onset = time.Duration(e.AudioStartMS) * time.Millisecond
		began := c.link.sent.at(c.link.onset + c.link.behavior.PrefixPadding)
		c.turns.speaking, c.turns.speech = true, UserSpeech{ItemID: e.ItemID, Began: began}
		c.idle.stage = 0
	case *voicelive.ServerEventInputAudioBufferSpeechStopped:
		end := time.Duration(e.AudioEndMS) * time.Millisecond
		c.lookback.keep(c.link.sent.total - end)
		s := &c.turns.speech
		c.turns.speaking, s.ItemID, s.Told = false, e.ItemID, now
		s.Ended = c.link.sent.at(max(end-c.link.behavior.Silence, c.link.onset))
		if s.Began.After(s.Ended) && !s.Ended.IsZero() {
			s.Began = s.Ended
		}
		c.seen.ObserveSpeech(c, *s)
	case *voicelive.ServerEventResponseCreated:
		if !e.Response.OutOfBand() {
			c.seen.ObserveTurnBegin(c, c.turns.created(now, *orZero(e.Response.ID)))
		}
	case *voicelive.ServerEventResponseAudioDelta:
		t := c.turns.of(now, e.ResponseID)
		if t.Arrived.IsZero() {
			t.Arrived = now
		}
		c.link.restored = false
		if c.leg != nil {
			t.parts[part{e.ItemID, e.ContentIndex}] = true
		}
	case *voicelive.ServerEventResponseDone:
		c.responseDone(&e.Response)
	case *voicelive.ServerEventSessionCreated:
		c.link.behavior = voicelive.TurnBehaviorOf(e.Session.TurnDetection)
	case *voicelive.ServerEventSessionUpdated:
		c.link.voice, c.link.behavior = e.Session.Voice, voicelive.TurnBehaviorOf(e.Session.TurnDetection)
	case *voicelive.ServerEventError:
		if !c.link.player.Expected(e) && !voicelive.IsBenign(e) {
			c.report.Errors++
			c.log.Warn("the service told an error", "error", voicelive.NewServiceError(e))
		}
	}
	return nil
}

// created begins a turn, which replies to the speech of the user if there was any.
func (t *turns) created(now time.Time, response string) Turn {
	o := t.of(now, response)
	if s := t.speech; !s.Told.IsZero() {
		o.SpeechEnded = s.Ended
		if !s.Ended.IsZero() {
			o.Endpointing = s.Told.Sub(s.Ended)
		}
		t.speech = UserSpeech{}
	}
	return o.Turn
}

// began notes that the user begins to hear a part.
func (t *turns) began(response string, at time.Time) {
	o := t.open[response]
	if o == nil || !o.Audible.IsZero() {
		return
	}
	o.Audible = at
	if o.Audible.Before(o.Arrived) {
		o.Audible = o.Arrived // the leg takes audio in pieces
	}
	if !o.SpeechEnded.IsZero() {
		o.Latency = o.Audible.Sub(o.SpeechEnded)
	}
}

// finished notes what became of the audio of a part.
func (t *turns) finished(f playback.Finished) *turn {
	o := t.open[f.ResponseID]
	if o == nil {
		return nil
	}
	delete(o.parts, part{f.ItemID, f.ContentIndex})
	o.Heard += f.Heard
	o.Unheard += f.Arrived - f.Heard
	o.Interrupted = o.Interrupted || f.Interrupted
	return o
}

// finished handles what Playback tells of a part.
func (c *Conversation) finished(f playback.Finished) {
	if f.Interrupted {
		i := Interruption{At: time.Now(), ResponseID: f.ResponseID, ItemID: f.ItemID, Heard: f.Heard, Unheard: f.Arrived - f.Heard}
		c.report.Interruptions = append(c.report.Interruptions, i)
		c.seen.ObserveInterruption(c, i)
	}
	if t := c.turns.finished(f); t != nil {
		c.maybeOver(t)
	}
}

// responseDone notes the end of generating.
func (c *Conversation) responseDone(r *voicelive.Response) {
	c.report.Tokens.add(r.Usage)
	t := c.turns.open[*orZero(r.ID)]
	if t == nil {
		return
	}
	t.done, t.Generated, t.Status, t.Cause, t.text = true, time.Now(), r.Status, causeOf(r.StatusDetails), textOf(r)
	t.Tokens.add(r.Usage)
	c.maybeOver(t)
}

// maybeOver ends a turn that is generated, and heard or dropped.
func (c *Conversation) maybeOver(t *turn) {
	if t.done && len(t.parts) == 0 {
		c.turnOver(t)
	}
}

func (c *Conversation) turnOver(t *turn) {
	delete(c.turns.open, t.ResponseID)
	c.turns.order = slices.DeleteFunc(c.turns.order, func(id string) bool { return id == t.ResponseID })
	t.Ended = time.Now()
	if before := c.report.turn(t.ResponseID); before != nil && t.ResponseID != "" {
		before.goOn(&t.Turn) // audio came behind response.done
		return
	}
	c.report.Turns = append(c.report.Turns, t.Turn)
	c.log.Info("a turn is over", "response_id", t.ResponseID, "status", t.Status, "heard", t.Heard, "interrupted", t.Interrupted)
	c.seen.ObserveTurnEnd(c, t.Turn)
	c.fallback(t)
	for _, s := range slices.Clone(c.speeches) {
		switch {
		case s.response != t.ResponseID || s.response == "":
		case s.then != nil && c.link == nil && !c.over: // cut by the end of the session
			c.again(s)
		default:
			c.said(s, &t.Turn)
		}
	}
}

// abandonTurns ends all turns of a session that has ended.
func (c *Conversation) abandonTurns() {
	for len(c.turns.order) > 0 {
		c.turnOver(c.turns.open[c.turns.order[0]])
	}
}

// causeOf returns why a response is not completed.
func causeOf(details voicelive.ResponseStatusDetails) string {
	switch d := details.(type) {
	case *voicelive.ResponseCancelledDetails:
		return string(d.Reason)
	case *voicelive.ResponseIncompleteDetails:
		return string(d.Reason)
	case *voicelive.ResponseFailedDetails:
		var e struct{ Code string }
		_ = json.Unmarshal(d.Error, &e) // without a code it stays empty
		return e.Code
	}
	return ""
}

func orZero[T any](p *T) *T {
	if p == nil {
		return new(T)
	}
	return p
}
