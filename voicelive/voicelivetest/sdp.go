package voicelivetest

import (
	"strings"
)

// simulatedSDP is an SDP that no peer can connect to: the discard port, and no candidates.
var simulatedSDP = strings.Join([]string{
	"v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0",
	"a=ice-ufrag:simulated", "a=ice-pwd:simulatedsimulatedsimulated", "a=setup:active", "a=rtpmap:111 opus/48000/2", "a=sendrecv", "",
}, "\r\n")
