package main

import (
	"bytes"
	"encoding/base64"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// blastFrames is how many deltas are in one write of a blast.
const blastFrames = 16

// A server is the service's end of all sessions of a job: raw frames, and nothing
// decoded but the first append of each session.
type server struct {
	job      job
	listener net.Listener
	delta    *delta
	want     []byte // the audio of an append
	conns    []net.Conn
	readers  sync.WaitGroup

	sent                    int
	cpu                     time.Duration // before talking
	messages, frames, wrong atomic.Int64
}

func newServer(j job) (*server, error) {
	c, err := contenderOf(j.Contender)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &server{job: j, listener: l, delta: newDelta(c.deltaType), want: live.Audio(j.Audio)}, nil
}

// open accepts all sessions of the job.
func (s *server) open() error {
	for len(s.conns) < s.job.Sessions {
		conn, err := s.listener.Accept()
		if err != nil {
			return err
		}
		before, err := live.Accept(conn)
		if err != nil {
			return err
		}
		if _, err := conn.Write(wstest.AppendFrame(nil, wstest.Fin|wstest.Text, []byte(createdEvent))); err != nil {
			return err
		}
		if s.job.Kind == idle {
			conn.Write(wstest.AppendFrame(nil, wstest.Fin|wstest.Text, []byte(updatedEvent)))
		}
		s.conns = append(s.conns, conn)
		s.readers.Go(func() { s.read(conn, before) })
	}
	return nil
}

// updatedEvent is as large as that of a session with instructions and tools.
var updatedEvent = `{"type":"session.updated","event_id":"event_2","session":{"id":"sess_1","model":"m","instructions":"` + strings.Repeat("Speak plainly. ", 550) + `"}}`

// talk sends what the job wants the sessions to receive.
func (s *server) talk(start time.Time) error {
	s.cpu = live.CPUTime()
	switch s.job.Kind {
	case load:
		return s.converse(start)
	case blast:
		return s.blast()
	}
	return nil
}

// converse sends a delta to each session every period, spread evenly.
func (s *server) converse(start time.Time) error {
	return pace(start, s.job, func(i int) error {
		_, err := s.conns[i].Write(s.delta.stamped(time.Now()))
		s.sent++
		return err
	})
}

// blast sends many deltas with each write.
func (s *server) blast() error {
	batch := bytes.Repeat(s.delta.stamped(time.Now()), blastFrames)
	for s.sent < s.job.Messages {
		if _, err := s.conns[0].Write(batch); err != nil {
			return err
		}
		s.sent += blastFrames
	}
	return nil
}

// pace calls send for each session of the job and each of its messages when it is due.
func pace(start time.Time, j job, send func(session int) error) error {
	for k := range j.Messages {
		for i := range j.Sessions {
			due := start.Add(time.Duration(k)*period + period*time.Duration(i)/time.Duration(j.Sessions))
			if wait := time.Until(due); wait > 0 {
				time.Sleep(wait)
			}
			if err := send(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// readEvery is how often the server reads from a session of a load. What arrives in
// between waits in the connection, so that a read takes several appends, and the server
// has time for more sessions than any client.
const readEvery = 4 * period

// serverReads holds what is read at once.
var serverReads = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// read counts what a session sends until it ends, beginning with what was read before.
func (s *server) read(conn net.Conn, before []byte) {
	in := inbound{server: s, conn: conn}
	in.feed(before)
	for {
		buf := serverReads.Get().(*[64 << 10]byte)
		n, err := conn.Read(buf[:])
		in.feed(buf[:n])
		serverReads.Put(buf)
		if err != nil {
			return
		}
		if s.job.Kind == load {
			time.Sleep(readEvery)
		}
	}
}

// inbound follows the frames of a session in whatever pieces they are read.
type inbound struct {
	server *server
	conn   net.Conn

	head   []byte        // what there is of a header that is not whole
	frame  wstest.Header // whose payload comes next
	inside bool          // the payload of frame
	left   int           // bytes of it

	control []byte // the payload of a control frame
	first   []byte // the first message, until it is whole
	checked bool   // it was
}

func (in *inbound) feed(b []byte) {
	for {
		if !in.inside {
			had := len(in.head)
			in.head = append(in.head, b[:min(len(b), wstest.MaxHeader-had)]...)
			h, ok := wstest.ParseHeader(in.head)
			if !ok {
				return
			}
			b = b[h.Size-had:]
			in.head, in.frame, in.inside, in.left = in.head[:0], h, true, h.Payload
		}
		n := min(len(b), in.left)
		in.payload(b[:n])
		b, in.left = b[n:], in.left-n
		if in.left > 0 {
			return
		}
		in.inside = false
		in.end()
	}
}

// payload keeps what is looked at later.
func (in *inbound) payload(b []byte) {
	switch at := in.frame.Payload - in.left; {
	case in.frame.Control():
		in.control = appendUnmasked(in.control, b, in.frame.Key, at)
	case !in.checked:
		in.first = appendUnmasked(in.first, b, in.frame.Key, at)
	}
}

// end is the end of a frame.
func (in *inbound) end() {
	if in.frame.Control() {
		switch in.frame.Opcode() {
		case wstest.Ping:
			in.conn.Write(wstest.AppendFrame(nil, wstest.Fin|wstest.Pong, in.control))
		case wstest.Close:
			in.conn.Write(wstest.AppendFrame(nil, wstest.Fin|wstest.Close, in.control))
			in.conn.Close()
		}
		in.control = nil
		return
	}
	in.server.frames.Add(1)
	if in.frame.First&wstest.Fin == 0 {
		return
	}
	in.server.messages.Add(1)
	if !in.checked {
		in.server.check(in.first)
		in.first, in.checked = nil, true
	}
}

// check decodes an append.
func (s *server) check(event []byte) {
	text, _ := live.StringMember(event, `"audio":"`)
	if pcm, err := base64.StdEncoding.AppendDecode(nil, text); err != nil || !bytes.Equal(pcm, s.want) {
		s.wrong.Add(1)
	}
}

// await waits for what the client has sent to be read.
func (s *server) await() {
	if s.job.Kind != load && s.job.Kind != appends {
		return
	}
	for began := time.Now(); s.messages.Load() < int64(s.job.Sessions*s.job.Messages) && time.Since(began) < patience; {
		time.Sleep(time.Millisecond)
	}
}

// close ends all sessions.
func (s *server) close() {
	s.listener.Close()
	for _, conn := range s.conns {
		conn.Close()
	}
	s.readers.Wait()
}

func (s *server) report() serverReport {
	return serverReport{
		Sent: s.sent, Messages: int(s.messages.Load()), Frames: int(s.frames.Load()), Wrong: int(s.wrong.Load()), CPU: live.CPUTime() - s.cpu,
	}
}
