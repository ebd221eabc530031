package sip

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// How many media an offer may have, and how long the line of one may be. Each is a line of the reply, which must fit
// into a packet.
const (
	maxMedia     = 8
	maxMediaLine = 256
)

// The payload types of RFC 3551, and the one of keys that offers name.
const (
	pcmu        = 0
	pcma        = 8
	offerDigits = 101
)

var errNoCommonMedia = errors.New("sip: the other side offers no G.711 over RTP/AVP")

// An agreement is what an offer and its reply have settled.
type agreement struct {
	address netip.AddrPort // of the other side
	format  audio.Format
	audio   uint8 // payload types
	digits  uint8 // noPayload if there are no keys
	held    bool  // the other side does not listen
	silent  bool  // the other side need not send

	reply string   // the direction in the reply
	media []string // the lines m= of the offer
	chose int      // the one of these that is used
}

// agree reads the session description of an offer or of its reply. Of the codecs it takes the first, which the other
// side likes best; only that of like if its rate is not 0.
func agree(body []byte, like audio.Format) (agreement, error) {
	a := agreement{digits: noPayload, chose: -1, reply: "sendrecv"}
	sessionDirection := "sendrecv"
	var session, address netip.Addr
	var port uint16
	for line := range strings.Lines(string(body)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			continue
		}
		chosen := a.chose >= 0 && a.chose == len(a.media)-1 // the lines are about the media that is used
		switch {
		case name == "m":
			if a.media = append(a.media, value); len(a.media) > maxMedia || len(value) > maxMediaLine {
				return a, errNoCommonMedia
			}
			if a.chose < 0 {
				port = a.choose(value, like)
				a.reply = sessionDirection
			}
		case name == "c" && len(a.media) == 0:
			session = connection(value)
		case name == "c" && chosen:
			address = connection(value)
		case name == "a" && len(a.media) == 0:
			sessionDirection = direction(value, sessionDirection)
		case name == "a" && chosen:
			a.reply = direction(value, a.reply)
			a.attribute(value)
		}
	}
	if !address.IsValid() {
		address = session
	}
	if a.chose < 0 || !address.IsValid() {
		return a, errNoCommonMedia
	}
	a.address = netip.AddrPortFrom(address, port)
	a.settleDirection()
	return a, nil
}

// choose takes a line m= if it can be used, and returns its port.
func (a *agreement) choose(value string, like audio.Format) uint16 {
	f := strings.Fields(value)
	if len(f) < 4 || f[0] != "audio" || f[2] != "RTP/AVP" {
		return 0
	}
	port, err := strconv.ParseUint(f[1], 10, 16)
	if err != nil || port == 0 {
		return 0
	}
	for _, kind := range f[3:] {
		switch {
		case kind == "0" && (like == leg.MuLaw || like.Rate == 0):
			a.format, a.audio = leg.MuLaw, pcmu
		case kind == "8" && (like == leg.ALaw || like.Rate == 0):
			a.format, a.audio = leg.ALaw, pcma
		default:
			continue
		}
		a.chose = len(a.media) - 1
		return uint16(port)
	}
	return 0
}

// attribute looks for the payload type of keys.
func (a *agreement) attribute(value string) {
	kind, codec, ok := strings.Cut(strings.TrimPrefix(value, "rtpmap:"), " ")
	if !ok || !strings.EqualFold(strings.TrimSpace(codec), "telephone-event/8000") {
		return
	}
	if n, err := strconv.ParseUint(kind, 10, 7); err == nil && uint8(n) != a.audio {
		a.digits = uint8(n)
	}
}

// settleDirection derives the direction of the reply from that of the offer.
func (a *agreement) settleDirection() {
	a.held = a.reply == "sendonly" || a.reply == "inactive" || a.address.Addr().IsUnspecified()
	a.silent = a.held || a.reply == "recvonly"
	switch {
	case a.reply == "sendonly":
		a.reply = "recvonly"
	case a.reply == "recvonly":
		a.reply = "sendonly"
	case a.address.Addr().IsUnspecified():
		a.reply = "recvonly"
	}
}

func direction(value, otherwise string) string {
	switch value {
	case "sendrecv", "sendonly", "recvonly", "inactive":
		return value
	}
	return otherwise
}

// connection reads the value of a line c=. It is invalid if it names a host, which a reader of packets cannot compare.
func connection(value string) netip.Addr {
	f := strings.Fields(value)
	if len(f) != 3 || f[0] != "IN" {
		return netip.Addr{}
	}
	address, _, _ := strings.Cut(f[2], "/")
	parsed, err := netip.ParseAddr(address)
	if err != nil || parsed.IsMulticast() {
		return netip.Addr{}
	}
	return parsed.Unmap()
}

// offer describes both laws and keys.
func offer(local netip.AddrPort) []byte {
	b := beginSDP(local)
	fmt.Fprintf(b, "m=audio %d RTP/AVP %d %d %d\r\n", local.Port(), pcmu, pcma, offerDigits)
	describe(b, "sendrecv", []uint8{pcmu, pcma, offerDigits})
	return []byte(b.String())
}

// answer describes what was agreed to whoever made the offer.
func (a *agreement) answer(local netip.AddrPort) []byte {
	b := beginSDP(local)
	for i, m := range a.media {
		if i != a.chose {
			refuse(b, m)
			continue
		}
		kinds := []uint8{a.audio}
		if a.digits != noPayload {
			kinds = append(kinds, a.digits)
		}
		fmt.Fprintf(b, "m=audio %d RTP/AVP", local.Port())
		for _, kind := range kinds {
			fmt.Fprintf(b, " %d", kind)
		}
		b.WriteString("\r\n")
		describe(b, a.reply, kinds)
	}
	return []byte(b.String())
}

// refuse writes a media of the offer with port 0.
func refuse(b *strings.Builder, m string) {
	f := append(strings.Fields(m), "audio", "0", "RTP/AVP", "0")[:4]
	fmt.Fprintf(b, "m=%s 0 %s %s\r\n", f[0], f[2], f[3])
}

func beginSDP(local netip.AddrPort) *strings.Builder {
	family := "IP4"
	if local.Addr().Is6() {
		family = "IP6"
	}
	// The versions of a description increase in a call.
	b := new(strings.Builder)
	fmt.Fprintf(b, "v=0\r\no=- %d %d IN %s %s\r\ns=-\r\nc=IN %[3]s %[4]s\r\nt=0 0\r\n", local.Port(), time.Now().UnixMicro(), family, local.Addr())
	return b
}

func describe(b *strings.Builder, direction string, kinds []uint8) {
	for _, kind := range kinds {
		switch kind {
		case pcmu:
			b.WriteString("a=rtpmap:0 PCMU/8000\r\n")
		case pcma:
			b.WriteString("a=rtpmap:8 PCMA/8000\r\n")
		default:
			fmt.Fprintf(b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%[1]d 0-15\r\n", kind)
		}
	}
	fmt.Fprintf(b, "a=ptime:%d\r\na=%s\r\n", leg.Packet.Milliseconds(), direction)
}
