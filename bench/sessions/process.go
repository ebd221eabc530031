package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
)

// The server and the client of a job are processes, which obey words and reply.
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
	server, err := live.StartProcess(ctx, serverRole, serverProcessor, j)
	if err != nil {
		return result{}, err
	}
	defer server.Kill()
	var addr string
	if err := server.Reply(&addr); err != nil {
		return result{}, err
	}
	client, err := live.StartProcess(ctx, clientRole, clientProcessor, j, addr)
	if err != nil {
		return result{}, err
	}
	defer client.Kill()
	r := result{job: j}
	if err := errors.Join(client.Reply(new(bool)), server.Say("start"), client.Say("start"), client.Reply(&r.client)); err != nil {
		return result{}, err
	}
	return r, errors.Join(server.Say("report"), server.Reply(&r.server))
}

// play is the process of a role.
func play(role string, args []string) error {
	var j job
	if err := json.Unmarshal([]byte(args[0]), &j); err != nil {
		return err
	}
	next, tell := live.Parent()
	wait := func() error {
		_, err := next()
		return err
	}
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
	stop, err := live.StartProfile(j.Profile)
	if err != nil {
		return err
	}
	r, err := c.talk(time.Now().Add(leadTime))
	if err != nil {
		r.Err = strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return errors.Join(stop(), tell(r))
}
