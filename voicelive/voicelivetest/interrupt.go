package voicelivetest

import (
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// interrupt handles speech of the user during output. After [Options.InterruptLatency] it cancels the active response and,
// with auto_truncate, forgets the audio that had not been played when the speech began.
func (s *Session) interrupt(t *turnDetection) {
	began, r := time.Now(), s.active
	s.soon(s.srv.options.InterruptLatency, func() {
		if r != nil && s.active == r {
			r.cancel(voicelive.ResponseCancelledDetailsReasonTurnDetected)
		}
		if t.AutoTruncate {
			s.truncateUnplayed(began, r)
		}
	})
}

// truncateUnplayed truncates the audio that had not been played at a time, when r was active or no response was. Audio of
// later responses plays on.
func (s *Session) truncateUnplayed(at time.Time, r *response) {
	played := s.played
	s.played = nil
	for _, p := range played {
		heard := max(at.Sub(p.began), 0).Truncate(time.Millisecond)
		switch {
		case p.response != r && !p.said.Before(at):
			s.played = append(s.played, p)
		case !p.item.deleted && heard < p.item.duration:
			s.truncate(p.item, 0, heard)
		}
	}
}

// replySoon creates the service's own response to the user's speech, after the active response is done and
// [Options.ResponseLatency] has passed. It does not if the user speaks again or the client has got a response before.
func (s *Session) replySoon() {
	s.expected++
	n := s.expected
	wait := func() {
		s.soon(s.srv.options.ResponseLatency, func() {
			if n == s.expected && s.active == nil {
				s.respond(nil, nil)
			}
		})
	}
	if s.active != nil {
		s.afterResponse(wait)
		return
	}
	wait()
}

// UserSays makes turn detection hear the user for d, from now on, although the client sends no audio: speech_started
// comes at once, and speech_stopped after d and the silence that ends the speech. The user says text; if it is empty,
// [Options.Hear] returns the words. Turn detection ignores audio that the client sends in the meantime. UserSays does not
// wait. Without turn detection, or while the user speaks already, it causes an error that [Server.Close] returns.
func (s *Session) UserSays(text string, d time.Duration) {
	s.calls.put(func() {
		t, in := s.config.vad, &s.input
		switch {
		case s.closing:
			return
		case t == nil || in.speaking():
			s.srv.report("session %d: UserSays(%q): turn detection is off or hears the user already", s.index, text)
			return
		}
		said := &scripted{text: text}
		in.script = said
		begin := in.total
		s.speechStarted(t, begin+milliseconds(t.PrefixPaddingMS))
		d += milliseconds(t.SilenceDurationMS)
		s.after(d, func() {
			if in.script == said { // the buffer was not cleared
				in.pass(begin + d)
				s.speechStopped(t, begin+d)
			}
		})
	})
}

// scripted is speech of [Session.UserSays].
type scripted struct{ text string }

// pass fills the buffer with silence up to a time, if the client has not sent so much.
func (in *input) pass(end time.Duration) {
	if n := in.format.size(end - in.start); n > len(in.buffer) {
		in.buffer = in.format.encode(in.buffer, make([]int16, (n-len(in.buffer))/in.format.frame()))
		in.total = in.start + in.format.duration(len(in.buffer))
	}
	in.skip()
}
