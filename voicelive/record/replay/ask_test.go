package replay_test

import (
	"context"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// ask is the program of the example: it asks something.
func ask(srv *voicelivetest.Server, question string) {
	ctx := context.Background()
	client, err := srv.NewClient()
	if err != nil {
		fmt.Println(err)
		return
	}
	session, err := client.Connect(ctx, &voicelive.ConnectOptions{Model: "gpt-realtime"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	item := &voicelive.UserMessageItem{ID: new("item_1"), Content: []voicelive.MessageContentPart{&voicelive.InputTextContentPart{Text: question}}}
	if err := session.Send(ctx, &voicelive.ClientEventConversationItemCreate{EventID: new("event_1"), Item: item}); err != nil {
		fmt.Println(err)
		return
	}
	for _, err := range session.Events(ctx) {
		if err != nil {
			return // the replay has closed the session
		}
	}
}
