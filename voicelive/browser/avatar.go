package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// An AvatarSession is a session with an avatar. [voicelive.Session] is one.
type AvatarSession interface {
	Config() *voicelive.ResponseSession
	ConnectAvatarAndWait(ctx context.Context, clientSDP string) (serverSDP string, err error)
}

// ConnectAvatar shows the avatar of a session on the page of a call with [Options.Avatar]: it gives the page the ICE
// servers of the session, with the credentials for them, waits for the offer of the page, lets the service reply to it,
// and gives the page the reply. Video and voice then go to the page directly, and what the user says passes the leg as
// before. Call it for each session of a conversation, such as in agent.Observer.ObserveSession on a goroutine of its
// own.
func ConnectAvatar(ctx context.Context, call *Call, s AvatarSession) error {
	if !call.options.Avatar {
		return errors.New("browser: the handler of the call has no Options.Avatar")
	}
	config := s.Config()
	if config == nil || config.Avatar == nil {
		return errors.New("browser: the session has no avatar")
	}
	servers, err := json.Marshal(config.Avatar.ICEServers)
	if err != nil {
		return fmt.Errorf("browser: the ICE servers of the session: %w", err)
	}
	id, offers := call.requestOffer(servers)
	offer, err := call.waitOffer(ctx, offers)
	if err != nil {
		return err
	}
	reply, err := s.ConnectAvatarAndWait(ctx, offer)
	if err != nil {
		return fmt.Errorf("browser: the service shows no avatar: %w", err)
	}
	call.tell(message{Type: "answer", ID: id, SDP: reply})
	return nil
}
