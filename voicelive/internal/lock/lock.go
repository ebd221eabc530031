// Package lock has a lock for whoever may have to wait for the network. A sync.Mutex cannot be given up, and stops the virtual time
// of testing/synctest; a channel of one slot can be given up, but costs several times as much per event of audio.
package lock

import (
	"runtime"
	"sync/atomic"
)

// A Lock is held by one goroutine at a time; others wait in their order. Make one with [New].
type Lock struct {
	n    atomic.Int32  // the holder, and who waits
	next chan struct{} // one token: the lock is held by the first that waits
}

// New returns a lock that nobody holds.
func New() Lock { return Lock{next: make(chan struct{}, 1)} }

// TryLock takes the lock if nobody holds it, and reports whether it did.
func (l *Lock) TryLock() bool { return l.n.CompareAndSwap(0, 1) }

// Lock waits for the lock.
func (l *Lock) Lock() {
	if !l.TryLock() {
		<-l.Wait()
	}
}

// Wait begins to wait for the lock. Whoever receives from the channel holds it; whoever does not calls [Lock.Leave].
func (l *Lock) Wait() <-chan struct{} {
	if l.n.Add(1) == 1 {
		l.next <- struct{}{}
	}
	return l.next
}

// Leave ends a wait that did not get the lock. It does not wait for whoever holds the lock.
func (l *Lock) Leave() {
	for !l.tryLeave() {
		runtime.Gosched()
	}
}

// tryLeave is Leave, unless somebody else is at it, too, or is about to send the token.
func (l *Lock) tryLeave() bool {
	if n := l.n.Load(); n > 1 {
		return l.n.CompareAndSwap(n, n-1)
	}
	select {
	case <-l.next: // nobody else was there: the lock is ours by now
		l.Unlock()
		return true
	default:
		return false
	}
}

// Unlock gives the lock to the first that waits.
func (l *Lock) Unlock() {
	if l.n.Add(-1) > 0 {
		l.next <- struct{}{}
	}
}
