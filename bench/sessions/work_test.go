package main

import (
	"context"
	"testing"
	"time"
)

// together plays both roles of a job in this process.
func together(t *testing.T, j job) result {
	t.Helper()
	s, err := newServer(j)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	opened := make(chan error, 1)
	go func() { opened <- s.open() }()
	c, err := newClient(j, s.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if err := c.open(context.Background(), j.Sessions); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	start := time.Now().Add(leadTime)
	talked := make(chan error, 1)
	go func() { talked <- s.talk(start) }()
	r := result{job: j}
	if r.client, err = c.talk(start); err != nil {
		t.Fatal(err)
	}
	if err := <-talked; err != nil {
		t.Fatal(err)
	}
	s.await()
	r.server = s.report()
	return r
}

func TestContendersDoTheSameWork(t *testing.T) {
	j := job{Kind: load, Sessions: 3, Messages: 4, Warm: period, Window: 3 * period, Audio: pcmBytes}
	for _, c := range contenders {
		if c.raw {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			j := j
			j.Contender = c.name
			r := together(t, j)
			if !r.allDelivered() {
				t.Errorf("client %+v, server %+v", r.client, r.server)
			}
			if r.client.P50 <= 0 || r.client.P50 > r.client.P99 || r.client.P99 > r.client.Max {
				t.Errorf("latencies %v, %v, %v", r.client.P50, r.client.P99, r.client.Max)
			}
		})
	}
}

func TestBlastsAreReceivedWhole(t *testing.T) {
	const n = 10 * blastFrames
	for _, c := range contenders {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := together(t, job{Kind: blast, Contender: c.name, Sessions: 1, Messages: n})
			if r.server.Sent != n || r.client.Delivered < n || r.client.Wrong != 0 {
				t.Errorf("client %+v, server %+v", r.client, r.server)
			}
		})
	}
}

func TestAppendsArriveWhole(t *testing.T) {
	const n = 50
	for _, c := range contenders {
		if c.raw || c.name == "floor_ready" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := together(t, job{Kind: appends, Contender: c.name, Sessions: 1, Messages: n, Audio: 12_000})
			if r.server.Messages != n || r.server.Wrong != 0 || r.server.Frames < n {
				t.Errorf("client %+v, server %+v", r.client, r.server)
			}
		})
	}
}

func TestWorkThatIsNotDoneShows(t *testing.T) {
	whole := result{
		job:    job{Sessions: 2, Messages: 5},
		client: clientReport{Delivered: 10, Sent: 10},
		server: serverReport{Sent: 10, Messages: 10},
	}
	if !whole.allDelivered() {
		t.Error("whole work does not count as such")
	}
	for name, spoil := range map[string]func(*result){
		"a delta is lost":           func(r *result) { r.client.Delivered-- },
		"a delta comes twice":       func(r *result) { r.client.Delivered++ },
		"a delta is not sent":       func(r *result) { r.server.Sent-- },
		"a delta has wrong audio":   func(r *result) { r.client.Wrong++ },
		"an append is lost":         func(r *result) { r.server.Messages-- },
		"an append is not sent":     func(r *result) { r.client.Sent-- },
		"an append has wrong audio": func(r *result) { r.server.Wrong++ },
		"the client fails":          func(r *result) { r.client.Err = "reset" },
	} {
		r := whole
		if spoil(&r); r.allDelivered() {
			t.Error(name + ", and nobody sees it")
		}
	}
}
