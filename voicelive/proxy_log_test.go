package voicelive

import (
	"io"
	"log"
)

// quiet is for servers that complain about clients that refuse them.
var quiet = log.New(io.Discard, "", 0)
