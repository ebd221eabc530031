package voicelivetest

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// response is a response that is being generated. It is written as straight code that runs in steps: between two outputs
// it waits. When it is cancelled, wait returns false and the code sends the events that end it.
type response struct {
	s       *Session
	id      string
	params  voicelive.ResponseCreateParams
	size    int           // what the client sent for it, in bytes
	context *conversation // that it replies to
	aside   bool          // it stays out of the conversation
	content Response
	due     time.Time // of the next step
	next    func() (time.Duration, bool)
	stop    func()
	yield   func(time.Duration) bool
	cut     bool                                     // it was cancelled
	reason  voicelive.ResponseCancelledDetailsReason // why
	items   []*item                                  // its output
	audio   time.Duration                            // said so far
	text    int                                      // characters written so far
}

// outOfBand reports whether a response stays out of the conversation: beside the one that is active, and without a trace.
func outOfBand(params *voicelive.ResponseCreateParams) bool {
	return params.Conversation == voicelive.ResponseConversationNone || params.Commit != nil && !*params.Commit
}

func (s *Session) createResponse(e *voicelive.ClientEventResponseCreate) {
	params := e.Response
	if params == nil {
		params = &voicelive.ResponseCreateParams{}
	}
	aside := outOfBand(params)
	context, added, p := s.contextOf(params, aside)
	if p == nil && s.busy(params) {
		p = &problem{code: "too_many_responses", message: fmt.Sprintf("%d responses are active", len(s.responses))}
	}
	if p != nil {
		p.eventID = e.GetEventID()
		s.fail(*p)
		return
	}
	s.intoSpeech(params, aside)
	if s.active != nil && !aside && !s.cancelsPrevious(params) {
		s.fail(alreadyActive(s.active.id, e.GetEventID()))
		return
	}
	if !aside {
		s.expected++ // it takes the place of the one that the service would create
	}
	if s.active != nil && !aside {
		s.active.cancel(voicelive.ResponseCancelledDetailsReasonClientCancelled)
	}
	for _, i := range added {
		s.add(i, len(s.conversation.items))
	}
	s.respond(params, context)
}

// maxActive is how many bytes the active responses may take of what the client sent for them.
const maxActive = 64 << 20

// busy reports whether the active responses leave no room for another one.
func (s *Session) busy(params *voicelive.ResponseCreateParams) bool {
	size := sizeOf(params)
	for _, r := range s.responses {
		size += r.size
	}
	return size > maxActive
}

// sizeOf is what a response takes, in bytes. Without parameters it is some stack.
func sizeOf(params *voicelive.ResponseCreateParams) int {
	const stack = 16 << 10
	if params == nil {
		return stack
	}
	return stack + len(encode(params))
}

// cancelsPrevious reports whether a response takes the place of the active one. Without cancel_previous that is a matter
// of the service.
func (s *Session) cancelsPrevious(params *voicelive.ResponseCreateParams) bool {
	if params.CancelPrevious == nil {
		return s.srv.options.CancelPrevious
	}
	return *params.CancelPrevious
}

func alreadyActive(id, eventID string) problem {
	return problem{code: "conversation_already_has_active_response", message: "Response " + id + " is still active", eventID: eventID}
}

// contextOf makes the items that a response has for itself: a context of its own, nil if that is the conversation, and
// those that join the conversation.
func (s *Session) contextOf(params *voicelive.ResponseCreateParams, aside bool) (context *conversation, added []*item, p *problem) {
	known := &conversation{items: slices.Clone(s.conversation.items)}
	if params.InputItems != nil {
		context, known = new(conversation), new(conversation)
	}
	for n, request := range slices.Concat(params.InputItems, params.AppendInputItems) {
		i, p := s.itemOf(request, known)
		if p != nil {
			p.param = "response." + p.param
			return nil, nil, p
		}
		known.items = append(known.items, i)
		if n >= len(params.InputItems) && !aside {
			added = append(added, i)
		}
	}
	if context != nil || aside {
		context = known
	}
	return context, added, nil
}

