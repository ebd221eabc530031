package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/pprof"
	"strings"
	"time"
)

// The server and the client of a job are processes: this program again, with a role
// as first argument and the job as second. They obey lines of standard input and
// reply with lines of JSON.
const roleFlag = "-role"

const (
	serverRole, serverProcessor = "server", 1
	clientRole, clientProcessor = "client", 0
)

// idleBefore is the number of sessions that warm a client up before those that count.
const idleBefore = 50

// processes runs jobs.
type processes struct {
	profile string // file for the processor profile of a client
}

type result struct {
	job    job
	client clientReport
	server serverReport
}

// allDelivered reports whether every event arrived, as it was sent, in both directions.
func (r result) allDelivered() bool {
	n := r.job.Sessions * r.job.Messages
	return r.client.Err == "" && r.server.Sent == n && r.client.Delivered == n && r.client.Sent == n && r.server.Messages == n &&
		r.client.Wrong == 0 && r.server.Wrong == 0
}

// run runs a job in two new processes.
func (p *processes) run(ctx context.Context, j job) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, j.Warm+j.Window+time.Minute)
	defer cancel()
	j.Profile = p.profile
	server, err := startProcess(ctx, serverRole, serverProcessor, j)
	if err != nil {
		return result{}, err
	}
	defer server.kill()
	var addr string
	if err := server.reply(&addr); err != nil {
		return result{}, err
	}
	client, err := startProcess(ctx, clientRole, clientProcessor, j, addr)
	if err != nil {
		return result{}, err
	}
	defer client.kill()
	r := result{job: j}
	if err := errors.Join(client.reply(new(bool)), server.say("start"), client.say("start"), client.reply(&r.client)); err != nil {
		return result{}, err
	}
	return r, errors.Join(server.say("report"), server.reply(&r.server))
}

// A process is a server or a client.
type process struct {
	role  string
	cmd   *exec.Cmd
	in    *json.Encoder
	lines *bufio.Reader
}

func startProcess(ctx context.Context, role string, processor int, j job, args ...string) (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, append([]string{roleFlag, role, string(text)}, args...)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := onProcessor(processor, cmd.Start); err != nil {
		return nil, err
	}
	return &process{role, cmd, json.NewEncoder(in), bufio.NewReader(out)}, nil
}

func (p *process) say(word string) error { return p.in.Encode(word) }

func (p *process) reply(v any) error {
	line, err := p.lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s: %w", p.role, err)
	}
	return json.Unmarshal(line, v)
}

// kill ends a process that has done its work: closing thousands of sessions well is
// not what is measured.
func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// play is the process of a role.
func play(role string, args []string) error {
	var j job
	if err := json.Unmarshal([]byte(args[0]), &j); err != nil {
		return err
	}
	in := json.NewDecoder(os.Stdin)
	wait := func() error { return in.Decode(new(string)) }
	tell := func(v any) error { return json.NewEncoder(os.Stdout).Encode(v) }
	switch role {
	case serverRole:
		return playServer(j, wait, tell)
	case clientRole:
		return playClient(j, args[1], wait, tell)
	}
	return fmt.Errorf("there is no role %q", role)
}

func playServer(j job, wait func() error, tell func(any) error) error {
	s, err := newServer(j)
	if err != nil {
		return err
	}
	if err := tell(s.listener.Addr().String()); err != nil {
		return err
	}
	if err := errors.Join(s.open(), wait()); err != nil {
		return err
	}
	talking := make(chan error, 1)
	go func() { talking <- s.talk(time.Now().Add(leadTime)) }()
	if err := wait(); err != nil {
		return err
	}
	select {
	case <-talking: // an error shows in what was delivered
	case <-time.After(patience):
	}
	s.await()
	return tell(s.report())
}

// leadTime is between the word to start and the start.
const leadTime = 20 * time.Millisecond

func playClient(j job, addr string, wait func() error, tell func(any) error) error {
	c, err := newClient(j, addr)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if j.Kind == idle {
		r, err := c.openIdle(ctx, min(idleBefore, j.Sessions/2))
		return errors.Join(err, tell(true), wait(), tell(r))
	}
	if err := c.open(ctx, j.Sessions); err != nil {
		return err
	}
	if err := errors.Join(tell(true), wait()); err != nil {
		return err
	}
	stop, err := startProfile(j.Profile)
	if err != nil {
		return err
	}
	r, err := c.talk(time.Now().Add(leadTime))
	if err != nil {
		r.Err = strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return errors.Join(stop(), tell(r))
}

// startProfile writes a processor profile until it is stopped.
func startProfile(name string) (stop func() error, err error) {
	if name == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, pprof.StartCPUProfile(f)
}
