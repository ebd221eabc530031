package agent

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
)

// ErrEnded is the error of everything that a conversation should do after its end.
var ErrEnded = errors.New("agent: the conversation has ended")

var errNothing = errors.New("agent: the prompt is empty: there is nothing to say")

// A Speech is something that the agent was asked to say. Its methods may be called from any
// goroutine.
type Speech struct {
	done   chan struct{}
	spoken Spoken // fixed when done is closed

	// Owned by the conversation.
	prompt     Prompt
	afterHeard bool
	fallback   bool
	handle     *floor.Handle
	item       string // of the message that the user has written
	response   string // that says it, once its request has ended
	then       func()
}

// Spoken tells what became of a [Speech].
type Spoken struct {
	Text       string        `json:"text"` // or the instructions
	How        How           `json:"how"`
	Outcome    floor.Outcome `json:"outcome"`
	ResponseID string        `json:"response_id,omitempty"`

	Heard       time.Duration `json:"heard_ns"`             // how much audio of it the user heard
	Interrupted bool          `json:"interrupted,omitzero"` // the user did not hear all of it

	Err error `json:"-"` // why it was not said
}

func newSpeech() *Speech { return &Speech{done: make(chan struct{})} }

// Done returns a channel that is closed when the speech has been heard, was interrupted, or will
// not be said.
func (s *Speech) Done() <-chan struct{} { return s.done }

// Wait waits until the speech is over. The error is ctx.Err, or why it was not said. It must not be called from
// callbacks of the [Agent], such as Begin: they let the conversation wait.
func (s *Speech) Wait(ctx context.Context) (Spoken, error) {
	select {
	case <-s.done:
		return s.spoken, s.spoken.Err
	case <-ctx.Done():
		return Spoken{}, ctx.Err()
	}
}

// say requests a response for a prompt.
func (c *Conversation) say(p Prompt, s *Speech, afterHeard bool) {
	switch {
	case c.over:
		c.drop(s, p)
		return
	case p == (Prompt{}):
		s.spoken = Spoken{Outcome: floor.Dropped, Err: errNothing}
		c.said(s, &Turn{})
		return
	case c.link == nil || c.link.ended():
		c.waiting = append(c.waiting, func() { c.say(p, s, afterHeard) })
		return
	}
	s.prompt, s.afterHeard = p, afterHeard
	how := p.given(c.link.voice)
	s.spoken.Text, s.spoken.How = p.text, how
	r := floor.Request{Params: p.params(how), AfterHeard: afterHeard}
	if how == Written {
		r.Items = c.write(s)
	}
	c.follow(s, c.link.floor.Request(r))
}

// write adds the message of the user that is to be replied to. A session that was restored may know it.
func (c *Conversation) write(s *Speech) (items []string) {
	c.idle = idle{}
	known := func(e transcript.Entry) bool { return e.ID == s.item }
	if s.item != "" && slices.ContainsFunc(c.transcript.Entries(), known) {
		return nil
	}
	s.item = newID("wr")
	item := &voicelive.UserMessageItem{ID: &s.item, Content: []voicelive.MessageContentPart{&voicelive.InputTextContentPart{Text: s.prompt.text}}}
	if err := c.link.session.CreateItem(c.link.ctx, item); err != nil {
		c.broke(err)
	}
	return []string{s.item}
}

// drop ends a speech that will not be said.
func (c *Conversation) drop(s *Speech, p Prompt) {
	s.spoken = Spoken{Text: p.text, How: p.given(nil), Outcome: floor.Dropped, Err: ErrEnded}
	close(s.done)
}

// reply requests the reply to tool calls.
func (c *Conversation) reply(items []string) {
	switch {
	case c.over:
		return
	case c.link == nil:
		c.swap.owed = true
		return
	}
	h := c.link.floor.Request(floor.Request{Items: items})
	c.link.reply = h
	if e := c.ending; e != nil && e.reply {
		s := newSpeech()
		s.then = c.finishEnding
		e.reply = false
		c.follow(s, h)
	}
}

// follow waits for the end of a request, and then for that of its audio.
func (c *Conversation) follow(s *Speech, h *floor.Handle) {
	s.handle = h
	c.speeches = append(c.speeches, s)
	c.group.Go(func() {
		<-h.Done()
		c.post(func() {
			if s.handle == h {
				c.requested(s, h.Result())
			}
		})
	})
}

// again says last words in the next session: that in which they were said has ended.
func (c *Conversation) again(s *Speech) {
	c.speeches = slices.DeleteFunc(c.speeches, func(other *Speech) bool { return other == s })
	s.handle, s.response = nil, ""
	switch {
	case s.prompt != (Prompt{}):
		c.say(s.prompt, s, s.afterHeard)
	case c.link == nil || c.link.ended():
		c.waiting = append(c.waiting, func() { c.again(s) })
	case c.ending != nil:
		c.ending.reply = true
		c.reply(nil)
	}
}

// requested handles the end of the request of a speech.
func (c *Conversation) requested(s *Speech, r floor.Result) {
	_, lost := errors.AsType[*voicelive.SessionError](r.Err)
	if lost = lost || errors.Is(r.Err, floor.ErrClosed) || errors.Is(r.Err, voicelive.ErrClosed); lost && !c.over && (r.ResponseID == "" && s.prompt != (Prompt{}) || s.then != nil) {
		c.again(s) // the session ended before it was said
		return
	}
	s.response = r.ResponseID
	s.spoken.Outcome, s.spoken.ResponseID, s.spoken.Err = r.Outcome, r.ResponseID, r.Err
	if r.Outcome == floor.Done && r.Status != voicelive.ResponseStatusCompleted && r.Status != voicelive.ResponseStatusCancelled {
		s.spoken.Err = errors.New("agent: the response is " + string(r.Status))
	}
	if errors.Is(r.Err, floor.ErrClosed) && c.over {
		s.spoken.Err = ErrEnded
	}
	if t := c.report.turn(r.ResponseID); t != nil && r.ResponseID != "" {
		c.said(s, t)
	} else if r.ResponseID == "" || c.turns.open[r.ResponseID] == nil || errors.Is(r.Err, floor.ErrNotDone) {
		c.said(s, &Turn{})
	}
}

// said ends a speech whose turn is over.
func (c *Conversation) said(s *Speech, t *Turn) {
	c.speeches = slices.DeleteFunc(c.speeches, func(other *Speech) bool { return other == s })
	s.spoken.Heard, s.spoken.Interrupted = t.Heard, t.Interrupted || t.Status == voicelive.ResponseStatusCancelled
	if s.spoken.How != "" {
		c.report.Prompts = append(c.report.Prompts, s.spoken)
	}
	close(s.done)
	if s.then != nil {
		s.then()
	}
}

// filler says the filler of a tool.
func (c *Conversation) filler(sentence string) (withdraw func()) {
	s := newSpeech()
	c.post(func() { c.say(Say(sentence), s, false) })
	return func() {
		c.post(func() {
			if s.handle != nil {
				s.handle.Withdraw()
			}
		})
	}
}
