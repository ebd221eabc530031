package record

// Options of a [Recorder]. The zero value is usable.
type Options struct {
	// Audio says what becomes of audio, video and pictures within events. The zero value keeps them.
	Audio Keep

	// Text says what becomes of texts: what was said and written, instructions, arguments and outputs of functions,
	// descriptions. Identifiers, types and settings are kept in any case. The zero value keeps texts.
	Text Keep

	// Buffer is how many bytes of events may wait to be written. An event that is larger waits if no other does. 0 is
	// 4 MiB.
	Buffer int
}

// Keep says how much of a content is kept.
type Keep string

// The values of Keep.
const (
	All     Keep = "all"     // everything; the zero value is All, too
	Shorten Keep = "shorten" // the first 64 characters, with an ellipsis behind text
	Drop    Keep = "drop"    // nothing: an empty string
)

const (
	defaultBuffer = 4 << 20
	shortened     = 64 // characters; of base64 whole groups
)
