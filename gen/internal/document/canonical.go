package document

import (
	"bytes"
	"encoding/json"
)

// Canonical lays out a JSON text the way upstream does: two spaces a level, an
// empty object or array on one line, a line break at the end. Nothing but the
// space between tokens changes, so a text in that form stays as it is, byte for
// byte, and any other differs from the next one where its content does.
func Canonical(data []byte) ([]byte, error) {
	var out bytes.Buffer
	if err := json.Indent(&out, bytes.TrimSpace(data), "", "  "); err != nil {
		return nil, err
	}
	return append(out.Bytes(), '\n'), nil
}
