// Command example is an agent that a softphone on this machine can call:
//
//	go run ./example
//	baresip -e "/dial sip:agent@127.0.0.1:5060"
//
// It talks to a simulator, which replies with the words of the user; see newClient.
package main

import (
	"context"
	"flag"
	"log"
	"net/netip"
	"os"
	"os/signal"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/sip"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:5060", "the UDP `address` of the agent")
	flag.Parse()
	client, err := newClient()
	if err != nil {
		log.Fatal(err)
	}
	assistant := &agent.Agent{
		Client:   client,
		Connect:  voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{Instructions: new("You are on the phone. Be brief.")}},
		Greeting: agent.Say("Hello, how can I help?"),
	}
	endpoint, err := sip.Listen(*listen, &sip.Options{
		Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, // or that of a PBX
		Serve: func(ctx context.Context, call *sip.Call) error {
			report, err := assistant.Serve(ctx, call)
			if report != nil { // nil if the conversation could not begin
				log.Printf("%s talked for %v, until %v:\n%s", call.From, report.Duration, report.Reason, report.Transcript.Text())
			}
			return err
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer endpoint.Close()
	log.Printf("call sip:agent@%v", endpoint.Addr())
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, os.Interrupt)
	<-interrupt
}

// newClient returns a client of a simulator. For Azure, use voicelive.NewClient or NewClientWithKeyCredential.
func newClient() (*voicelive.Client, error) {
	srv, err := voicelivetest.Start(nil)
	if err != nil {
		return nil, err
	}
	return srv.NewClient()
}
