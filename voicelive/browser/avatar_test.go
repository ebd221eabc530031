package browser

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestConnectAvatar(t *testing.T) {
	having(t, Options{Avatar: true}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		session := voicelivetest.NewServer(t, nil).Client(t, &voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{
			Modalities: []voicelive.Modality{voicelive.ModalityText, voicelive.ModalityAudio, voicelive.ModalityAvatar},
			Voice:      &voicelive.AzureStandardVoice{Name: "en-US-AvaNeural"},
			Avatar:     &voicelive.AvatarConfig{Character: "lisa"},
		}})
		connected := make(chan error)
		go func() { connected <- ConnectAvatar(t.Context(), call, session) }()
		if m := page.next(); m.Type != "servers" || !strings.Contains(string(m.Servers), `"urls":["turn:`) {
			t.Errorf("the page is told %+v", m)
		}
		page.send(message{Type: "offer", SDP: "v=0"})
		if err := <-connected; err != nil {
			t.Error(err)
		}
		if m := page.next(); m.Type != "answer" || !strings.HasPrefix(m.SDP, "v=0") {
			t.Errorf("the page is told %+v", m)
		}
	})
}

// noAvatar is a session that has no avatar, or one that does not connect.
type noAvatar struct{ config *voicelive.ResponseSession }

func (n noAvatar) Config() *voicelive.ResponseSession { return n.config }
func (n noAvatar) ConnectAvatarAndWait(context.Context, string) (string, error) {
	return "", errors.New("the character does not exist")
}

func TestConnectAvatarThatFails(t *testing.T) {
	having(t, Options{}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		if err := ConnectAvatar(t.Context(), call, noAvatar{}); err == nil || !strings.Contains(err.Error(), "Options.Avatar") {
			t.Errorf("got %v", err)
		}
	})
	having(t, Options{Avatar: true}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		for _, config := range []*voicelive.ResponseSession{nil, {}} {
			if err := ConnectAvatar(t.Context(), call, noAvatar{config}); err == nil || !strings.Contains(err.Error(), "has no avatar") {
				t.Errorf("got %v", err)
			}
		}
		page.send(message{Type: "offer", SDP: "v=0"})
		go page.end() // reads
		err := ConnectAvatar(t.Context(), call, noAvatar{&voicelive.ResponseSession{Avatar: &voicelive.AvatarConfig{}}})
		if err == nil || !strings.Contains(err.Error(), "shows no avatar") {
			t.Errorf("got %v", err)
		}
	})
}
