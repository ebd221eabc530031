package document

import (
	"bytes"
	"encoding/json"
)

// Canonical lays out a JSON text the way upstream does: two spaces a level, an
// empty object or array on one line, a line break at the end. It changes only the
// space between tokens. A text in that form does not change, and two texts in that
// form differ only where their contents differ.
func Canonical(data []byte) ([]byte, error) {
	var out bytes.Buffer
	if err := json.Indent(&out, bytes.TrimSpace(data), "", "  "); err != nil {
		return nil, err
	}
	return append(out.Bytes(), '\n'), nil
}
