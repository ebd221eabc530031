package browser

// progress is what becomes of the audio for the user. Amounts are bytes.
//
// The page counts what it plays, and reports the count again and again. When it is told to clear, it drops the rest,
// and reports the count at that moment. Other reports are not taken until then: they may be of audio that counts as
// cleared.
type progress struct {
	queue    []byte // not sent yet
	sent     int64  // to the page, less what it has dropped
	reported int64  // played, says the page
	heard    int64  // played before it was cleared, as Position has it
	number   int    // of the latest clearing
	pending  []*clearing
}

// A clearing waits until the page has dropped its audio.
type clearing struct {
	id        int
	sent      int64         // before it
	done      chan struct{} // closed when the page has reported
	abandoned bool          // nobody waits any more: what was played in the meantime counts as cleared
}

// take returns the audio to send next, n bytes at most, of which lead bytes may wait in the page.
func (p *progress) take(n, lead int) []byte {
	n = min(n, lead-int(p.sent-p.reported), len(p.queue)) &^ 1
	if n <= 0 {
		return nil
	}
	audio := p.queue[:n:n]
	p.queue = p.queue[n:]
	p.sent += int64(n)
	return audio
}

// report takes a count of the page.
func (p *progress) report(count int64) {
	if len(p.pending) == 0 {
		p.heard += p.advance(count, p.sent)
	}
}

// advance notes a count of the page, which is what was sent at most, and returns by how much it has grown.
func (p *progress) advance(count, sent int64) int64 {
	grown := max(min(count, sent)-p.reported, 0)
	p.reported += grown
	return grown
}

// clear drops the queue, and returns what to tell the page of.
func (p *progress) clear() *clearing {
	p.number++
	c := &clearing{id: p.number, sent: p.sent, done: make(chan struct{})}
	p.queue = nil
	p.pending = append(p.pending, c)
	return c
}

// cleared takes the count that the page had when it cleared. It reports whether the page was told to.
func (p *progress) cleared(id int, count int64) bool {
	if len(p.pending) == 0 || p.pending[0].id != id {
		return false
	}
	c := p.pending[0]
	p.pending = p.pending[1:]
	if grown := p.advance(count, c.sent); !c.abandoned {
		p.heard += grown
	}
	dropped := c.sent - p.reported
	p.sent -= dropped
	for _, later := range p.pending {
		later.sent -= dropped
	}
	close(c.done)
	return true
}

// end drops the queue, and lets nobody wait.
func (p *progress) end() {
	p.queue = nil
	for _, c := range p.pending {
		close(c.done)
	}
	p.pending = nil
}