// respond starts a response. params is nil if the service does it by itself, context is nil if it is the conversation.
func (s *Session) respond(params *voicelive.ResponseCreateParams, context *conversation) {
	if context == nil {
		context = &s.conversation
	}
	r := &response{s: s, id: s.id("resp"), size: sizeOf(params), due: time.Now(), content: s.srv.options.Respond(s.request(params, context)), context: context}
	if params != nil {
		r.params, r.aside = *params, outOfBand(params)
	}
	if message := r.params.PreGeneratedAssistantMessage; message != nil {
		r.content = Response{Text: textOf(message), Delay: r.content.Delay}
	}
	s.responded++
	s.responses = append(s.responses, r)
	if !r.aside {
		s.active = r
	}
	r.next, r.stop = iter.Pull(func(yield func(time.Duration) bool) {
		r.yield = yield
		r.run()
	})
	r.step()
}

// request is the input of the responder for a response.
func (s *Session) request(params *voicelive.ResponseCreateParams, context *conversation) Request {
	request := Request{N: s.responded, Items: context.values(), Session: s.config.session(), Params: params}
	for _, i := range slices.Backward(context.items) {
		switch v := i.value.(type) {
		case *voicelive.ResponseFunctionCallOutputItem:
			request.Outputs = slices.Insert(request.Outputs, 0, v)
		case *voicelive.ResponseMessageItem:
			if v.Role == voicelive.MessageRoleUser {
				request.Text = saidBy(v)
				if i.audio != nil {
					request.Audio, request.Rate = s.input.format.decode(nil, i.audio), s.input.format.rate
				}
				return request
			}
		}
	}
	return request
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
	s := r.s
	s.responses = slices.DeleteFunc(s.responses, func(other *response) bool { return other == r })
	r.note()
	for _, i := range r.items {
		i.generating, i.cancelled = false, r.cut
	}
	if s.active != r {
		return
	}
	s.active = nil
	pending := s.pending
	s.pending = nil
	for _, do := range pending {
		do()
	}
}

// cancel ends the response, with the events that a cancelled response still needs.
func (r *response) cancel(reason voicelive.ResponseCancelledDetailsReason) {
	r.reason = reason
	r.stop()
	r.finish()
}

// abandon ends all responses with the session.
func (s *Session) abandon() {
	for _, r := range s.responses {
		r.stop()
	}
	s.responses, s.active = nil, nil
}

// nextResponse is the response whose step is due first, nil if there is none.
func (s *Session) nextResponse() (next *response) {
	for _, r := range s.responses {
		if next == nil || r.due.Before(next.due) {
			next = r
		}
	}
	return next
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
	delay := first(r.content.Delay, s.srv.options.Latency)
	if r.content.Events != nil {
		r.replay(delay)
		return
	}
	s.emit(&voicelive.ServerEventResponseCreated{Response: r.state(voicelive.ResponseStatusInProgress)})
	s.emit(rateLimits(s.responded))
	if r.content.Warning != "" {
		s.emit(&voicelive.ServerEventWarning{Warning: voicelive.ServerEventWarningDetails{Message: r.content.Warning, Code: new("simulated_warning")}})
	}
	if r.prepare(delay) {
		r.produce()
	}
	s.emit(&voicelive.ServerEventResponseDone{Response: r.result()})
}

// prepare passes the time until the first output. It reports whether the response goes on.
func (r *response) prepare(delay time.Duration) bool {
	ready := r.due.Add(delay)
	for _, f := range features {
		if f.delay != nil && delay > 0 {
			f.delay(r, delay)
		}
	}
	if rest := ready.Sub(r.due); rest > 0 {
		r.pause(rest)
	}
	return !r.cut
}

