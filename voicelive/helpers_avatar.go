package voicelive

import "context"

// ConnectAvatarAndWait sends session.avatar.connect with the SDP offer of the client, and
// returns the SDP of the service.
func (s *Session) ConnectAvatarAndWait(ctx context.Context, clientSDP string) (serverSDP string, err error) {
	e, err := do[*ServerEventSessionAvatarConnecting](ctx, s, &ClientEventSessionAvatarConnect{ClientSDP: clientSDP})
	if err != nil {
		return "", err
	}
	return e.ServerSDP, nil
}
