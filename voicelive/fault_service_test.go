package voicelive

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A breakable is a connection that can end in every way; see wstest.LineConn and tcpEnd.
type breakable interface {
	net.Conn
	Finish()
	Abort()
	Vanish()
	Arrival() time.Time
}

// A service is the peer of one connection of a schedule. It numbers its events.
type service struct {
	sc   *schedule
	run  *run
	conn breakable
	peer *peer

	over    chan struct{} // closed by the test, at the end
	gone    chan struct{} // closed when nothing more can be read
	bye     chan struct{} // closed when the client's close frame came first
	settled chan struct{} // closed when nothing more will be done but to answer
	wake    chan struct{}
	leaving bool // the farewell is said

	mu      sync.Mutex
	outbox  []func() bool // what reading leads to
	rest    time.Duration // reading stops for so long; negative is for good
	closing bool          // a close frame was sent, or what makes the client send one

	// What it did and saw; the test looks when it is over.
	begun, said int       // events of which a byte, and all bytes, were written
	sizes       []int     // of the contents
	endAt       time.Time // when the end arrives at the client; zero if it does not
	end         ending    // as it was written
	closeCode   int       // that the client sent; 0 is none
	arrived     [][]int   // the sequence numbers of each sender's events
	finished    bool      // the client's end of the connection came in order
}

func newService(r *run, conn breakable) *service {
	return &service{
		sc: r.sc, run: r, conn: conn, peer: &peer{&wstest.Peer{Conn: conn}},
		over: make(chan struct{}), gone: make(chan struct{}), bye: make(chan struct{}), settled: make(chan struct{}), wake: make(chan struct{}, 1),
		arrived: make([][]int, len(r.sc.senders)),
	}
}

// serve follows the schedule. It returns when the test says so.
func (v *service) serve(handshake string) {
	var reader sync.WaitGroup
	if v.accept(handshake) {
		reader.Go(v.read)
		if v.begun > 0 {
			v.act()
		}
	}
	select {
	case <-v.settled:
	default:
		close(v.settled)
	}
	v.wait(-1)
	<-v.over
	v.conn.Close()
	reader.Wait()
}

// accept answers the handshake, and reports whether there is a session to serve.
func (v *service) accept(fault string) bool {
	conn, delay := v.conn, v.sc.begin.delay
	pause := func(d time.Duration) {
		select {
		case <-time.After(d):
		case <-v.over:
		}
	}
	switch fault {
	case "":
	case "retry":
		io.WriteString(conn, refusal(503, "later"))
		conn.Close()
		return false
	case "refuse":
		io.WriteString(conn, refusal([]int{400, 401, 403, 404, 429, 500}[delay%6], strings.Repeat("no", int(delay%1000))))
		conn.Close()
		return false
	case "drop":
		conn.Close()
		return false
	case "reset":
		conn.Abort()
		return false
	case "garbage":
		conn.Write(bytes.Repeat([]byte{byte(delay)}, 1+int(delay%5000)))
		conn.Close()
		return false
	case "flood":
		for {
			if _, err := io.WriteString(conn, "HTTP/1.1 101 "+strings.Repeat("x", 1000)); err != nil {
				return false
			}
		}
	case "stall":
		pause(delay)
	}
	var answer bytes.Buffer
	p, err := accept(&halfConn{Conn: conn, w: &answer})
	if err != nil {
		return false
	}
	v.peer.R = p.R
	text := answer.String()
	switch fault {
	case "accept":
		text = strings.Replace(text, "Sec-WebSocket-Accept: ", "Sec-WebSocket-Accept: x", 1)
	case "extension":
		text = strings.Replace(text, "\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n", 1)
	case "slow":
		for i := range len(text) - 1 {
			conn.Write([]byte{text[i]})
			pause(delay / 200)
		}
		text = text[len(text)-1:]
	}
	if _, err := io.WriteString(conn, text); err != nil {
		return false
	}
	switch fault {
	case "mute":
		return true
	case "error":
		v.peer.text(`{"type":"error","error":{"type":"t","code":"no","message":"m"}}`)
		return true
	case "close":
		v.finale(ending{kind: "close", code: 1011})
		return true
	}
	v.begin(0)
	return v.write(0x81, []byte(`{"type":"session.created","event_id":"0","session":{"id":"sess_1","model":"m"}}`)) && v.did()
}

