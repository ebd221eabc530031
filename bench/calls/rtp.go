package main

import (
	"encoding/binary"
	"net"
	"net/netip"
)

// rtpHeader is the size of a header without extensions.
const rtpHeader = 12

// appendRTP appends packet k of a call, with audio in µ-law.
func appendRTP(b []byte, k int, audio []byte) []byte {
	b = append(b, 0x80, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(k))
	b = binary.BigEndian.AppendUint32(b, uint32(k*len(audio)))
	b = append(b, 1, 2, 3, 4) // the source
	return append(b, audio...)
}

// parseRTP returns what a packet of µ-law says. The audio is valid as long as the packet.
func parseRTP(b []byte) (sequence uint16, stamp uint32, audio []byte, ok bool) {
	if len(b) <= rtpHeader || b[0] != 0x80 || b[1]&0x7f != 0 {
		return 0, 0, nil, false
	}
	return binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:]), b[rtpHeader:], true
}

// silence is a byte of µ-law.
const silence = 0xff

// silent reports whether nothing is to be heard.
func silent(audio []byte) bool {
	for _, b := range audio {
		if b != silence {
			return false
		}
	}
	return true
}

// An rtpConn sends to one address.
type rtpConn struct {
	*net.UDPConn
	to netip.AddrPort
}

// listenRTP opens a socket, whose packets go nowhere yet.
func listenRTP() (*rtpConn, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(loopback(0)))
	return &rtpConn{UDPConn: conn}, err
}

func (c *rtpConn) port() uint16 { return c.LocalAddr().(*net.UDPAddr).AddrPort().Port() }

func (c *rtpConn) Write(packet []byte) (int, error) { return c.WriteToUDPAddrPort(packet, c.to) }

func loopback(port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
}
