package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/browser"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// The video of an avatar, which is a peer in the page, is shown while the microphone goes to the leg.
func TestAvatar(t *testing.T) {
	var p *tab
	audio := make(chan bool, 1)
	s := newScene(t, voicelivetest.Options{}, browser.Options{Avatar: true})
	s.serve = func(ctx context.Context, call *browser.Call) error {
		if err := browser.ConnectAvatar(ctx, call, avatar{p}); err != nil {
			return err
		}
		for {
			if _, err := call.Receive(ctx); err != nil {
				return nil
			}
			select {
			case audio <- true:
			default:
			}
		}
	}
	p = silent(t)
	p.onLoad(`globalThis.reply = async (offer) => {
		const service = globalThis.service = new RTCPeerConnection();
		const canvas = document.createElement('canvas');
		const draw = () => { canvas.getContext('2d').fillRect(Math.random() * 100, 0, 9, 9); setTimeout(draw, 40); };
		draw();
		const stream = canvas.captureStream(25);
		service.addTrack(stream.getTracks()[0], stream);
		await service.setRemoteDescription({type: 'offer', sdp: offer});
		await service.setLocalDescription();
		await until(() => service.iceGatheringState === 'complete');
		return service.localDescription.sdp;
	}`)
	p.open(s.server.URL)
	p.click("start")
	p.until("document.getElementById('video').videoWidth > 0 && !document.getElementById('video').hidden")
	<-audio
	if notice := p.text("notice"); notice != "" {
		t.Errorf("the page says %q", notice)
	}
	p.click("hang-up")
	p.untilState("ended")
	if !evaluate[bool](p, "document.getElementById('video').hidden && document.getElementById('video').srcObject === null") {
		t.Error("the avatar stays")
	}
}

// ICE servers that the browser refuses are told to the user.
func TestAnAvatarThatCannotBegin(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{Avatar: true})
	s.serve = func(ctx context.Context, call *browser.Call) error {
		if err := browser.ConnectAvatar(ctx, call, unreachable{}); !errors.Is(err, io.EOF) {
			t.Errorf("got %v, want io.EOF", err)
		}
		return nil
	}
	p := silent(t)
	p.open(s.server.URL)
	p.click("start")
	p.until("!document.getElementById('notice').hidden")
	if notice := p.text("notice"); !strings.Contains(notice, "There is no sound") {
		t.Errorf("the page says %q", notice)
	}
	p.click("hang-up")
	p.untilState("ended")
}

// unreachable is a session whose ICE servers no browser takes.
type unreachable struct{ avatar }

func (unreachable) Config() *voicelive.ResponseSession {
	return &voicelive.ResponseSession{Avatar: &voicelive.AvatarConfig{ICEServers: []voicelive.ICEServer{{URLs: []string{"nonsense"}}}}}
}

// An avatar stands for a session with an avatar that is a peer in the page.
type avatar struct{ tab *tab }

func (avatar) Config() *voicelive.ResponseSession {
	return &voicelive.ResponseSession{Avatar: &voicelive.AvatarConfig{ICEServers: []voicelive.ICEServer{}}}
}

func (a avatar) ConnectAvatarAndWait(_ context.Context, offer string) (string, error) {
	text, err := json.Marshal(offer)
	if err != nil {
		return "", err
	}
	return a.tab.try(fmt.Sprintf("reply(%s)", text))
}