// produce makes the output, until it is done or cut.
func (r *response) produce() {
	for _, f := range features {
		if f.begin != nil {
			f.begin(r)
		}
	}
	for _, search := range r.content.Searches {
		if r.cut {
			return
		}
		r.search(search)
	}
	if r.content.Text != "" && !r.cut {
		r.speak(r.content.Text, r.content.Audio)
	}
	for _, call := range r.content.Calls {
		if r.cut {
			return
		}
		r.call(call)
	}
	for _, call := range r.content.MCPCalls {
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
		ID: &r.id, Object: voicelive.ResponseObjectRealtimeResponse, Status: status, Output: r.output(),
		Modalities: r.modalities(), OutputAudioFormat: r.format(), Temperature: first(r.params.Temperature, view.Temperature),
		Voice: view.Voice, MaxOutputTokens: r.limit(), Metadata: r.params.Metadata, ConversationID: new("conv_1"),
	}
	if r.params.Voice != nil {
		v.Voice = r.params.Voice
	}
	v.Extra.Set("status_details", json.RawMessage("null"))
	if r.aside {
		v.ConversationID = nil
		v.Extra.Set("conversation_id", json.RawMessage("null"))
	}
	return v
}

// output are the items of the response that are still there.
func (r *response) output() []voicelive.ResponseItem {
	values := []voicelive.ResponseItem{}
	for _, i := range r.items {
		if !i.deleted {
			values = append(values, i.value)
		}
	}
	return values
}

// result is the response at its end.
func (r *response) result() voicelive.Response {
	v := r.state(voicelive.ResponseStatusCompleted)
	v.Usage = r.usage()
	switch {
	case r.cut:
		v.Status, v.StatusDetails = voicelive.ResponseStatusCancelled, &voicelive.ResponseCancelledDetails{Reason: r.reason}
	case r.content.Failed != nil:
		v.Status, v.StatusDetails = voicelive.ResponseStatusFailed, &voicelive.ResponseFailedDetails{Error: voicelive.ErrorPayload(r.content.Failed)}
	case r.content.Incomplete != "":
		v.Status, v.StatusDetails = voicelive.ResponseStatusIncomplete, &voicelive.ResponseIncompleteDetails{Reason: r.content.Incomplete}
	}
	if v.StatusDetails != nil {
		v.Extra.Delete("status_details")
	}
	return v
}

// status is that of an item at its end.
func (r *response) status() voicelive.ResponseItemStatus {
	if r.cut || r.content.Incomplete != "" || r.content.Failed != nil {
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

// begin adds an item to the output, and to the conversation. It returns the item to finish.
func (r *response) begin(value voicelive.ResponseItem) (i *item, index int) {
	i, index = &item{value: value, generating: true}, len(r.items)
	r.items = append(r.items, i)
	r.s.emit(&voicelive.ServerEventResponseOutputItemAdded{ResponseID: r.id, OutputIndex: index, Item: value})
	if r.aside {
		r.s.emit(created(i, nil))
	} else {
		r.s.add(i, len(r.s.conversation.items))
	}
	return i, index
}

// end replaces an item by its final form.
func (r *response) end(i *item, index int, value voicelive.ResponseItem) {
	i.value, i.generating = value, false
	i.emit(r.s, &voicelive.ServerEventResponseOutputItemDone{ResponseID: r.id, OutputIndex: index, Item: value})
}

// emit sends an event about the item, unless it was deleted.
func (i *item) emit(s *Session, event voicelive.ServerEvent) {
	if !i.deleted {
		s.emit(event)
	}
}

func (s *Session) cancelResponse(e *voicelive.ClientEventResponseCancel) {
	r := s.active
	if e.ResponseID != nil {
		r = nil
		if n := slices.IndexFunc(s.responses, func(r *response) bool { return r.id == *e.ResponseID }); n >= 0 {
			r = s.responses[n]
		}
	}
	switch {
	case r != nil:
		r.cancel(voicelive.ResponseCancelledDetailsReasonClientCancelled)
	case e.ResponseID != nil:
		s.fail(problem{code: "response_cancel_not_active", param: "response_id", message: "Response " + *e.ResponseID + " is not active", eventID: e.GetEventID()})
	default:
		s.fail(problem{code: "response_cancel_not_active", message: "There is no active response to cancel", eventID: e.GetEventID()})
	}
}
