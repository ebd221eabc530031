package sip_test

import (
	"context"
	"fmt"
	"log"
	"net/netip"

	"github.com/go-voicelive/voicelive-go/voicelive/telephony/sip"
)

func Example() {
	endpoint, err := sip.Listen("127.0.0.1:0", &sip.Options{
		Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, // of a PBX
		Serve: func(ctx context.Context, call *sip.Call) error { // or Serve of an agent.Agent
			fmt.Println("a call in", call.Format())
			return nil // hangs up
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer endpoint.Close()
	pbx, err := sip.Listen("127.0.0.1:0", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer pbx.Close()
	call, err := pbx.Dial(context.Background(), "sip:agent@"+endpoint.Addr().String(), nil)
	if err != nil {
		log.Fatal(err)
	}
	for err == nil {
		_, err = call.Receive(context.Background())
	}
	fmt.Println("then", err)
	// Output:
	// a call in mulaw, 8000 Hz, mono
	// then EOF
}
