package main

import (
	"fmt"
	"net"
	"strings"
	"time"
)

// setupTime is between calls: an endpoint reads 300 packets of signalling a second.
const setupTime = 10 * time.Millisecond

// callers are the telephones of SIP, which have one socket for signalling. Nothing is repeated: no packet is lost on the
// loopback unless a bridge is.
type callers struct {
	conn    net.Conn
	replies chan string // to INVITE
}

func newCallers(bridge string) (*callers, error) {
	conn, err := net.Dial("udp", bridge)
	if err != nil {
		return nil, err
	}
	return &callers{conn, make(chan string, 1)}, nil
}

// read takes responses, and confirms what the bridge requests, which is the end of calls.
func (s *callers) read() {
	buf := make([]byte, 8<<10)
	for {
		n, err := s.conn.Read(buf)
		if err != nil {
			return
		}
		message := string(buf[:n])
		switch {
		case strings.HasPrefix(message, "SIP/2.0 1"): // it goes on
		case strings.HasPrefix(message, "SIP/2.0 "):
			select {
			case s.replies <- message:
			default: // one that was repeated
			}
		default:
			s.conn.Write(sipOK(message, "", s.contact(), ""))
		}
	}
}

func (s *callers) contact() string { return "caller@" + s.conn.LocalAddr().String() }

// call makes a call, and returns the port where the bridge takes its audio.
func (s *callers) call(number int, port uint16) (uint16, error) {
	bridge := s.conn.RemoteAddr().String()
	id := fmt.Sprintf("Call-ID: %d@127.0.0.1", number)
	request := func(method, branch, to, body string) []byte {
		return sipMessage([]string{
			method + " sip:agent@" + bridge + " SIP/2.0",
			fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=z9hG4bK%s%d", s.conn.LocalAddr(), branch, number), "Max-Forwards: 70",
			fmt.Sprintf("From: <sip:%s>;tag=%d", s.contact(), number), to, id, "CSeq: 1 " + method, "Contact: <sip:" + s.contact() + ">",
		}, body)
	}
	if _, err := s.conn.Write(request("INVITE", "invite", "To: <sip:agent@"+bridge+">", sdp(port))); err != nil {
		return 0, err
	}
	late := time.After(patience)
	for {
		select {
		case reply := <-s.replies:
			if sipLine(reply, "Call-ID:") != id {
				continue
			}
			if !strings.HasPrefix(reply, "SIP/2.0 200") {
				return 0, fmt.Errorf("the bridge replies %.100q", reply)
			}
			if _, err := s.conn.Write(request("ACK", "ack", sipLine(reply, "To:"), "")); err != nil {
				return 0, err
			}
			return sdpPort(reply)
		case <-late:
			return 0, fmt.Errorf("the bridge did not reply to call %d", number)
		}
	}
}

// invite makes a call by SIP.
func (p *peer) invite(c *peerCall) error {
	conn, err := listenRTP()
	if err != nil {
		return err
	}
	c.telephone = conn
	port, err := p.callers.call(c.number, conn.port())
	if err != nil {
		return err
	}
	conn.to = loopback(port)
	p.readers.Go(func() { p.readRTP(c, conn) })
	time.Sleep(setupTime)
	return nil
}

// readRTP takes packets until the socket is closed.
func (p *peer) readRTP(c *peerCall, conn *rtpConn) {
	buf := make([]byte, 2048)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		if err := p.playRTP(c, time.Now(), buf[:n]); err != nil {
			p.fail(err)
			return
		}
	}
}

// playRTP takes what a bridge sends to a caller. Latency is how late a packet is by its timestamp, beside the
// earliest packet of the call.
func (p *peer) playRTP(c *peerCall, now time.Time, packet []byte) error {
	sequence, stamp, audio, ok := parseRTP(packet)
	if !ok {
		return fmt.Errorf("the caller got %.100q", packet)
	}
	s := &c.source
	if !s.began {
		*s = source{began: true, sequence: sequence, stamp: stamp, earliest: now}
	}
	if sequence != s.sequence {
		return fmt.Errorf("the caller got packet %d in place of %d", sequence, s.sequence)
	}
	s.sequence++
	left := now.Add(-samples(stamp - s.stamp))
	if left.Before(s.earliest) {
		s.earliest = left
	}
	if p.measuring.Load() {
		p.out.Add(left.Sub(s.earliest))
	}
	if silent(audio) {
		return nil
	}
	p.media.Add(1)
	p.compare(c, &c.replied, p.replies, audio, &p.played)
	return nil
}

// samples is how long some of them last, at 8 kHz.
func samples(n uint32) time.Duration { return time.Duration(n) * (time.Second / 8000) }

// A source is what a caller knows of the packets of a bridge.
type source struct {
	began    bool
	sequence uint16 // of the next
	stamp    uint32 // of the first
	earliest time.Time
}
