package browser

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestConnectAvatar(t *testing.T) {
	having(t, Options{Avatar: true}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		session := voicelivetest.NewServer(t, nil).Connect(t, &voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{
			Modalities: []voicelive.Modality{voicelive.ModalityText, voicelive.ModalityAudio, voicelive.ModalityAvatar},
			Voice:      &voicelive.AzureStandardVoice{Name: "en-US-AvaNeural"},
			Avatar:     &voicelive.AvatarConfig{Character: "lisa"},
		}})
		connected := make(chan error)
		go func() { connected <- ConnectAvatar(t.Context(), call, session) }()
		if m := page.next(); m.Type != "servers" || !strings.Contains(string(m.Servers), `"urls":["turn:`) {
			t.Errorf("the page is told %+v", m)
		}
		page.send(message{Type: "offer", ID: 1, SDP: "v=0"})
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
		go func() {
			m := page.next()
			page.send(message{Type: "offer", ID: m.ID, SDP: "v=0"})
			page.end() // reads
		}()
		err := ConnectAvatar(t.Context(), call, noAvatar{&voicelive.ResponseSession{Avatar: &voicelive.AvatarConfig{}}})
		if err == nil || !strings.Contains(err.Error(), "shows no avatar") {
			t.Errorf("got %v", err)
		}
	})
}

// anAvatar is a session with an avatar, which sends the offers that it gets.
type anAvatar chan string

func (a anAvatar) Config() *voicelive.ResponseSession {
	return &voicelive.ResponseSession{Avatar: &voicelive.AvatarConfig{}}
}

func (a anAvatar) ConnectAvatarAndWait(_ context.Context, offer string) (string, error) {
	a <- offer
	return "reply to " + offer, nil
}

// The session is replaced while the page still makes its offer for the one before: that offer is not one for the new
// session, and does not end the call.
func TestAnOfferForTheSessionBefore(t *testing.T) {
	having(t, Options{Avatar: true}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		offers := make(anAvatar, 1)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- ConnectAvatar(ctx, call, offers) }()
		before := page.next()
		cancel()
		if err := <-ended; err != context.Canceled {
			t.Errorf("got %v", err)
		}
		page.send(message{Type: "offer", ID: before.ID, SDP: "early"})
		synctest.Wait()
		go func() { ended <- ConnectAvatar(t.Context(), call, offers) }()
		now := page.next()
		page.send(message{Type: "offer", ID: before.ID, SDP: "early again"})
		page.send(message{Type: "offer", ID: now.ID, SDP: "due"})
		if err, offer := <-ended, <-offers; err != nil || offer != "due" {
			t.Errorf("the new session gets the offer %q, error %v", offer, err)
		}
		if m := page.next(); m.Type != "answer" || m.SDP != "reply to due" || m.ID != now.ID || now.ID == before.ID {
			t.Errorf("the page is told %+v", m)
		}
	})
}
