package voicelive

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/race"
)

var (
	virtualSchedules = flag.Int("virtual", race.Rounds(2_000), "fault schedules in virtual time")
	realSchedules    = flag.Int("real", 200, "fault schedules over TCP")
	rounds           = flag.Int("rounds", 150, "rounds of tests in which the scheduler decides what meets what")
	firstSeed        = flag.Uint64("first", 1, "seed of the first fault schedule")
	onlySeed         = flag.Uint64("seed", 0, "the one fault schedule to run")
)

// Whatever the network, the service and the application do, a session keeps its
// promises. Virtual time makes the bounds exact and the schedules repeatable.
func TestSchedulesInVirtualTime(t *testing.T) {
	each(t, *virtualSchedules, runtime.GOMAXPROCS(0), func(t *testing.T, seed uint64) (r *run) {
		synctest.Test(t, func(t *testing.T) {
			r = &run{sc: newSchedule(seed, false), tb: t}
			r.play()
		})
		return r
	})
}

// The same over TCP, where buffers, resets and the scheduler are real, and bounds of
// time are not judged.
func TestSchedulesOverTCP(t *testing.T) {
	each(t, *realSchedules, 64, func(t *testing.T, seed uint64) *run {
		r := &run{sc: newSchedule(seed, true), real: true, tb: t}
		r.play()
		return r
	})
	noGoroutines(t, "seed")
}

// A seed is worth something because it repeats, to the nanosecond. The exceptions are
// those where two things happen in the same one, and the scheduler chooses.
func TestSeedsRepeat(t *testing.T) {
	const seeds, exceptions = 100, 5
	var different []string
	for seed := range uint64(seeds) {
		var stories [2]string
		for i := range stories {
			synctest.Test(t, func(t *testing.T) {
				r := &run{sc: newSchedule(seed, false), tb: t}
				began := time.Now()
				r.play()
				stories[i] = r.story(began)
			})
		}
		if stories[0] != stories[1] {
			different = append(different, fmt.Sprintf("seed %d:\n%s", seed, strings.Join(stories[:], "\n")))
		}
	}
	if len(different) > exceptions {
		t.Errorf("%d seeds do not repeat:\n%s", len(different), strings.Join(different, "\n"))
	}
}

// story is what happened, and when.
func (r *run) story(began time.Time) string {
	if r.connectErr != nil {
		return fmt.Sprintf("%v after %v", r.connectErr, r.connectTook)
	}
	return fmt.Sprintf("%v after %v, %d received, %v arrived", r.session.Err(), r.ended.Sub(began), len(r.received), r.service().arrived)
}

// each plays schedules, in some workers. A failure says how to see it again.
func each(t *testing.T, n, workers int, play func(*testing.T, uint64) *run) {
	name := t.Name()
	first := *firstSeed
	if *onlySeed != 0 {
		first, n, workers = *onlySeed, 1, 1
	}
	var next atomic.Uint64
	began := time.Now()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for !t.Failed() {
				i := next.Add(1) - 1
				if i >= uint64(n) {
					return
				}
				replay(t, name, first+i, play)
			}
		})
	}
	wg.Wait()
	t.Logf("%d schedules from seed %d in %v", n, first, time.Since(began).Round(time.Millisecond))
}

// replay plays one schedule. Its goroutines are labelled, for the trace of a panic.
func replay(t *testing.T, name string, seed uint64, play func(*testing.T, uint64) *run) {
	again := fmt.Sprintf("go test ./voicelive -run '^%s$' -seed %d", name, seed)
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("seed %d: %v\nto see it again: %s", seed, p, again)
			panic(p)
		}
	}()
	var r *run
	pprof.Do(context.Background(), pprof.Labels("seed", fmt.Sprint(seed)), func(context.Context) { r = play(t, seed) })
	if len(r.problems) > 0 {
		t.Errorf("seed %d:\n%s\nto see it again: %s\n%v", seed, strings.Join(r.problems, "\n"), again, r.sc)
	}
}

// noGoroutines waits until no goroutine with a label is left.
func noGoroutines(t *testing.T, label string) {
	t.Helper()
	var b bytes.Buffer
	for wait := time.Millisecond; wait < time.Minute; wait *= 2 {
		b.Reset()
		pprof.Lookup("goroutine").WriteTo(&b, 1)
		if !strings.Contains(b.String(), `"`+label+`"`) {
			return
		}
		<-time.After(wait)
	}
	t.Errorf("goroutines are left:\n%s", b.String())
}
