package record

import (
	"errors"
	"fmt"
	"sync"
)

// A spool hands work to a goroutine, in order and without waiting for it. The goroutine runs only while there is work.
type spool[T any] struct {
	limit int                   // the size of what may wait
	do    func(batch []T) error // of the goroutine; after an error it is not called again

	mu      sync.Mutex
	idle    sync.Cond // with mu: no goroutine runs
	waiting []T
	spare   []T
	size    int // of what waits, and of what the goroutine has
	taken   int // the part of it that the goroutine has
	running bool
	closed  bool
	err     error // of do
}

func newSpool[T any](limit int, do func([]T) error) *spool[T] {
	s := &spool[T]{limit: limit, do: do}
	s.idle.L = &s.mu
	return s
}

// put adds work of a size; for work without a size there is always room. It reports false if there is no room, and after a failure. The caller holds mu.
func (s *spool[T]) put(work T, size int) bool {
	if s.closed || s.err != nil || size > 0 && s.size > 0 && s.size+size > s.limit {
		return false
	}
	s.waiting = append(s.waiting, work)
	s.size += size
	if !s.running {
		s.running = true
		go s.run()
	}
	return true
}

func (s *spool[T]) run() {
	done := false
	defer func() {
		if !done { // runtime.Goexit
			s.stop(errors.New("the goroutine was ended"))
		}
	}()
	for batch := s.take(); batch != nil; batch = s.take() {
		if err := s.try(batch); err != nil {
			s.stop(err)
			break
		}
		s.did(batch)
	}
	done = true
}

// take returns all work that waits. If there is none, the goroutine ends.
func (s *spool[T]) take() []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		s.running = false
		s.idle.Broadcast()
		return nil
	}
	batch := s.waiting
	s.waiting, s.spare = s.spare, nil
	s.taken = s.size
	return batch
}

// try calls do, and makes an error of its panic.
func (s *spool[T]) try(batch []T) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return s.do(batch)
}

func (s *spool[T]) did(batch []T) {
	clear(batch)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spare = batch[:0]
	s.size -= s.taken
}

// stop ends the goroutine with an error. What waits is dropped.
func (s *spool[T]) stop(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.running = err, false
	s.waiting, s.spare = nil, nil
	s.idle.Broadcast()
}

// close lets no more work in, and waits until all is done. The caller holds mu.
func (s *spool[T]) close() error {
	s.closed = true
	for s.running {
		s.idle.Wait()
	}
	return s.err
}
