package voicelivetest

import (
	"reflect"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// dispatch handles an event of the client. If the event is wrong, it sends an error event.
func (s *Session) dispatch(event voicelive.ClientEvent, text []byte) {
	if s.refusesByFault(event, text) {
		return
	}
	if u, ok := event.(*voicelive.UnknownClientEvent); ok {
		s.fail(problem{code: "invalid_value", param: "type", message: "No such event: " + u.Tag, eventID: event.GetEventID()})
		return
	}
	if err := misfit(event); err != nil {
		s.fail(invalid(event, err))
		return
	}
	if s.dispatchToFeature(event) || !s.valid(event) {
		return
	}
	switch e := event.(type) {
	case *voicelive.ClientEventSessionUpdate:
		s.updateSession(&e.Session, e.GetEventID())
	case *voicelive.ClientEventInputAudioBufferAppend:
		s.appendAudio(e)
	case *voicelive.ClientEventInputAudioBufferCommit:
		s.commitAudio(e)
	case *voicelive.ClientEventInputAudioBufferClear:
		s.clearAudio()
	case *voicelive.ClientEventInputAudioClear:
		s.clearTurn()
	case *voicelive.ClientEventInputAudioTurnStart:
		s.startTurn(e)
	case *voicelive.ClientEventInputAudioTurnAppend:
		s.appendTurn(e)
	case *voicelive.ClientEventInputAudioTurnEnd:
		s.endTurn(e)
	case *voicelive.ClientEventInputAudioTurnCancel:
		s.cancelTurn(e)
	case *voicelive.ClientEventConversationItemCreate:
		s.createItem(e)
	case *voicelive.ClientEventConversationItemDelete:
		s.deleteItem(e)
	case *voicelive.ClientEventConversationItemRetrieve:
		s.retrieveItem(e)
	case *voicelive.ClientEventConversationItemTruncate:
		s.truncateItem(e)
	case *voicelive.ClientEventResponseCreate:
		s.createResponse(e)
	case *voicelive.ClientEventResponseCancel:
		s.cancelResponse(e)
	}
}

// valid reports whether the service accepts an event. If not, it sends an error event.
func (s *Session) valid(event voicelive.ClientEvent) bool {
	err := event.Validate()
	if err != nil {
		s.fail(invalid(event, err))
	}
	return err == nil
}

// misfit returns the problem if a member of an event, or of the session in it, has another JSON type than the field.
func misfit(event voicelive.ClientEvent) error {
	if e, ok := event.(*voicelive.ClientEventSessionUpdate); ok {
		if err := e.Session.Extra.Err(); err != nil {
			return err
		}
	}
	return reflect.ValueOf(event).Elem().FieldByName("Extra").Interface().(voicelive.Extra).Err()
}

func (s *Session) updateSession(update *voicelive.RequestSession, eventID string) {
	before := s.config.inputFormat()
	if p := s.config.update(update); p != nil {
		p.eventID = eventID
		s.fail(*p)
		return
	}
	if s.config.inputFormat() != before {
		s.input.reset(s)
	}
	for _, f := range features {
		if f.configured != nil {
			f.configured(s)
		}
	}
	s.emit(&voicelive.ServerEventSessionUpdated{Session: s.config.session()})
	for _, tool := range update.Tools {
		if server, ok := tool.(*voicelive.MCPServer); ok {
			s.listTools(server)
		}
	}
}
