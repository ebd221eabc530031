package main

import (
	"context"
	"io"
	"sync"
)

// input is standard input that an interrupt ends: a read from a terminal or a pipe would go on. Nothing is read before the
// first Read, so that a command that does not read can run in the background.
type input struct {
	ctx  context.Context
	from io.Reader

	begin sync.Once
	pipe  *io.PipeReader
}

func (in *input) Read(p []byte) (int, error) {
	in.begin.Do(func() {
		pipe, w := io.Pipe()
		in.pipe = pipe
		context.AfterFunc(in.ctx, func() { w.CloseWithError(in.ctx.Err()) })
		go func() {
			_, err := io.Copy(w, in.from)
			w.CloseWithError(err)
		}()
	})
	return in.pipe.Read(p)
}
