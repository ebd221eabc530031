// Package sip makes calls of a SIP trunk, a PBX or a softphone legs of conversations.
//
// An [Endpoint] listens on a UDP port. It accepts calls by a policy, which accepts none by default, and
// hands each of them to a function:
//
//	endpoint, err := sip.Listen(":5060", &sip.Options{
//		Peers: []netip.Prefix{netip.MustParsePrefix("192.0.2.10/32")}, // the PBX
//		Serve: func(ctx context.Context, call *sip.Call) error {
//			_, err := assistant.Serve(ctx, call)
//			return err
//		},
//	})
//
// [Endpoint.Register] makes the endpoint known to a PBX or a trunk, [Endpoint.Dial] calls somebody.
//
// A [Call] is a leg.Leg, a leg.Positioner and a leg.Transferer. Its audio is G.711 in the law that the other
// side prefers, and passes untouched in both directions. Packets go out every 20 ms, which is the clock of
// Position: audio that has been sent counts as heard. Received packets are put in order; what is lost or
// was not sent is an Input.Gap. Keys come by RFC 4733. While the other side holds the call,
// Play waits, and Receive returns no audio. A Call ends when either side hangs up, and with
// [ErrNoMedia] when no RTP comes.
//
// # Who is let in
//
// A packet from an address that is no peer reaches nothing but a check of its credentials. It creates no transaction, no
// call, and no memory; its reply is one packet. A call takes memory when its INVITE is accepted, and Serve
// is called when the other side has confirmed it. RTP is taken from the address that the other side
// named, or from its signalling address.
//
// # What is missing
//
// There is no TCP and no TLS, no SRTP, no RTCP, no video, no codec beside G.711, no 100rel, no registrar, no
// attended transfer, and the endpoint does not hold calls itself. Offers that need one of these are refused.
//
// # Libraries
//
// Signalling is that of emiago/sipgo. The media of emiago/diago are built on blocking readers and writers with a
// ticker of their own, take RTP from any address, and bring DTLS, ICE and SRTP; here RTP is a state
// machine of two small types on pion/rtp, which tests drive in virtual time.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. The methods of an Endpoint may be called from any goroutine, those of
// a Call as leg.Leg says.
package sip
