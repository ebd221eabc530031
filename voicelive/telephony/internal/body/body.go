// Package body reads what a telephone network posts.
package body

import (
	"io"
	"net/http"
	"time"
)

// limit is for the body of a request to arrive. The server of the program limits the time for the header.
const limit = 10 * time.Second

// Read reads the body of a request, of up to most bytes. Who sends it slowly is cut off, and so is the connection.
func Read(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(limit)) // a ResponseWriter of a test has no connection
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err == nil { // if not, the server reads the rest, until the deadline
		_ = control.SetReadDeadline(time.Time{}) // else the context of the request would end with it
	}
	return text, err
}
