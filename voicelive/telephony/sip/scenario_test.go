//go:build peers

package sip

import (
	"fmt"
	"strings"
)

// The scenarios of sipp, step by step. Numbers of requests count from 1 in each.
var scenarios = map[string]string{
	// A call that the caller ends.
	"answer": call("<pause/>", send("BYE", 2), receive(200)),
	// A call too many.
	"busy": steps(send("INVITE", 1, outside, sdp()), maybe(100), maybe(180), receive(486), ack(1)),
	// The caller gives up while it rings.
	"cancel": steps(send("INVITE", 1, outside, sdp()), maybe(100), receive(180),
		strings.Replace(send("CANCEL", 1, outside), "[branch]", "[branch-3]", 1), receive(200), receive(487), ack(1)),
	// A call that is held, taken back, refreshed without an offer, and not changed to another codec.
	"hold": call(
		send("INVITE", 2, sdp("a=sendrecv", "a=sendonly")), maybe(100), receive(200, "a=recvonly"), ack(2),
		send("INVITE", 3, sdp()), maybe(100), receive(200, "a=sendrecv"), ack(3),
		send("INVITE", 4), maybe(100), receive(200, "m=audio"), ack(4, sdp("RTP/AVP 0 8", "RTP/AVP 0")),
		send("INVITE", 5, sdp("RTP/AVP 0 8", "RTP/AVP 8")), maybe(100), receive(488), ack(5),
		send("BYE", 6), receive(200)),
	// A call whose offer is left to the other side, with the reply in the ACK.
	"offerless": steps(send("INVITE", 1, outside), maybe(100), receive(200, "m=audio [0-9]+ RTP/AVP 0 8 101"),
		ack(1, sdp("RTP/AVP 0 8", "RTP/AVP 8")), send("BYE", 2), receive(200)),
	// An encrypted call, one with video alone, one in another codec, one with an extension, other methods, and requests
	// about no call.
	"refused": steps(
		send("INVITE", 1, outside, sdp("RTP/AVP", "RTP/SAVP")), maybe(100), receive(488), ack(1),
		send("INVITE", 2, outside, sdp("m=audio", "m=video")), maybe(100), receive(488), ack(2),
		send("INVITE", 3, outside, sdp("RTP/AVP 0 8", "RTP/AVP 9 18")), maybe(100), receive(488), ack(3),
		send("INVITE", 4, outside, sdp(), header("Require: 100rel")), maybe(100), receive(420, "Unsupported: 100rel"), ack(4),
		send("PUBLISH", 5, outside), receive(405, "Allow: INVITE"), send("REGISTER", 6, outside), receive(405),
		send("OPTIONS", 7, outside), receive(200),
		send("BYE", 8, unknown), receive(481), send("NOTIFY", 9, unknown), receive(481), send("CANCEL", 10, outside), receive(481),
		send("INVITE", 11, unknown, sdp()), maybe(100), receive(481), ack(11, unknown)),
	// A call that the other side ends.
	"hangup": call(request("BYE", ""), reply("200 OK")),
	// A transfer that succeeds, with which the call ends, and one that does not.
	"transfer":      call(refer, reply("202 Accepted"), notify(2, "100 Trying"), notify(3, "200 OK"), request("BYE", ""), reply("200 OK")),
	"untransferred": call(refer, reply("202 Accepted"), notify(2, "100 Trying"), notify(3, "486 Busy Here"), send("BYE", 4), receive(200)),
	"unreferred":    call(refer, reply("405 Method Not Allowed"), send("BYE", 2), receive(200)),
	// A caller that never confirms.
	"unconfirmed": steps(send("INVITE", 1, outside, sdp("[media_port]", "[rtp]")), maybe(100), receive(200), `<pause milliseconds="1200"/>`),
	// A registrar that asks for a password.
	"registrar": steps(
		request("REGISTER", ""), reply("401 Unauthorized", header(`WWW-Authenticate: Digest realm="pbx", nonce="a1b2c3", algorithm=MD5, qop="auth"`)),
		request("REGISTER", "Authorization: Digest .*username=.1000.*response=.[0-9a-f]+"), reply("200 OK", header("Expires: 60")),
		request("REGISTER", "Expires: 0"), reply("200 OK")),
	// Somebody who is called, and hangs up; who is busy; and who does not pick up.
	"called": steps(`<recv request="INVITE"><action>
<ereg regexp="tag=([A-Za-z0-9]+)" search_in="hdr" header="From:" assign_to="whole,caller"/><log message="[$whole]"/>
</action></recv>`, reply("180 Ringing", tag), reply("200 OK", tag, here, sdp()),
		request("ACK", ""), `<pause milliseconds="200"/>`, send("BYE", 1, called), receive(200)),
	"called busy": steps(request("INVITE", ""), reply("486 Busy Here", tag), request("ACK", "")),
	"called in vain": steps(request("INVITE", ""), reply("180 Ringing", tag), request("CANCEL", ""), reply("200 OK", tag),
		strings.Replace(reply("487 Request Terminated", tag), "[last_CSeq:]", "CSeq: [last_cseq_number] INVITE", 1), request("ACK", "")),
}