// halfConn reads from a connection and writes somewhere else.
type halfConn struct {
	net.Conn
	w io.Writer
}

func (c *halfConn) Write(p []byte) (int, error) { return c.w.Write(p) }

// act does the deeds and the ending, unless the client closes.
func (v *service) act() {
	for _, d := range v.sc.deeds {
		if !v.wait(d.pause) || !v.deed(d) {
			return
		}
	}
	if v.wait(v.sc.end.pause) {
		v.finale(v.sc.end)
	}
}

// wait lets time pass, and writes what reading leads to. It reports whether the
// connection and the session still live. A negative time is until they do not.
func (v *service) wait(d time.Duration) bool {
	var timer <-chan time.Time
	if d >= 0 {
		timer = time.After(d)
	} else {
		select {
		case <-v.settled:
		default:
			close(v.settled)
		}
	}
	bye := v.bye
	if v.leaving {
		bye = nil
	}
	for {
		if !v.flush() {
			return false
		}
		select {
		case <-timer:
			return true
		case <-v.wake:
		case <-v.gone:
			return false
		case <-v.over:
			return false
		case <-bye:
			v.leaving = true
			v.sayGoodbye()
			return false
		}
	}
}

func (v *service) flush() bool {
	for {
		v.mu.Lock()
		if len(v.outbox) == 0 {
			v.mu.Unlock()
			return true
		}
		f := v.outbox[0]
		v.outbox = v.outbox[1:]
		v.mu.Unlock()
		if !f() {
			return false
		}
	}
}

func (v *service) post(f func() bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.closing {
		v.outbox = append(v.outbox, f)
		select {
		case v.wake <- struct{}{}:
		default:
		}
	}
}

func (v *service) write(first byte, payload []byte) bool { return v.peer.Frame(first, payload) == nil }

// begin numbers an event.
func (v *service) begin(size int) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sizes = append(v.sizes, size)
	v.begun++
	return v.begun - 1
}

// size returns what an event has as content; -1 if there is no such event.
func (v *service) size(n int) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	if n < 0 || n >= len(v.sizes) {
		return -1
	}
	return v.sizes[n]
}

func (v *service) did() bool {
	v.said++
	return true
}

// say writes the next event, in some frames.
func (v *service) say(format string, content string, opcode byte, d deed) bool {
	n := v.begin(len(content))
	data := []byte(strings.NewReplacer("%n", strconv.Itoa(n), "%s", content).Replace(format))
	chunk := max(len(data)/max(d.fragments, 1), 1)
	for len(data) > chunk {
		if !v.write(opcode, data[:chunk]) || d.pings && !v.write(0x89, []byte("between")) {
			return false
		}
		data, opcode = data[chunk:], 0
	}
	return v.write(opcode|0x80, data) && v.did()
}

const (
	plainEvent       = `{"type":"warning","event_id":"%n","warning":{"message":"%s"}}`
	audioEvent       = `{"type":"response.audio.delta","event_id":"%n","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"%s"}`
	unknownEvent     = `{"event_id":"%n","type":"of.tomorrow","content":"%s"}`
	undecodableEvent = `{"type":"warning","event_id":"%n","content":"%s","warning":`
	failureEvent     = `{"type":"error","event_id":"%n","error":{"type":"t","code":"%s","message":"m"}}`
	createdResponse  = `{"type":"response.created","event_id":"%n","response":{"id":"r"}}`
	doneResponse     = `{"type":"response.done","event_id":"%n","response":{"id":"r"}}`
)

