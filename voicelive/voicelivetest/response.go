package voicelivetest

import (
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// response is the active response. It is written as straight code that runs in steps: between two outputs it waits, and
// when it is cancelled its wait returns false and it says what must still be said.
type response struct {
	s      *Session
	id     string
	params voicelive.ResponseCreateParams
	answer Answer
	due    time.Time // of the next step
	next   func() (time.Duration, bool)
	stop   func()
	yield  func(time.Duration) bool
	cut    bool                                     // it was cancelled
	reason voicelive.ResponseCancelledDetailsReason // why
	output []voicelive.ResponseItem
	audio  time.Duration // said so far
	text   int           // characters written so far
}

// respond starts a response. params is nil if the service does it by itself; eventID is of the event that asked for it.
func (s *Session) respond(params *voicelive.ResponseCreateParams, eventID string) {
	if s.active != nil {
		s.fail(problem{code: "conversation_already_has_active_response", message: "Response " + s.active.id + " is still active", eventID: eventID})
		return
	}
	turn := s.turn(params)
	r := &response{s: s, id: s.id("resp"), due: time.Now(), answer: s.srv.options.Respond(turn)}
	if params != nil {
		r.params = *params
	}
	if message := r.params.PreGeneratedAssistantMessage; message != nil {
		r.answer = Answer{Text: textOf(message), Delay: r.answer.Delay}
	}
	s.turns++
	s.active = r
	r.next, r.stop = iter.Pull(func(yield func(time.Duration) bool) {
		r.yield = yield
		r.run()
	})
	r.step()
}

// turn is what there is to answer.
func (s *Session) turn(params *voicelive.ResponseCreateParams) Turn {
	t := Turn{N: s.turns, Items: s.conversation.values(), Session: s.config.session(), Params: params}
	for _, i := range slices.Backward(s.conversation.items) {
		switch v := i.value.(type) {
		case *voicelive.ResponseFunctionCallOutputItem:
			t.Outputs = slices.Insert(t.Outputs, 0, v)
		case *voicelive.ResponseMessageItem:
			if v.Role == voicelive.MessageRoleUser {
				t.Text = saidBy(v)
				if i.audio != nil {
					t.Audio, t.Rate = s.input.format.decode(nil, i.audio), s.input.format.rate
				}
				return t
			}
		}
	}
	return t
}

// textOf is the text of a message that the client sent.
func textOf(message voicelive.MessageItem) string {
	var b strings.Builder
	for _, part := range message.GetContent() {
		switch p := part.(type) {
		case *voicelive.InputTextContentPart:
			b.WriteString(p.Text)
		case *voicelive.OutputTextContentPart:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// saidBy is the text or the transcript of a message.
func saidBy(message *voicelive.ResponseMessageItem) string {
	var b strings.Builder
	for _, part := range message.Content {
		var text *string
		switch p := part.(type) {
		case *voicelive.RequestTextContentPart:
			text = p.Text
		case *voicelive.RequestAudioContentPart:
			text = p.Transcript
		case *voicelive.ResponseTextContentPart:
			text = p.Text
		case *voicelive.ResponseAudioContentPart:
			text = p.Transcript
		}
		if text != nil {
			b.WriteString(*text)
		}
	}
	return b.String()
}

// step runs the response to its next wait. The loop calls it when it is due.
func (r *response) step() {
	if d, ok := r.next(); ok {
		r.due = r.due.Add(d) // not from now on: a late step does not delay all others
		return
	}
	r.finish()
}

// finish makes room for the next response.
func (r *response) finish() {
	if r.s.active == r {
		r.s.active = nil
	}
	pending := r.s.pending
	r.s.pending = nil
	for _, do := range pending {
		do()
	}
}

// cancel ends the response with what must still be said.
func (r *response) cancel(reason voicelive.ResponseCancelledDetailsReason) {
	r.reason = reason
	r.stop()
	r.finish()
}

// abandon ends the response with the session. It is fine on nil.
func (r *response) abandon() {
	if r != nil {
		r.stop()
	}
}

// wait passes d of real time, at the pace of the server. It reports whether the response goes on.
func (r *response) wait(d time.Duration) bool { return r.pause(r.s.srv.options.Pace.wait(d)) }

func (r *response) pause(d time.Duration) bool {
	if !r.cut {
		r.cut = !r.yield(d)
	}
	return !r.cut
}

// run is the life of a response.
func (r *response) run() {
	s := r.s
	delay := first(r.answer.Delay, s.srv.options.Latency)
	if r.answer.Events != nil {
		r.replay(delay)
		return
	}
	s.emit(&voicelive.ServerEventResponseCreated{Response: r.state(voicelive.ResponseStatusInProgress)})
	s.emit(rateLimits(s.turns))
	if r.answer.Warning != "" {
		s.emit(&voicelive.ServerEventWarning{Warning: voicelive.ServerEventWarningDetails{Message: r.answer.Warning, Code: new("simulated_warning")}})
	}
	if delay == 0 || r.pause(delay) {
		r.produce()
	}
	s.emit(&voicelive.ServerEventResponseDone{Response: r.result()})
}

// produce makes the output, until it is done or cut.
func (r *response) produce() {
	for _, event := range r.answer.Invocations {
		r.s.emit(&voicelive.ServerEventResponseInvocationDelta{Delta: voicelive.InvocationEvent(event)})
	}
	for _, search := range r.answer.Searches {
		if r.cut {
			return
		}
		r.search(search)
	}
	if r.answer.Text != "" && !r.cut {
		r.speak(r.answer.Text)
	}
	for _, call := range r.answer.Calls {
		if r.cut {
			return
		}
		r.call(call)
	}
	for _, call := range r.answer.MCPCalls {
		if r.cut {
			return
		}
		r.callMCP(call)
	}
}

// state is the response as its events show it.
func (r *response) state(status voicelive.ResponseStatus) voicelive.Response {
	view := &r.s.config.view
	v := voicelive.Response{
		ID: &r.id, Object: voicelive.ResponseObjectRealtimeResponse, Status: status, Output: slices.Clone(r.output),
		Modalities: r.modalities(), OutputAudioFormat: r.format(), Temperature: first(r.params.Temperature, view.Temperature),
		Voice: view.Voice, MaxOutputTokens: r.limit(), Metadata: r.params.Metadata, ConversationID: new("conv_1"),
	}
	if v.Output == nil {
		v.Output = []voicelive.ResponseItem{}
	}
	if r.params.Voice != nil {
		v.Voice = r.params.Voice
	}
	v.Extra.Set("status_details", json.RawMessage("null"))
	if r.detached() {
		v.ConversationID = nil
		v.Extra.Set("conversation_id", json.RawMessage("null"))
	}
	return v
}

// result is the response at its end.
func (r *response) result() voicelive.Response {
	v := r.state(voicelive.ResponseStatusCompleted)
	v.Usage = r.usage()
	switch {
	case r.cut:
		v.Status, v.StatusDetails = voicelive.ResponseStatusCancelled, &voicelive.ResponseCancelledDetails{Reason: r.reason}
	case r.answer.Failed != nil:
		v.Status, v.StatusDetails = voicelive.ResponseStatusFailed, &voicelive.ResponseFailedDetails{Error: voicelive.ErrorPayload(r.answer.Failed)}
	case r.answer.Incomplete != "":
		v.Status, v.StatusDetails = voicelive.ResponseStatusIncomplete, &voicelive.ResponseIncompleteDetails{Reason: r.answer.Incomplete}
	}
	if v.StatusDetails != nil {
		v.Extra.Delete("status_details")
	}
	return v
}

// status is that of an item at its end.
func (r *response) status() voicelive.ResponseItemStatus {
	if r.cut || r.answer.Incomplete != "" || r.answer.Failed != nil {
		return voicelive.ResponseItemStatusIncomplete
	}
	return voicelive.ResponseItemStatusCompleted
}

func (r *response) modalities() []voicelive.Modality {
	if r.params.Modalities != nil {
		return r.params.Modalities
	}
	return r.s.config.view.Modalities
}

func (r *response) format() voicelive.OutputAudioFormat {
	return first(r.params.OutputAudioFormat, r.s.config.view.OutputAudioFormat, voicelive.OutputAudioFormatPCM16)
}

func (r *response) limit() voicelive.MaxOutputTokens {
	if r.params.MaxOutputTokens != nil {
		return r.params.MaxOutputTokens
	}
	return r.s.config.view.MaxResponseOutputTokens
}

// detached tells that the response stays out of the conversation.
func (r *response) detached() bool {
	return r.params.Conversation == voicelive.ResponseConversationNone
}

// begin adds an item to the output, and to the conversation. It returns the item to finish.
func (r *response) begin(value voicelive.ResponseItem) (i *item, index int) {
	i, index = &item{value: value}, len(r.output)
	r.output = append(r.output, value)
	r.s.emit(&voicelive.ServerEventResponseOutputItemAdded{ResponseID: r.id, OutputIndex: index, Item: value})
	if r.detached() {
		r.s.emit(created(i, nil))
	} else {
		r.s.add(i, len(r.s.conversation.items))
	}
	return i, index
}

// end replaces an item by its final form.
func (r *response) end(i *item, index int, value voicelive.ResponseItem) {
	i.value, r.output[index] = value, value
	r.s.emit(&voicelive.ServerEventResponseOutputItemDone{ResponseID: r.id, OutputIndex: index, Item: value})
}

func (s *Session) createResponse(e *voicelive.ClientEventResponseCreate) {
	params := e.Response
	if params == nil {
		params = &voicelive.ResponseCreateParams{}
	}
	if params.CancelPrevious != nil && *params.CancelPrevious && s.active != nil {
		s.active.cancel(voicelive.ResponseCancelledDetailsReasonClientCancelled)
	}
	if params.Commit != nil && *params.Commit && len(s.input.buffer) > 0 {
		s.commitAudio(&voicelive.ClientEventInputAudioBufferCommit{EventID: e.EventID})
	}
	for _, request := range slices.Concat(params.AppendInputItems, params.InputItems) {
		i, p := s.itemOf(request)
		if p != nil {
			p.eventID = e.GetEventID()
			s.fail(*p)
			return
		}
		s.add(i, len(s.conversation.items))
	}
	s.respond(params, e.GetEventID())
}

func (s *Session) cancelResponse(e *voicelive.ClientEventResponseCancel) {
	switch {
	case s.active == nil:
		s.fail(problem{code: "response_cancel_not_active", message: "There is no active response to cancel", eventID: e.GetEventID()})
	case e.ResponseID != nil && *e.ResponseID != s.active.id:
		s.fail(problem{code: "response_cancel_not_active", param: "response_id", message: "Response " + *e.ResponseID + " is not active", eventID: e.GetEventID()})
	default:
		s.active.cancel(voicelive.ResponseCancelledDetailsReasonClientCancelled)
	}
}

// interrupt is what speech of the user does to output: the response is cancelled, and what was not played is forgotten.
func (s *Session) interrupt(truncate bool) {
	if s.active != nil {
		s.active.cancel(voicelive.ResponseCancelledDetailsReasonTurnDetected)
	}
	if p := s.played; truncate && p != nil && s.conversation.index(p.item.value.GetID()) >= 0 {
		if heard := time.Since(p.began); heard < p.item.duration {
			s.truncate(p.item, 0, heard.Truncate(time.Millisecond))
		}
	}
	s.played = nil
}