// call is a call that is accepted, and steps in it.
func call(more ...string) string {
	return steps(send("INVITE", 1, outside, sdp()), maybe(100), receive(200, "a=sendrecv"), ack(1), steps(more...))
}

func steps(s ...string) string { return strings.Join(s, "\n") }

// An edit changes a message.
type edit func(string) string

func outside(m string) string { return strings.Replace(m, "[peer_tag_param]", "", 1) }
func unknown(m string) string { return strings.Replace(m, "[peer_tag_param]", ";tag=nobody", 1) }
func tag(m string) string     { return strings.Replace(m, "[last_To:]", "[last_To:];tag=[pid]SIPp", 1) }

func here(m string) string {
	return header("Contact: <sip:sipp@[local_ip]:[local_port]>")(m)
}

// called makes a request that of the side that was called.
func called(m string) string {
	return strings.NewReplacer("tag=[pid]SIPp[call_number]", "tag=[pid]SIPp", "[peer_tag_param]", ";tag=[$caller]").Replace(m)
}

func header(line string) edit {
	return func(m string) string {
		return strings.Replace(m, "Content-Length:", line+"\nContent-Length:", 1)
	}
}

// sdp adds a description, with replacements.
func sdp(replace ...string) edit {
	return func(m string) string {
		return header("Content-Type: application/sdp")(m) + strings.NewReplacer(replace...).Replace(`v=0
o=sipp 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 8
a=sendrecv
`)
	}
}

func body(m string, edits []edit) string {
	for _, edit := range edits {
		m = edit(m)
	}
	return "<![CDATA[\n" + m + "\n]]></send>"
}

func send(method string, n int, edits ...edit) string {
	retransmit := ` retrans="500"`
	if method == "ACK" {
		retransmit = ""
	}
	return fmt.Sprintf("<send%s>", retransmit) + body(fmt.Sprintf(`%s sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:sipp@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: %d %[1]s
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: [len]

`, method, n), edits)
}

func ack(n int, edits ...edit) string { return send("ACK", n, edits...) }

func notify(n int, line string) string {
	return steps(send("NOTIFY", n, header("Event: refer\nSubscription-State: active\nContent-Type: message/sipfrag"),
		func(m string) string { return m + "SIP/2.0 " + line + "\n" }), receive(200))
}

func reply(status string, edits ...edit) string {
	return "<send>" + body("SIP/2.0 "+status+`
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: [len]

`, edits)
}

func maybe(status int) string { return fmt.Sprintf(`<recv response="%d" optional="true"/>`, status) }

// receive waits for a response that has what a regular expression says.
func receive(status int, has ...string) string {
	return fmt.Sprintf(`<recv response="%d">%s</recv>`, status, check(strings.Join(has, "")))
}

func request(method, has string) string {
	return fmt.Sprintf(`<recv request="%s">%s</recv>`, method, check(has))
}

var refer = request("REFER", "Refer-To: .sip:colleague@127.0.0.1")

var checks int

func check(has string) string {
	if has == "" {
		return ""
	}
	checks++
	return fmt.Sprintf(`<action><ereg regexp="%s" search_in="msg" check_it="true" assign_to="found%d"/><log message="[$found%[2]d]"/></action>`, has, checks)
}
