package sip

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

var offered audio.Format // any

const plain = `v=0
o=- 1 1 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
m=audio 4000 RTP/AVP 8 0 96
a=rtpmap:96 telephone-event/8000
`

func TestOffersAreAgreedTo(t *testing.T) {
	for _, test := range []struct {
		name    string
		offer   string
		like    audio.Format
		want    string // empty if it is refused
		address string
		reply   string // what the answer has
		held    bool
	}{
		{"two laws", plain, offered, "alaw", "192.0.2.1:4000", "a=sendrecv", false},
		{"two laws, in a call", plain, leg.MuLaw, "mulaw", "192.0.2.1:4000", "m=audio 6000 RTP/AVP 0 96\r\n", false},
		{"another law than that of the call", strings.Replace(plain, " 8 0 96", " 8", 1), leg.MuLaw, "", "", "", false},
		{"no keys", strings.Replace(plain, "telephone-event", "opus", 1), offered, "alaw", "192.0.2.1:4000", "m=audio 6000 RTP/AVP 8\r\n", false},
		{"an address of the media", plain + "c=IN IP4 192.0.2.2/127\n", offered, "alaw", "192.0.2.2:4000", "", false},
		{"IPv6", strings.ReplaceAll(plain, "IP4 192.0.2.1", "IP6 2001:db8::1"), offered, "alaw", "[2001:db8::1]:4000", "", false},
		{"a hold", plain + "a=sendonly\n", offered, "alaw", "192.0.2.1:4000", "a=recvonly", true},
		{"a hold of the session", strings.Replace(plain, "t=0 0", "t=0 0\na=inactive", 1), offered, "alaw", "192.0.2.1:4000", "a=inactive", true},
		{"a hold of old", strings.Replace(plain, "c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0", 1), offered, "alaw", "0.0.0.0:4000", "a=recvonly", true},
		{"a listener", plain + "a=recvonly\n", offered, "alaw", "192.0.2.1:4000", "a=sendonly", false},
		{"video first", strings.Replace(plain, "m=audio", "m=video 5000 RTP/AVP 99\na=sendonly\nm=audio", 1), offered, "alaw", "192.0.2.1:4000", "m=video 0 RTP/AVP 99\r\nm=audio 6000", false},
		{"video after it", plain + "m=video 5000 RTP/AVP 99\na=sendonly\nc=IN IP4 192.0.2.9\n", offered, "alaw", "192.0.2.1:4000", "m=video 0 RTP/AVP 99", false},
		{"SRTP", strings.Replace(plain, "RTP/AVP", "RTP/SAVP", 1), offered, "", "", "", false},
		{"a port of 0", strings.Replace(plain, "4000", "0", 1), offered, "", "", "", false},
		{"a port that is none", strings.Replace(plain, "4000", "70000", 1), offered, "", "", "", false},
		{"a name in place of an address", strings.Replace(plain, "c=IN IP4 192.0.2.1", "c=IN IP4 host.example", 1), offered, "", "", "", false},
		{"a multicast address", strings.Replace(plain, "c=IN IP4 192.0.2.1", "c=IN IP4 224.2.1.1", 1), offered, "", "", "", false},
		{"too many media", plain + strings.Repeat("m=video 1 RTP/AVP 99\n", maxMedia), offered, "", "", "", false},
		{"a long line", plain + "m=" + strings.Repeat("x", maxMediaLine+1) + "\n", offered, "", "", "", false},
		{"nothing", "", offered, "", "", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, err := agree([]byte(strings.ReplaceAll(test.offer, "\n", "\r\n")), test.like)
			if (err == nil) != (test.want != "") {
				t.Fatalf("agree: %v", err)
			}
			if err != nil {
				return
			}
			if string(a.format.Encoding) != test.want || a.address.String() != test.address || a.held != test.held {
				t.Errorf("got %v at %v, held %v", a.format, a.address, a.held)
			}
			if answer := string(a.answer(netip.MustParseAddrPort("192.0.2.20:6000"))); !strings.Contains(answer, test.reply) {
				t.Errorf("the answer has no %q:\n%s", test.reply, answer)
			}
		})
	}
}
