package record

// Line is the JSON of an entry.
type Line = line

// Following returns how many sessions a recorder follows.
func Following(r *Recorder) int {
	r.spool.mu.Lock()
	defer r.spool.mu.Unlock()
	return len(r.sessions)
}

const MaxSessions = maxSessions
