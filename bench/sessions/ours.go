package main

import (
	"context"
	"net/http"
	"net/url"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// ours holds a conversation with this package.
type ours struct{ session *voicelive.Session }

// borrower is ours with events that the next overwrites.
type borrower struct{ ours }

// dialOurs opens all conversations with one client, as an application does.
func dialOurs(borrow bool) func(dialer, string) (opener, error) {
	return func(dial dialer, addr string) (opener, error) {
		client, err := voicelive.NewClientWithKeyCredential("http://"+addr, azcore.NewKeyCredential("key"), &voicelive.ClientOptions{
			DialContext: dial,
			Proxy:       func(*http.Request) (*url.URL, error) { return nil, nil },
		})
		return func(ctx context.Context) (conversation, error) {
			s, err := client.Connect(ctx, &voicelive.ConnectOptions{Model: "m"})
			if err != nil {
				return nil, err
			}
			if borrow {
				return &borrower{ours{s}}, nil
			}
			return &ours{s}, nil
		}, err
	}
}

func (o *ours) receive() ([]byte, int64, error) {
	event, err := o.session.Recv(context.Background())
	return pcmOf(event, err)
}

func (b *borrower) receive() ([]byte, int64, error) {
	event, err := b.session.RecvBorrowed(context.Background())
	return pcmOf(event, err)
}

func pcmOf(event voicelive.ServerEvent, err error) ([]byte, int64, error) {
	if err != nil {
		return nil, 0, err
	}
	delta, ok := event.(*voicelive.ServerEventResponseAudioDelta)
	if !ok {
		return nil, 0, nil
	}
	at, err := sentAt(delta.GetEventID())
	return delta.Delta, at, err
}

func (o *ours) send(pcm []byte) error {
	return o.session.AppendInputAudioBuffer(context.Background(), pcm)
}

func (o *ours) close() { o.session.Close() }

var borrowedDelta voicelive.ServerEvent = new(voicelive.ServerEventResponseAudioDelta)

func decodeBorrowed(event []byte) (err error) {
	borrowedDelta, err = voicelive.UnmarshalServerEventInto(event, borrowedDelta)
	return err
}
