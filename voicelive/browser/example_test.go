package browser_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/go-voicelive/voicelive-go/voicelive/browser"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// A call is a leg. Here the user of the page hears what the user says; usually an agent serves the leg.
func Example() {
	echo := func(ctx context.Context, call *browser.Call) error {
		call.Show(browser.View{Notice: "You hear yourself."})
		for {
			in, err := call.Receive(ctx)
			if err != nil {
				return nil // the user has hung up
			}
			if err := call.Play(ctx, in.Audio); err != nil {
				return err
			}
		}
	}
	handler, err := browser.NewHandler(echo, &browser.Options{Format: leg.PCM24kHz, Title: "Echo"})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(handler) // open its URL in a browser
	defer server.Close()
	reply, err := server.Client().Get(server.URL)
	fmt.Println(reply.Status, err)
	// Output:
	// 200 OK <nil>
}
