package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
)

// listenSIPFloor does for SIP what serveFloor does for the others: RTP in order is taken as it is, and packets leave
// every 20 ms.
func listenSIPFloor(service string, j job) (string, io.Closer, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(loopback(0)))
	if err != nil {
		return "", nil, err
	}
	address := conn.LocalAddr().String()
	go func() {
		buf := make([]byte, 8<<10)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			if request := string(buf[:n]); strings.HasPrefix(request, "INVITE ") {
				go floorCall(conn, from, request, address, service, j)
			}
		}
	}()
	return address, conn, nil
}

// floorCall accepts a call, and serves it until its session ends.
func floorCall(signalling *net.UDPConn, caller netip.AddrPort, invite, contact, service string, j job) {
	telephone, err := listenRTP()
	if err != nil {
		return
	}
	defer telephone.Close()
	port, err := sdpPort(invite)
	if err != nil {
		return
	}
	telephone.to = loopback(port)
	if _, err := signalling.WriteToUDPAddrPort(sipOK(invite, ";tag=1", contact, sdp(telephone.port())), caller); err != nil {
		return
	}
	session, before, err := live.Dial(context.Background(), new(net.Dialer).DialContext, service)
	if err != nil {
		return
	}
	defer session.Close()
	var q floorQueue
	go floorRTP(telephone, session, j.Coalesced)
	go q.send(telephone)
	q.fill(live.NewReader(session, before))
}

// floorRTP appends what the caller says.
func floorRTP(telephone *rtpConn, session net.Conn, coalesced int) {
	var waiting, text, out []byte
	buf := make([]byte, 2048)
	for packets := 1; ; packets++ {
		n, err := telephone.Read(buf)
		if err != nil {
			return
		}
		_, _, audio, ok := parseRTP(buf[:n])
		if !ok {
			continue
		}
		if waiting = append(waiting, audio...); packets%coalesced != 0 {
			continue
		}
		text = base64.StdEncoding.AppendEncode(text[:0], waiting)
		waiting = waiting[:0]
		out = floorAppend(out[:0], text)
		if _, err := session.Write(out); err != nil {
			return
		}
	}
}

// A floorQueue is audio that waits to be sent.
type floorQueue struct {
	mu    sync.Mutex
	audio []byte
}

// fill takes what the service says.
func (q *floorQueue) fill(frames *live.Reader) {
	for {
		_, event, err := frames.Next()
		if err != nil {
			return
		}
		if text, ok := live.StringMember(event, `"delta":"`); ok {
			q.mu.Lock()
			q.audio, _ = base64.StdEncoding.AppendDecode(q.audio, text)
			q.mu.Unlock()
		}
	}
}

// send sends a packet every 20 ms, until the socket is closed.
func (q *floorQueue) send(telephone *rtpConn) {
	audio := bytes.Repeat([]byte{silence}, 160)
	var packet []byte
	began := time.Now()
	for k := 0; ; k++ {
		time.Sleep(time.Until(began.Add(time.Duration(k) * packetTime)))
		q.mu.Lock()
		n := copy(audio, q.audio)
		q.audio = q.audio[:copy(q.audio, q.audio[n:])]
		q.mu.Unlock()
		for i := n; i < len(audio); i++ {
			audio[i] = silence
		}
		packet = appendRTP(packet[:0], k, audio)
		if _, err := telephone.Write(packet); err != nil {
			return
		}
	}
}
