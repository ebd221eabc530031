package record

// Reduce returns the JSON of an event as a recorder with the settings of h keeps it, so that an event can be compared with a
// recorded one. Typ is the type of the event. It reports false if the event is not a JSON object.
func (h Header) Reduce(event []byte, typ string) ([]byte, bool) {
	return newScrubber(orAll(h.Audio), orAll(h.Text)).scrub(nil, event, typ)
}
