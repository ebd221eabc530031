package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/sip"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
)

// A relayer receives the events of a session, and plays its audio. It returns what takes the inputs of the leg.
type relayer func(context.Context, *voicelive.Session, leg.Leg) (input, error)

// sessions returns a function that serves a call with a session of its own.
func sessions(relay relayer, service string, coalesced int) (func(context.Context, leg.Leg) error, error) {
	client, err := voicelive.NewClientWithKeyCredential("http://"+service, azcore.NewKeyCredential("key"), &voicelive.ClientOptions{
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil },
	})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, call leg.Leg) error {
		s, err := client.Connect(ctx, &voicelive.ConnectOptions{Model: "m"})
		if err != nil {
			return err
		}
		defer s.Close()
		take, err := relay(ctx, s, call)
		if err != nil {
			return err
		}
		return listen(ctx, call, s, take, coalesced)
	}, nil
}

// serveOurs serves the calls of a handler.
func serveOurs(relay relayer) contender {
	return func(l net.Listener, service string, j job) error {
		serve, err := sessions(relay, service, j.Coalesced)
		if err != nil {
			return err
		}
		var handler http.Handler
		switch j.Network {
		case "twilio":
			handler = &twilio.Handler{URL: "wss://example.com/", AllowAnyone: true, AllowAnyTwiML: true, Serve: func(ctx context.Context, call *twilio.Call) error {
				return serve(ctx, call)
			}}
		case "acs":
			handler = &acs.Handler{AllowAnyone: true, Serve: func(ctx context.Context, call *acs.Call) error {
				return serve(ctx, call)
			}}
		}
		return http.Serve(l, handler)
	}
}

// listenSIP serves the calls of an endpoint.
func listenSIP(relay relayer) sipContender {
	return func(service string, j job) (string, io.Closer, error) {
		serve, err := sessions(relay, service, j.Coalesced)
		if err != nil {
			return "", nil, err
		}
		e, err := sip.Listen("127.0.0.1:0", &sip.Options{
			Peers:    []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
			MaxCalls: j.Calls,
			Serve:    func(ctx context.Context, call *sip.Call) error { return serve(ctx, call) },
		})
		if err != nil {
			return "", nil, err
		}
		return e.Addr().String(), e, nil
	}
}

// input takes what comes from a leg beside audio.
type input func(context.Context, leg.Input) error

// listen appends the caller's audio, some packets at once.
func listen(ctx context.Context, call leg.Leg, s *voicelive.Session, take input, coalesced int) error {
	whole := coalesced * call.Format().Bytes(packetTime)
	var waiting []byte
	for {
		in, err := call.Receive(ctx)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = take(ctx, in)
		}
		if err != nil {
			return err
		}
		audio := in.Audio
		if coalesced > 1 {
			if waiting = append(waiting, audio...); len(waiting) < whole {
				continue
			}
			audio = waiting[:whole]
		}
		if len(audio) > 0 {
			if err := s.AppendInputAudioBuffer(ctx, audio); err != nil {
				return err
			}
		}
		if coalesced > 1 {
			waiting = append(waiting[:0], waiting[whole:]...)
		}
	}
}

// relay plays the deltas of a session.
func relay(ctx context.Context, s *voicelive.Session, call leg.Leg) (input, error) {
	play := func(audio []byte, _ int) error { return call.Play(ctx, audio) }
	if marker, ok := leg.As[leg.Marker](call); ok {
		play = func(audio []byte, n int) error { return marker.PlayMarked(ctx, audio, markNames[n%len(markNames)]) }
	}
	go func() {
		for n := 0; ; {
			event, err := s.RecvBorrowed(ctx)
			if err != nil {
				return
			}
			if delta, ok := event.(*voicelive.ServerEventResponseAudioDelta); ok {
				if play(delta.Delta, n) != nil {
					return
				}
				n++
			}
		}
	}()
	return func(context.Context, leg.Input) error { return nil }, nil
}

// markNames are names of marks; only few are on their way at a time.
var markNames = func() (names []string) {
	for n := range 100 {
		names = append(names, strconv.Itoa(n))
	}
	return names
}()

// relayPlayed lets a Player play them.
func relayPlayed(ctx context.Context, s *voicelive.Session, call leg.Leg) (input, error) {
	player := playback.New(ctx, call, s, nil)
	go func() {
		defer player.Close()
		for {
			event, err := s.RecvBorrowed(ctx)
			if err != nil || player.HandleEvent(ctx, event) != nil {
				return
			}
		}
	}()
	return player.HandleInput, nil
}
