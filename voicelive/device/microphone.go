package device

import "sync"

// A microphone is a ring of what the device has recorded and nobody has received.
type microphone struct {
	changed chan struct{} // there may be more

	mu   sync.Mutex
	ring []byte
	next int // index of the oldest byte
	n    int // bytes in ring
	gap  int // bytes that were lost before next
	lost int // bytes, in all
}

func newMicrophone(size int) *microphone {
	return &microphone{ring: make([]byte, size), changed: make(chan struct{}, 1)}
}

// put is the callback of the device. The oldest audio makes room for the newest.
func (m *microphone) put(period []byte) {
	m.mu.Lock()
	for len(period) > 0 {
		end := (m.next + m.n) % len(m.ring)
		c := copy(m.ring[end:], period)
		period = period[c:]
		m.n += c
		if over := m.n - len(m.ring); over > 0 {
			m.next = (m.next + over) % len(m.ring)
			m.n -= over
			m.gap += over
			m.lost += over
		}
	}
	m.mu.Unlock()
	select {
	case m.changed <- struct{}{}:
	default:
	}
}

// take fills the packet if there is enough, and returns how much was lost before it.
func (m *microphone) take(packet []byte) (gap int, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.n < len(packet) {
		return 0, false
	}
	c := copy(packet, m.ring[m.next:])
	copy(packet[c:], m.ring)
	m.next = (m.next + len(packet)) % len(m.ring)
	m.n -= len(packet)
	gap, m.gap = m.gap, 0
	return gap, true
}

func (m *microphone) overwritten() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lost
}
