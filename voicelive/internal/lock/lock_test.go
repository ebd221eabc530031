package lock

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhoWaitsGetsTheLockInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New()
		l.Lock()
		var got []int
		for i := range 3 {
			go func() {
				l.Lock()
				defer l.Unlock()
				got = append(got, i)
			}()
			synctest.Wait()
		}
		if l.TryLock() || len(got) > 0 {
			t.Fatalf("%v have a lock that is held", got)
		}
		l.Unlock()
		synctest.Wait()
		if len(got) != 3 || got[0] != 0 || got[1] != 1 || got[2] != 2 {
			t.Errorf("got %v, want 0, 1, 2", got)
		}
		if !l.TryLock() {
			t.Error("the lock is not free")
		}
	})
}

func TestTimePassesForWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New()
		l.Lock()
		began := time.Now()
		time.AfterFunc(time.Hour, l.Unlock)
		l.Lock()
		if waited := time.Since(began); waited != time.Hour {
			t.Errorf("waited %v, want 1h", waited)
		}
	})
}

func TestWhoLeavesLeavesTheLockToOthers(t *testing.T) {
	for name, before := range map[string]bool{"before it is free": true, "when it is free": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New()
				l.Lock()
				l.Wait()
				others := 0
				for range 2 {
					go func() {
						l.Lock()
						others++
						l.Unlock()
					}()
				}
				synctest.Wait()
				if before {
					l.Leave()
					l.Unlock()
				} else {
					l.Unlock()
					l.Leave()
				}
				synctest.Wait()
				if others != 2 || !l.TryLock() {
					t.Errorf("%d of 2 got the lock, which nobody else has", others)
				}
			})
		})
	}
}

// Whoever leaves would wait for the token behind one that comes later, gets the token, and holds the lock for long.
func TestWhoLeavesDoesNotWaitForTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New()
		l.Lock()
		l.Wait()
		l.n.Add(-1) // the first half of Unlock
		if l.tryLeave() {
			t.Fatal("the last one left before it had the lock")
		}
		free := l.Wait()
		if !l.tryLeave() {
			t.Fatal("one that is not the last cannot leave")
		}
		l.next <- struct{}{} // the second half
		<-free
		l.Unlock()
		l.Wait()
		if !l.tryLeave() || !l.TryLock() {
			t.Error("the lock is not free")
		}
	})
}

// TestOneHolds lets goroutines wait, try and give up at once.
func TestOneHolds(t *testing.T) {
	l, n := New(), 0
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 2000 {
				switch (i + j) % 4 {
				case 0:
					l.Lock()
				case 1:
					if !l.TryLock() {
						continue
					}
				default:
					free := l.Wait()
					if (i+j)%4 == 2 {
						<-free
						break
					}
					select {
					case <-free:
					default:
						l.Leave()
						continue
					}
				}
				n++ // the race detector looks at it
				if l.TryLock() {
					t.Error("a second one got the lock")
				}
				l.Unlock()
			}
		})
	}
	all.Wait()
	if !l.TryLock() || n == 0 {
		t.Errorf("the lock is not free after %d turns", n)
	}
}
