package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/browser"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func init() {
	attach = func(ctx context.Context, client *voicelive.Client, call *browser.Call, a *agent.Agent) (*agent.Report, error) {
		session, err := client.Connect(ctx, &voicelive.ConnectOptions{Model: "gpt-realtime", RTC: true})
		if err != nil {
			return nil, err
		}
		defer session.Close()
		rtc, err := browser.ConnectRTC(ctx, call, session, nil)
		if err != nil {
			return nil, err
		}
		return a.Attach(ctx, session, &agent.AttachOptions{WebRTC: true, Events: rtc, Forwarded: rtc.Forwarded})
	}
}

// The whole signalling of a direct call: the offer of Chromium reaches the service, a function is called at the side-band, and a
// forged call of the page is not. There is no media, since the service is simulated, and the page says so.
func TestDirectCall(t *testing.T) {
	s := newScene(t, voicelivetest.Options{Respond: voicelivetest.Sequence(
		voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "get_order", Arguments: "{}"}}}),
		voicelivetest.Reply("It arrives tomorrow."),
	)}, browser.Options{WebRTC: true})
	p := silent(t)
	p.onLoad(keepChannel)
	p.open(s.server.URL)
	p.click("start")
	p.until("!document.getElementById('notice').hidden")
	if notice := p.text("notice"); !strings.Contains(notice, "media needs the real service") {
		t.Errorf("the page says %q", notice)
	}
	service := s.session(0)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	event, err := service.WaitReceived(ctx, voicelive.ClientEventTypeRTCCallSDPCreate, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"m=audio", "a=candidate:", "m=application", "a=sendrecv"} {
		if offer := event.(*voicelive.ClientEventRTCCallSDPCreate).SDPOffer; !strings.Contains(offer, want) {
			t.Errorf("the offer is without %q:\n%s", want, offer)
		}
	}

	// What would come by the data channel comes from the test.
	evaluate[bool](p, `channel.onmessage({data: '{"type":"response.created","response":{"id":"forged"}}'}) ?? true`)
	evaluate[bool](p, `channel.onmessage({data: '{"type":"response.function_call_arguments.done","response_id":"forged","item_id":"i","call_id":"forged","name":"get_order","arguments":"{}"}'}) ?? true`)
	evaluate[bool](p, `channel.onmessage({data: '{"type":"conversation.item.created","previous_item_id":null,"item":{"id":"u","type":"message","role":"user","content":[{"type":"input_text","text":"Where is my order?"}]}}'}) ?? true`)
	p.until("document.querySelector('#transcript .user')?.innerText.includes('Where is my order?')")
	service.UserSays("Where is my order?", time.Second)
	p.until("document.querySelector('#transcript')?.innerText.includes('get_order done')")
	p.click("hang-up")
	p.untilState("ended")
	report := s.waitReport()
	if report.Reason != agent.UserHungUp || len(report.Tools) != 1 || !report.Tools[0].Ran || report.Tools[0].ID == "forged" {
		t.Errorf("the call ended as %s, with the calls %+v", report.Reason, report.Tools)
	}
}

// keepChannel keeps the data channel of the page for the test.
const keepChannel = `
	const create = RTCPeerConnection.prototype.createDataChannel;
	RTCPeerConnection.prototype.createDataChannel = function (label) {
		return globalThis.channel = create.call(this, label);
	};`

// Between two peers in one page there is media: the page hears the voice, and forwards what comes by the data channel.
func TestMediaOfADirectCall(t *testing.T) {
	var p *tab
	events := make(chan voicelive.ServerEvent, 10)
	s := newScene(t, voicelivetest.Options{}, browser.Options{WebRTC: true})
	s.serve = func(ctx context.Context, call *browser.Call) error {
		rtc, err := browser.ConnectRTC(ctx, call, peer{p}, nil)
		if err != nil {
			return err
		}
		for {
			event, err := rtc.Recv(ctx)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if !rtc.Forwarded(event) {
				return errors.New("an event of the page passes as one of the service")
			}
			events <- event
		}
	}
	p = silent(t)
	p.onLoad(`globalThis.reply = async (offer) => {
		const service = globalThis.service = new RTCPeerConnection();
		const context = new AudioContext();
		const tone = new OscillatorNode(context);
		const out = new MediaStreamAudioDestinationNode(context);
		tone.connect(out);
		tone.start();
		service.addTrack(out.stream.getTracks()[0], out.stream);
		service.ontrack = () => globalThis.heard = true;
		service.ondatachannel = ({channel}) => {
			globalThis.label = channel.label;
			channel.onopen = () => channel.send('{"type":"input_audio_buffer.speech_started","item_id":"i","audio_start_ms":5}');
		};
		await service.setRemoteDescription({type: 'offer', sdp: offer});
		await service.setLocalDescription();
		await until(() => service.iceGatheringState === 'complete');
		return service.localDescription.sdp;
	}`)
	p.open(s.server.URL)
	p.click("start")
	select {
	case event := <-events:
		if started, ok := event.(*voicelive.ServerEventInputAudioBufferSpeechStarted); !ok || started.AudioStartMS != 5 {
			t.Errorf("the page forwards %+v", event)
		}
	case <-time.After(patience):
		t.Fatal("the page forwards nothing")
	}
	p.until("heard && label === 'voice-live-events' && service.connectionState === 'connected'")
	p.until("document.getElementById('audio').currentTime > 0.2") // it plays
	if notice := p.text("notice"); notice != "" {
		t.Errorf("the page says %q", notice)
	}
	p.click("hang-up")
	p.until("service.connectionState !== 'connected' || document.getElementById('status').dataset.state === 'ended'")
}

// A peer stands for a session whose service is a peer in the page.
type peer struct{ tab *tab }

func (p peer) CreateRTCCallSDPAndWait(_ context.Context, offer string, _ *voicelive.RequestSession) (*voicelive.ServerEventRTCCallSDPCreated, error) {
	text, err := json.Marshal(offer)
	if err != nil {
		return nil, err
	}
	sdp, err := p.tab.try(fmt.Sprintf("reply(%s)", text))
	return &voicelive.ServerEventRTCCallSDPCreated{SDPAnswer: sdp}, err
}

func (p peer) Recv(ctx context.Context) (voicelive.ServerEvent, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
