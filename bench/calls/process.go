package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
)

// The bridge and the peer of a job are processes, which obey words and reply.
const (
	peerRole, peerProcessor     = "peer", 1
	bridgeRole, bridgeProcessor = "bridge", 0
)

// leadTime is between the word to start and the start.
const leadTime = 20 * time.Millisecond

// processes runs jobs.
type processes struct {
	profile string // file for the processor profile of a bridge
}

type result struct {
	job    job
	bridge bridgeReport
	peer   peerReport
}

// allDelivered reports whether all audio arrived, as it was sent, in both directions. A bridge that is late may put more
// of it in a message.
func (r result) allDelivered() bool {
	packets := r.job.Calls * r.job.Packets
	deltas := packets / perDelta
	return r.peer.Err == "" && r.peer.Wrong == 0 &&
		r.peer.Packets == packets && r.peer.Heard == packets && r.peer.Deltas == deltas && r.peer.Played == deltas &&
		(!networks[r.job.Network].marks || r.peer.Marks == deltas)
}

// run runs a job in two new processes.
func (p *processes) run(ctx context.Context, j job) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, j.Warm+j.Window+time.Minute)
	defer cancel()
	j.Profile = p.profile
	r := result{job: j}
	peer, err := live.StartProcess(ctx, peerRole, peerProcessor, j)
	if err != nil {
		return r, err
	}
	defer peer.Kill()
	var service, telephones string
	if err := peer.Reply(&service); err != nil {
		return r, err
	}
	bridge, err := live.StartProcess(ctx, bridgeRole, bridgeProcessor, j, service)
	if err != nil {
		return r, err
	}
	defer bridge.Kill()
	if err := bridge.Reply(&telephones); err != nil {
		return r, err
	}
	if err := errors.Join(peer.Say(telephones), peer.Reply(new(bool))); err != nil {
		return r, err
	}
	if err := errors.Join(bridge.Say("start"), peer.Say("start"), peer.Reply(&r.peer)); err != nil {
		return r, err
	}
	return r, errors.Join(bridge.Say("end"), bridge.Reply(&r.bridge))
}

// play is the process of a role.
func play(role string, args []string) error {
	var j job
	if err := json.Unmarshal([]byte(args[0]), &j); err != nil {
		return err
	}
	wait, tell := live.Parent()
	switch role {
	case peerRole:
		return playPeer(j, wait, tell)
	case bridgeRole:
		return playBridge(j, args[1], wait, tell)
	}
	return fmt.Errorf("there is no role %q", role)
}

func playPeer(j job, wait func() (string, error), tell func(any) error) error {
	p, err := newPeer(j)
	if err != nil {
		return err
	}
	if err := tell(p.listener.Addr().String()); err != nil {
		return err
	}
	bridge, err := wait()
	if err != nil {
		return err
	}
	if err := errors.Join(p.open(context.Background(), bridge), tell(true)); err != nil {
		return err
	}
	if _, err := wait(); err != nil {
		return err
	}
	talked := make(chan error, 1)
	go func() { talked <- p.talk(time.Now().Add(leadTime)) }()
	select {
	case err = <-talked:
		p.await()
	case <-time.After(j.Warm + j.Window + patience):
		err = errors.New("the bridge did not take packets in time")
	}
	if err := tell(p.report(err)); err != nil {
		return err
	}
	_, err = wait() // the calls go on until the bridge has been measured, and this process is killed
	return err
}

func playBridge(j job, service string, wait func() (string, error), tell func(any) error) error {
	b, err := newBridge(j, service)
	if err != nil {
		return err
	}
	if err := tell(b.address); err != nil {
		return err
	}
	if _, err := wait(); err != nil {
		return err
	}
	stop, err := live.StartProfile(j.Profile)
	if err != nil {
		return err
	}
	time.Sleep(leadTime + j.Warm)
	measured := b.measure()
	if _, err := wait(); err != nil {
		return err
	}
	return errors.Join(stop(), tell(measured()))
}
