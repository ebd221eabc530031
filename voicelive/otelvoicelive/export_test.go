package otelvoicelive

// Kept is how many sessions and conversations t knows.
func (t *Telemetry) Kept() (n int) {
	count := func(any, any) bool { n++; return true }
	t.sessions.Range(count)
	t.metrics.conversations.Range(count)
	if g, ok := t.spans.(*genAI); ok {
		g.conversations.Range(count)
	}
	return n
}
