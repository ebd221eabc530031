package voicelivetest

import (
	"fmt"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// maxAppend is the most audio in one event, in bytes.
const maxAppend = 15 << 20

// maxBuffer is the most audio that waits for a commit, in bytes.
const maxBuffer = 64 << 20

// input is the input audio buffer.
type input struct {
	format format
	buffer []byte
	start  time.Duration // of the buffer, since the session began
	total  time.Duration // of all audio
	seen   int           // bytes of the buffer that the detector has seen
	vad    vad
	script *scripted // speech without audio; nil if there is none
	itemID string    // of the message that the speech will be
	heard  int       // utterances

	turnID string // of input_audio.turn.start
	turn   []byte
}

// reset empties the buffer for the configured format. Time goes on.
func (in *input) reset(s *Session) {
	f := s.config.inputFormat()
	*in = input{format: f, start: in.total, total: in.total, vad: vad{position: in.total}, heard: in.heard, turnID: in.turnID, turn: in.turn}
}

func (s *Session) appendAudio(e *voicelive.ClientEventInputAudioBufferAppend) {
	if len(e.Audio) > maxAppend {
		s.fail(problem{code: "input_audio_buffer_too_large", param: "audio", message: fmt.Sprintf("There are %d bytes of audio in the event", len(e.Audio)), eventID: e.GetEventID()})
		return
	}
	in := &s.input
	if len(in.buffer)+len(e.Audio) > maxBuffer {
		s.fail(problem{code: "input_audio_buffer_too_large", param: "audio", message: fmt.Sprintf("There are %d bytes in the input audio buffer", len(in.buffer)), eventID: e.GetEventID()})
		return
	}
	in.buffer = append(in.buffer, e.Audio...)
	in.total = in.start + in.format.duration(len(in.buffer))
	t := s.config.vad
	if t == nil || in.script != nil {
		in.skip()
		return
	}
	s.detect(t)
	if !in.speaking() { // silence is not kept for ever
		in.dropUntil(in.total - milliseconds(t.PrefixPaddingMS+t.SpeechDurationMS) - time.Second)
	}
}

// detect shows the audio that is new to the detector, window by window.
func (s *Session) detect(t *turnDetection) {
	in := &s.input
	threshold := energy(t.Threshold)
	for size := in.format.size(vadWindow); len(in.buffer)-in.seen >= size; {
		window := in.buffer[in.seen : in.seen+size]
		in.seen += size
		switch at := in.vad.window(in.format.energy(window) >= threshold, t); {
		case at < 0:
		case in.vad.speaking:
			s.speechStarted(t, at)
		default:
			s.speechStopped(t, at)
		}
	}
}

// speaking reports whether the user is speaking.
func (in *input) speaking() bool { return in.vad.speaking || in.script != nil }

// skip takes audio for seen.
func (in *input) skip() { in.seen, in.vad = len(in.buffer), vad{position: in.total} }

// dropUntil drops the audio before a time.
func (in *input) dropUntil(at time.Duration) {
	if at > in.start {
		in.take(at)
	}
}

func (s *Session) speechStarted(t *turnDetection, onset time.Duration) {
	in := &s.input
	begin := max(in.start, onset-milliseconds(t.PrefixPaddingMS))
	in.dropUntil(begin)
	in.itemID = s.id("item")
	s.expected++ // what the user says goes on
	s.speechBegan = time.Now()
	s.emit(&voicelive.ServerEventInputAudioBufferSpeechStarted{AudioStartMS: int(begin.Milliseconds()), ItemID: in.itemID})
	if t.InterruptResponse {
		s.interrupt(t)
	}
}

func (s *Session) speechStopped(t *turnDetection, end time.Duration) {
	in := &s.input
	s.emit(&voicelive.ServerEventInputAudioBufferSpeechStopped{AudioEndMS: int(end.Milliseconds()), ItemID: in.itemID})
	s.commit(in.take(end), in.itemID)
	in.script = nil
	if t.CreateResponse {
		s.replySoon()
	}
}

// take removes the audio before a time from the buffer.
func (in *input) take(end time.Duration) []byte {
	n := min(in.format.size(end-in.start), len(in.buffer))
	audio := in.buffer[:n:n]
	in.buffer = in.buffer[n:] // the array moves when it is full
	in.seen = max(in.seen-n, 0)
	in.start += in.format.duration(n)
	return audio
}

func (s *Session) commitAudio(e *voicelive.ClientEventInputAudioBufferCommit) {
	in := &s.input
	if len(in.buffer) == 0 {
		s.fail(problem{code: "input_audio_buffer_commit_empty", message: "The input audio buffer is empty", eventID: e.GetEventID()})
		return
	}
	audio, id := in.buffer, s.id("item")
	if in.speaking() {
		id = in.itemID
	}
	in.reset(s)
	s.commit(audio, id)
}

// commit makes a message of the user of audio, and transcribes it.
func (s *Session) commit(audio []byte, id string) {
	at := len(s.conversation.items)
	s.emit(&voicelive.ServerEventInputAudioBufferCommitted{PreviousItemID: s.conversation.before(at), ItemID: id})
	f := s.input.format
	u := Utterance{N: s.input.heard, Audio: f.decode(nil, audio), Rate: f.rate}
	s.input.heard++
	i := &item{
		audio: audio, duration: f.duration(len(audio)), tokens: int(f.duration(len(audio)).Seconds() * inputTokensPerSecond),
		value: responseItem(object{
			"id": id, "object": "realtime.item", "type": "message", "status": "completed", "role": "user",
			"content": []object{{"type": "input_audio", "audio": nil, "transcript": nil}},
		}),
	}
	s.add(i, at)
	s.transcribe(i, u)
}

// clearTurn clears all input, also that of a turn.
func (s *Session) clearTurn() {
	s.input.turnID, s.input.turn = "", nil
	s.clearAudio()
}

func (s *Session) clearAudio() {
	s.input.reset(s)
	s.emit(&voicelive.ServerEventInputAudioBufferCleared{})
}

func (s *Session) startTurn(e *voicelive.ClientEventInputAudioTurnStart) {
	if s.input.turnID != "" {
		s.fail(problem{code: "turn_already_started", param: "turn_id", message: "Request " + s.input.turnID + " has not ended", eventID: e.GetEventID()})
		return
	}
	s.input.turnID, s.input.turn = e.TurnID, nil
}

// inTurn reports whether a turn is the current one, and sends an error if not.
func (s *Session) inTurn(turnID, eventID string) bool {
	if turnID == s.input.turnID {
		return true
	}
	s.fail(problem{code: "turn_not_found", param: "turn_id", message: "There is no turn " + turnID, eventID: eventID})
	return false
}

func (s *Session) appendTurn(e *voicelive.ClientEventInputAudioTurnAppend) {
	if !s.inTurn(e.TurnID, e.GetEventID()) {
		return
	}
	if len(s.input.turn)+len(e.Audio) > maxBuffer {
		s.fail(problem{code: "input_audio_buffer_too_large", param: "audio", message: fmt.Sprintf("There are %d bytes in the turn", len(s.input.turn)), eventID: e.GetEventID()})
		return
	}
	s.input.turn = append(s.input.turn, e.Audio...)
}

func (s *Session) endTurn(e *voicelive.ClientEventInputAudioTurnEnd) {
	if !s.inTurn(e.TurnID, e.GetEventID()) {
		return
	}
	audio := s.input.turn
	s.input.turnID, s.input.turn = "", nil
	if len(audio) == 0 {
		s.fail(problem{code: "input_audio_buffer_commit_empty", param: "turn_id", message: "The turn has no audio", eventID: e.GetEventID()})
		return
	}
	s.commit(audio, s.id("item"))
	s.replySoon()
}

func (s *Session) cancelTurn(e *voicelive.ClientEventInputAudioTurnCancel) {
	if s.inTurn(e.TurnID, e.GetEventID()) {
		s.input.turnID, s.input.turn = "", nil
	}
}
