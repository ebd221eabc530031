package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	serverReadBuffer = 8 << 10 // an append and its header
	blastFrames      = 16      // in one write
)

// A server is the service's end of all sessions of a job: raw frames, and nothing
// decoded but the first append of each session.
type server struct {
	job      job
	listener net.Listener
	delta    *delta
	conns    []net.Conn
	readers  sync.WaitGroup

	sent                    int
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
	return &server{job: j, listener: l, delta: newDelta(c.deltaType)}, nil
}

// open accepts all sessions of the job.
func (s *server) open() error {
	for len(s.conns) < s.job.Sessions {
		conn, err := s.listener.Accept()
		if err != nil {
			return err
		}
		br, err := accept(conn)
		if err != nil {
			return err
		}
		if _, err := conn.Write(appendFrame(nil, opText, []byte(createdEvent))); err != nil {
			return err
		}
		if s.job.Kind == idle {
			conn.Write(appendFrame(nil, opText, []byte(updatedEvent)))
		}
		s.conns = append(s.conns, conn)
		s.readers.Go(func() { s.read(conn, br) })
	}
	return nil
}

// updatedEvent is as large as that of a session with instructions and tools.
var updatedEvent = `{"type":"session.updated","event_id":"event_2","session":{"id":"sess_1","model":"m","instructions":"` + strings.Repeat("Speak plainly. ", 550) + `"}}`

// talk sends what the job wants the sessions to receive.
func (s *server) talk(start time.Time) error {
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

// read counts what a session sends until it ends.
func (s *server) read(conn net.Conn, br *bufio.Reader) {
	first, checked := []byte(nil), false
	for {
		h, err := readHeader(br)
		if err != nil {
			return
		}
		switch {
		case h.op == opPing || h.op == opClose || !checked:
			payload := make([]byte, h.payload)
			if _, err := io.ReadFull(br, payload); err != nil {
				return
			}
			for i := range payload {
				payload[i] ^= h.key[i&3]
			}
			switch h.op {
			case opPing:
				conn.Write(appendFrame(nil, opPong, payload))
				continue
			case opClose:
				conn.Write(appendFrame(nil, opClose, payload))
				conn.Close()
				return
			}
			if first = append(first, payload...); h.final {
				s.check(first)
				first, checked = nil, true
			}
		default:
			if _, err := br.Discard(h.payload); err != nil {
				return
			}
		}
		s.frames.Add(1)
		if h.final {
			s.messages.Add(1)
		}
	}
}

// readHeader reads the header of a frame.
func readHeader(br *bufio.Reader) (header, error) {
	for n := 2; ; n++ {
		b, err := br.Peek(n)
		if err != nil {
			return header{}, err
		}
		if h, ok := parseHeader(b); ok {
			br.Discard(h.size)
			return h, nil
		}
	}
}

// check decodes an append.
func (s *server) check(event []byte) {
	text, _ := stringMember(event, `"audio":"`)
	if pcm, err := base64.StdEncoding.AppendDecode(nil, text); err != nil || !bytes.Equal(pcm, audio(s.job.Audio)) {
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
		Sent: s.sent, Messages: int(s.messages.Load()), Frames: int(s.frames.Load()), Wrong: int(s.wrong.Load()), CPU: cpuTime(),
	}
}
