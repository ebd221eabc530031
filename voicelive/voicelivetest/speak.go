package voicelivetest

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// perWord is how fast text is written.
const perWord = 30 * time.Millisecond

// playback is audio that the user hears, as far as the service knows.
type playback struct {
	item     *item
	response *response
	said     time.Time // when the service began to send it
	began    time.Time // when it began to be heard
}

// end is when it has been played.
func (p *playback) end() time.Time { return p.began.Add(p.item.duration) }

// plays adds an item to the audio that is played, after the items before it, unless the response is out of band.
func (r *response) plays(i *item) {
	if r.aside {
		return
	}
	s := r.s
	began := time.Now()
	s.played = slices.DeleteFunc(s.played, func(p *playback) bool { return !p.end().After(began) })
	if n := len(s.played); n > 0 {
		began = s.played[n-1].end()
	}
	s.played = append(s.played, &playback{item: i, response: r, said: time.Now(), began: began})
}

// speak says a text, or writes it if the response has no audio. Nil audio is a synthetic voice.
func (r *response) speak(text string, audio []int16) {
	text = r.shorten(text)
	id := r.s.id("item")
	i, index := r.begin(assistant(id, voicelive.ResponseItemStatusInProgress))
	part := speech{r: r, item: i, id: id, index: index, recorded: audio}
	var content voicelive.ContentPart
	if slices.Contains(r.modalities(), voicelive.ModalityAudio) {
		content = part.audible(text)
	} else {
		content = part.written(text)
	}
	r.end(i, index, assistant(id, r.status(), content))
}

func assistant(id string, status voicelive.ResponseItemStatus, content ...voicelive.ContentPart) *voicelive.ResponseMessageItem {
	if content == nil {
		content = []voicelive.ContentPart{}
	}
	return &voicelive.ResponseMessageItem{ID: &id, Object: voicelive.ResponseItemObjectRealtimeItem, Role: voicelive.MessageRoleAssistant, Content: content, Status: status}
}

// shorten keeps a text within the limit of tokens, and makes the response incomplete if it was longer.
func (r *response) shorten(text string) string {
	limit, ok := r.limit().(voicelive.TokenCount)
	if !ok || tokens(len(text)) <= int(limit) {
		return text
	}
	r.content.Incomplete = voicelive.ResponseIncompleteDetailsReasonMaxOutputTokens
	return strings.ToValidUTF8(text[:int(limit)*charactersPerToken], "")
}

// speech is one content part of a message.
type speech struct {
	r     *response
	item  *item
	id    string
	index int // of the item in the response

	recorded []int16 // in place of a synthetic voice
}

func (p *speech) emit(event voicelive.ServerEvent) { p.item.emit(p.r.s, event) }

func (p *speech) added(part voicelive.ContentPart) {
	p.emit(&voicelive.ServerEventResponseContentPartAdded{ResponseID: p.r.id, ItemID: p.id, OutputIndex: p.index, Part: part})
}

func (p *speech) done(part voicelive.ContentPart) voicelive.ContentPart {
	p.emit(&voicelive.ServerEventResponseContentPartDone{ResponseID: p.r.id, ItemID: p.id, OutputIndex: p.index, Part: part})
	return part
}

// written writes a text word by word.
func (p *speech) written(text string) voicelive.ContentPart {
	r := p.r
	p.added(&voicelive.ResponseTextContentPart{Text: new("")})
	var said strings.Builder
	for _, word := range words(text) {
		p.emit(&voicelive.ServerEventResponseTextDelta{ResponseID: r.id, ItemID: p.id, OutputIndex: p.index, Delta: word})
		said.WriteString(word)
		if !r.wait(perWord) || p.item.deleted {
			break
		}
	}
	r.text += said.Len()
	p.item.tokens = tokens(said.Len())
	p.emit(&voicelive.ServerEventResponseTextDone{ResponseID: r.id, ItemID: p.id, OutputIndex: p.index, Text: said.String()})
	return p.done(&voicelive.ResponseTextContentPart{Text: new(said.String())})
}

// words splits a text after its spaces; together they are the text.
func words(text string) []string { return strings.SplitAfter(text, " ") }