func (v *service) deed(d deed) bool {
	content := strings.Repeat("e", d.size)
	switch d.kind {
	case "event":
		return v.say(plainEvent, content, 1, d)
	case "binary":
		return v.say(plainEvent, content, 2, d)
	case "audio":
		return v.say(audioEvent, base64.StdEncoding.EncodeToString([]byte(content)), 1, d)
	case "unknown":
		return v.say(unknownEvent, content, 1, d)
	case "undecodable":
		return v.say(undecodableEvent, content, 1, d)
	case "error":
		return v.say(failureEvent, content, 1, d)
	case "response":
		return v.say(createdResponse, "", 1, d) && v.say(doneResponse, "", 1, d)
	case "pings":
		for i := range d.size {
			if !v.write(0x89, bytes.Repeat([]byte("p"), i)) {
				return false
			}
		}
	case "pong":
		return v.write(0x8a, []byte("1"))
	case "stall":
		v.stall(d.pause)
	}
	return true
}

func (v *service) stall(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.rest = d
}

// finale ends the session, and then lets the reader see what the client makes of it.
func (v *service) finale(e ending) {
	if e.kind == "" {
		return
	}
	v.mu.Lock()
	v.closing, v.outbox = true, nil
	v.mu.Unlock()
	ok := true
	if e.within && e.kind != "vanish" && e.kind != "deaf" && e.kind != "violation" {
		v.begin(0)
		ok = v.write(0x01, []byte(`{"type":"warning","event_id":`))
	}
	switch e.kind {
	case "close":
		ok = ok && v.peer.Close(e.code, e.reason) == nil
	case "expired":
		if !e.within {
			ok = v.say(`{"type":"error","event_id":"%n","error":{"type":"t","code":"session_expired","message":"m"}}`, "", 1, deed{})
		}
		e.code = 1001
		ok = ok && v.peer.Close(e.code, e.reason) == nil
	case "finish":
		v.conn.Finish()
	case "reset":
		v.conn.Abort()
	case "cut":
		opcode := byte(0x81)
		if e.within {
			opcode = 0x80
		}
		v.conn.Write([]byte{opcode, 100, 'x'})
		v.conn.Close()
	case "vanish":
		v.conn.Vanish()
	case "deaf":
		v.stall(-1)
	case "violation":
		_, err := v.conn.Write(violations[e.code%len(violations)])
		ok = ok && err == nil
	}
	if ok {
		v.mu.Lock()
		v.end, v.endAt = e, v.conn.Arrival()
		v.mu.Unlock()
	}
	if e.hangUp && (e.kind == "close" || e.kind == "expired") {
		v.conn.Close()
	}
}

// ending is how the service ended the session so far.
func (v *service) ending() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.end.kind
}

// violations are what no client may accept.
var violations = [][]byte{
	{0xc1, 0},                        // reserved bit
	{0x83, 0},                        // reserved opcode
	{0x8b, 0},                        // reserved control opcode
	{0x81, 0x80, 1, 2, 3, 4},         // masked
	{0x80, 0},                        // continues nothing, or ends what was begun with half an event
	{0x89, 126, 0, 200},              // a long control frame
	{0x09, 0},                        // a fragmented control frame
	{0x88, 2, 0x03, 0xed},            // code 1005
	{0x88, 4, 0x03, 0xe8, 0xff, 'x'}, // a reason that is not UTF-8
	append([]byte{0x81, 127}, binary.BigEndian.AppendUint64(nil, 1<<62)...), // too large
	append([]byte{0x81, 127}, binary.BigEndian.AppendUint64(nil, 1<<63)...), // a length with its highest bit
}

// sayGoodbye answers the close frame of the client in the way of the schedule.
func (v *service) sayGoodbye() {
	f := v.sc.farewell
	v.mu.Lock()
	said := v.closing
	v.closing, v.outbox = true, nil
	v.mu.Unlock()
	if said { // both closed at once
		return
	}
	for range f.say {
		if !v.say(plainEvent, "late", 1, deed{}) {
			return
		}
	}
	select {
	case <-time.After(f.delay):
	case <-v.gone:
		return
	case <-v.over:
		return
	}
	e := ending{kind: "close", code: v.closeCode}
	switch f.kind {
	case "ignore":
		return
	case "other":
		e.code = f.code
	case "finish":
		e.kind = "finish"
	case "reset":
		e.kind = "reset"
	}
	v.finale(e)
}

