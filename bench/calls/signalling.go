package main

import (
	"fmt"
	"strings"
)

// sdp describes audio in µ-law.
func sdp(port uint16) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\n", port)
}

// sdpPort is where the other side wants to have its audio.
func sdpPort(message string) (port uint16, err error) {
	_, rest, _ := strings.Cut(message, "m=audio ")
	if _, err := fmt.Sscan(rest, &port); err != nil {
		return 0, fmt.Errorf("a message has no port for audio: %q", message)
	}
	return port, nil
}

// sipLine is the first line of a message that begins with a name.
func sipLine(message, name string) string {
	for line := range strings.SplitSeq(message, "\r\n") {
		if strings.HasPrefix(line, name) {
			return line
		}
	}
	return ""
}

// sipMessage ends a message with its body.
func sipMessage(lines []string, body string) []byte {
	if body != "" {
		lines = append(lines, "Content-Type: application/sdp")
	}
	return fmt.Appendf(nil, "%s\r\nContent-Length: %d\r\n\r\n%s", strings.Join(lines, "\r\n"), len(body), body)
}

// sipOK is the response to a request that succeeds. To is what the header To has in addition, such as a tag.
func sipOK(request, to, contact, body string) []byte {
	return sipMessage([]string{
		"SIP/2.0 200 OK", sipLine(request, "Via:"), sipLine(request, "From:"), sipLine(request, "To:") + to,
		sipLine(request, "Call-ID:"), sipLine(request, "CSeq:"), "Contact: <sip:" + contact + ">",
	}, body)
}
