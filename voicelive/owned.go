package voicelive

import (
	"math/bits"
	"sync"
)

// unmarshalOwned is UnmarshalServerEvent for [Session.Recv]. It takes the memory of an event
// with audio from spares, which are allocated several at a time.
//
// A goroutine that allocates while a garbage collection runs, be it a few bytes, does 64 KiB
// of the collector's work before it goes on. With a thousand sessions nearly every delta finds a
// goroutine that has not done its share: all of them would wait while a few goroutines do the
// whole collection at once.
func unmarshalOwned(data []byte) (ServerEvent, error) {
	n := len(data) / 4 * 3 // no less than the audio
	if n <= minSpare || n > maxSpare || string(peekType(data)) != audioDelta {
		return UnmarshalServerEvent(data)
	}
	return UnmarshalServerEventInto(data, takeSpare(n))
}

const (
	minSpare   = 1 << minSpareLog // bytes of audio; smaller buffers are not worth it
	maxSpare   = 1 << maxSpareLog // nor are larger ones, which are rare
	spareBytes = 64 << 10         // allocated at once
	maxSpares  = 32

	minSpareLog, maxSpareLog = 7, 14
	spareSteps               = 8 // sizes between two powers of two
)

// spares are events that nobody has had, with buffers of one size. Each event and each
// buffer is an object of its own: whoever keeps one keeps no other.
type spares struct {
	free []*ServerEventResponseAudioDelta
}

// sparePools has spares by their size: an eighth of the next power of two apart.
var sparePools [(maxSpareLog - minSpareLog) * spareSteps]sync.Pool

// takeSpare returns an event with room for n bytes of audio, minSpare < n <= maxSpare.
func takeSpare(n int) *ServerEventResponseAudioDelta {
	log := bits.Len(uint(n - 1))
	step := (n - 1) >> (log - 4) // 8 to 15
	pool := &sparePools[(log-1-minSpareLog)*spareSteps+step-spareSteps]
	s, ok := pool.Get().(*spares)
	if !ok {
		s = new(spares)
	}
	if len(s.free) == 0 {
		s.allocate((step + 1) << (log - 4))
	}
	last := len(s.free) - 1
	event := s.free[last]
	s.free[last], s.free = nil, s.free[:last]
	pool.Put(s)
	return event
}

func (s *spares) allocate(size int) {
	for range min(spareBytes/size, maxSpares) {
		event := &struct {
			ServerEventResponseAudioDelta
			id string
		}{}
		event.Delta, event.EventID = make([]byte, size), &event.id
		s.free = append(s.free, &event.ServerEventResponseAudioDelta)
	}
}
