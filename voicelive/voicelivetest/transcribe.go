package voicelivetest

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// transcribe determines the text of an utterance, and sends the transcription if the session wants one.
func (s *Session) transcribe(i *item, u Utterance) {
	h := s.srv.options.Hear(u)
	if said := s.input.script; said != nil && said.text != "" {
		h.Text, h.Failed = said.text, ""
	}
	message, _ := itemMessage(i)
	part, ok := message.Content[0].(*voicelive.RequestAudioContentPart)
	if ok && h.Failed == "" {
		part.Transcript = &h.Text
	}
	options, on := s.config.view.InputAudioTranscription.Get()
	if !on {
		return
	}
	send := func() { s.sendTranscription(message.GetID(), h, u, options) }
	switch {
	case h.AfterResponse:
		s.afterResponse(func() { s.after(h.Delay, send) })
	case h.Delay > 0:
		s.after(h.Delay, send)
	default:
		send()
	}
}

// afterResponse runs do after the response that comes next, or that is active.
func (s *Session) afterResponse(do func()) { s.pending = append(s.pending, do) }

func (s *Session) sendTranscription(id string, h Hearing, u Utterance, o voicelive.AudioInputTranscriptionOptions) {
	if h.Failed != "" {
		s.emit(&voicelive.ServerEventConversationItemInputAudioTranscriptionFailed{
			ItemID: id, Error: voicelive.VoiceLiveErrorDetails{Type: new("transcription_error"), Code: new("transcription_failed"), Message: h.Failed},
		})
		return
	}
	for _, word := range words(h.Text) {
		s.emit(&voicelive.ServerEventConversationItemInputAudioTranscriptionDelta{ItemID: id, ContentIndex: new(0), Delta: &word})
	}
	done := &voicelive.ServerEventConversationItemInputAudioTranscriptionCompleted{ItemID: id, Transcript: h.Text}
	if slices.Contains(s.config.view.Include, voicelive.SessionIncludeOptionItemInputAudioTranscriptionLogprobs) {
		done.Logprobs = logprobs(h.Text)
	}
	if slices.Contains(s.config.view.Include, voicelive.SessionIncludeOptionItemInputAudioTranscriptionPhrases) {
		done.Phrases = phrases(h.Text, u.Duration(), o.Language)
	}
	s.emit(done)
}

// logprobs are as sure of every word.
func logprobs(text string) []voicelive.LogProbProperties {
	var list []voicelive.LogProbProperties
	for _, word := range words(text) {
		bytes := make([]int, len(word))
		for i := range word {
			bytes[i] = int(word[i])
		}
		list = append(list, voicelive.LogProbProperties{Token: word, Logprob: math.Log(0.9), Bytes: bytes})
	}
	return list
}

// phrases is one phrase whose words share its time by their length.
func phrases(text string, d time.Duration, locale *string) []voicelive.TranscriptionPhrase {
	p := voicelive.TranscriptionPhrase{Text: text, DurationMilliseconds: int(d.Milliseconds()), Confidence: new(0.9), Locale: locale}
	said := 0
	for _, word := range words(text) {
		at := func(n int) int { return n * int(d.Milliseconds()) / max(len(text), 1) }
		p.Words = append(p.Words, voicelive.TranscriptionWord{
			Text: strings.TrimSpace(word), OffsetMilliseconds: at(said), DurationMilliseconds: at(said+len(word)) - at(said),
		})
		said += len(word)
	}
	return []voicelive.TranscriptionPhrase{p}
}