// read checks what the client sends, RFC 6455 section 5, and answers it.
func (v *service) read() {
	defer close(v.gone)
	var whole []byte
	within := false
	for {
		if !v.pause() {
			return
		}
		first, payload, err := v.peer.Next()
		if err != nil {
			v.finished = errors.Is(err, io.EOF)
			return
		}
		final, opcode := first&0x80 != 0, first&0x0f
		switch {
		case first&0x70 != 0:
			v.run.problem("frame %#x has reserved bits", first)
		case v.closeCode != 0 && opcode < 8:
			v.run.problem("frame %#x behind the close frame", first)
		case opcode >= 8 && (!final || len(payload) > 125):
			v.run.problem("control frame %#x of %d bytes", first, len(payload))
		}
		switch opcode {
		case 0x0, 0x1:
			if within != (opcode == 0) {
				v.run.problem("opcode %d although within a message is %v", opcode, within)
			}
			whole, within = append(whole, payload...), !final
			if final {
				v.event(whole)
				whole = nil
			}
		case 0x8:
			v.closed(payload, within)
		case 0x9:
			v.post(func() bool { return v.write(0x8a, payload) })
		case 0xa:
		default:
			v.run.problem("opcode %d", opcode)
		}
	}
}

// pause stalls the reader as long as it has to, and reports whether to go on.
func (v *service) pause() bool {
	v.mu.Lock()
	d := v.rest
	v.rest = 0
	v.mu.Unlock()
	var timer <-chan time.Time
	switch {
	case d == 0:
		return true
	case d > 0:
		timer = time.After(d)
	}
	select {
	case <-timer:
		return true
	case <-v.over:
		return false
	}
}

// closed notes the client's close frame.
func (v *service) closed(payload []byte, within bool) {
	if v.closeCode != 0 {
		v.run.problem("a second close frame")
		return
	}
	v.closeCode = 1005
	if len(payload) >= 2 {
		v.closeCode = int(binary.BigEndian.Uint16(payload))
		if !utf8.Valid(payload[2:]) {
			v.run.problem("the close reason %q", payload[2:])
		}
	}
	v.mu.Lock()
	ended := v.closing
	v.mu.Unlock()
	if ended {
		v.conn.Close()
		return
	}
	if within && v.closeCode != 1001 { // which is for a consumer that is too slow, and waits for nothing
		v.run.problem("a close frame within a message")
	}
	close(v.bye)
}

// event notes an event of the client, and answers it if it says so.
func (v *service) event(data []byte) {
	var e struct {
		Type    string
		EventID string `json:"event_id"`
		ItemID  string `json:"item_id"`
	}
	if err := json.Unmarshal(data, &e); err != nil {
		v.run.problem("an event is not whole: %v", err)
		return
	}
	switch e.Type {
	case "session.update":
		v.post(func() bool { return v.say(`{"type":"session.updated","event_id":"%n","session":{}}`, "", 1, deed{}) })
	case "conversation.item.delete":
		var sender, seq, size int
		head, rest, _ := strings.Cut(e.ItemID, ".")
		if _, err := fmt.Sscan(head, &sender, &seq, &size); err != nil || len(e.ItemID) < size {
			v.run.problem("item %.30q: %v", e.ItemID, err)
			return
		}
		do, _, _ := strings.Cut(rest, ".")
		v.arrived[sender] = append(v.arrived[sender], seq)
		switch do {
		case "confirm":
			v.post(func() bool {
				return v.say(`{"type":"conversation.item.deleted","event_id":"%n","item_id":"%s"}`, e.ItemID, 1, deed{})
			})
		case "error":
			v.post(func() bool {
				return v.say(`{"type":"error","event_id":"%n","error":{"type":"t","message":"m","event_id":"%s"}}`, e.EventID, 1, deed{})
			})
		}
	default:
		v.run.problem("event %q", e.Type)
	}
}

// knows reports whether the event of a sender arrived.
func (v *service) knows(sender, seq int) bool { return slices.Contains(v.arrived[sender], seq) }
