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
	"syscall"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/sip"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func main() {
	address := flag.String("listen", "127.0.0.1:5060", "the UDP `address` of the agent")
	flag.Parse()
	client, err := newClient()
	if err != nil {
		log.Fatal(err)
	}
	endpoint, err := listen(*address, client, func(r *agent.Report) {
		log.Printf("a call of %v, until %v:\n%s", r.Duration, r.Reason, r.Transcript.Text())
	})
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("call sip:agent@%v", endpoint.Addr())

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	<-ctx.Done()
	stop() // a second signal ends the program at once
	wait, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if err := endpoint.Shutdown(wait); err != nil {
		log.Print(err)
	}
}

// listen returns an endpoint at which an agent takes calls. It gives the report of each call to keep.
func listen(address string, client *voicelive.Client, keep func(*agent.Report)) (*sip.Endpoint, error) {
	assistant := &agent.Agent{
		Client:   client,
		Connect:  voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{Instructions: new("You are on the phone. Be brief.")}},
		Greeting: agent.Say("Hello, how can I help?"),
	}
	return sip.Listen(address, &sip.Options{
		Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, // or that of a PBX
		Serve: func(ctx context.Context, call *sip.Call) error {
			report, err := assistant.Serve(ctx, call)
			if report != nil { // nil if the conversation could not begin
				keep(report)
			}
			return err
		},
	})
}

// newClient returns a client of a simulator. For Azure, use voicelive.NewClient or NewClientWithKeyCredential.
func newClient() (*voicelive.Client, error) {
	srv, err := voicelivetest.Start(nil)
	if err != nil {
		return nil, err
	}
	return srv.NewClient()
}