// audible speaks a text: it sends audio in chunks, and with each the words and visemes of its time.
func (p *speech) audible(text string) voicelive.ContentPart {
	s, r := p.r.s, p.r
	s.config.said = true
	f := outputFormat(r.format())
	voice := p.voice(text, f.rate)
	p.added(&voicelive.ResponseAudioContentPart{Transcript: new("")})
	p.playing(true)
	r.plays(p.item)
	chunk := s.srv.options.Chunk
	var said strings.Builder
	for at := time.Duration(0); at < voice.duration(); at += chunk {
		end := min(at+chunk, voice.duration())
		p.captions(voice, at, end, &said)
		for _, f := range features {
			if f.beside != nil {
				f.beside(p, voice, at, end)
			}
		}
		audio := f.encode(nil, voice.between(at, end))
		p.item.audio = append(p.item.audio, audio...)
		p.item.duration = f.duration(len(p.item.audio))
		p.sound(audio)
		r.audio += end - at
		if !r.wait(end-at) || p.item.deleted {
			break
		}
	}
	r.text += said.Len()
	p.item.tokens = int(p.item.duration.Seconds() * inputTokensPerSecond)
	p.playing(false)
	return p.silent(said.String())
}

// voice is recorded audio with the text spread over it, or a synthetic voice.
func (p *speech) voice(text string, rate int) *voice {
	if p.recorded != nil {
		return recorded(text, p.recorded, rate)
	}
	return synthesize(text, rate)
}

// playing says that audio begins or ends, where others than the client play it.
func (p *speech) playing(on bool) {
	for _, f := range features {
		if f.playing != nil {
			f.playing(p, on)
		}
	}
}

// sound sends audio, unless WebRTC carries it.
func (p *speech) sound(audio []byte) {
	r, s := p.r, p.r.s
	if slices.ContainsFunc(features, func(f feature) bool { return f.silent != nil && f.silent(s) }) {
		return
	}
	p.emit(&voicelive.ServerEventResponseAudioDelta{ResponseID: r.id, ItemID: p.id, OutputIndex: p.index, Delta: audio})
}

// captions sends the words that begin between two times.
func (p *speech) captions(v *voice, at, end time.Duration, said *strings.Builder) {
	r := p.r
	for _, w := range v.words {
		if w.start < at || w.start >= end {
			continue
		}
		said.WriteString(w.text)
		p.emit(&voicelive.ServerEventResponseAudioTranscriptDelta{ResponseID: r.id, ItemID: p.id, OutputIndex: p.index, Delta: w.text})
		if p.timestamps() {
			p.emit(&voicelive.ServerEventResponseAudioTimestampDelta{
				ResponseID: r.id, ItemID: p.id, OutputIndex: p.index, Text: strings.TrimSpace(w.text),
				AudioOffsetMS: int(w.start.Milliseconds()), AudioDurationMS: int(w.duration.Milliseconds()),
			})
		}
	}
}

func (p *speech) timestamps() bool {
	return slices.Contains(p.r.s.config.view.OutputAudioTimestampTypes, voicelive.AudioTimestampTypeWord)
}

// silent ends everything that audible has begun.
func (p *speech) silent(transcript string) voicelive.ContentPart {
	r := p.r
	for n, annotation := range r.content.Annotations {
		p.emit(&voicelive.ServerEventResponseAudioTranscriptAnnotationAdded{
			ResponseID: r.id, ItemID: p.id, OutputIndex: p.index, AnnotationIndex: n, Annotation: voicelive.TranscriptAnnotation(json.RawMessage(annotation)),
		})
	}
	p.emit(&voicelive.ServerEventResponseAudioTranscriptDone{ResponseID: r.id, ItemID: p.id, OutputIndex: p.index, Transcript: transcript})
	if p.timestamps() {
		p.emit(&voicelive.ServerEventResponseAudioTimestampDone{ResponseID: r.id, ItemID: p.id, OutputIndex: p.index})
	}
	for _, f := range features {
		if f.ended != nil {
			f.ended(p)
		}
	}
	p.emit(&voicelive.ServerEventResponseAudioDone{ResponseID: r.id, ItemID: p.id, OutputIndex: p.index})
	return p.done(&voicelive.ResponseAudioContentPart{Transcript: &transcript})
}
