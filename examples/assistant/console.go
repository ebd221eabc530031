package main

import (
	"fmt"
	"io"
)

// console prints who says what, as it is said.
type console struct {
	w   io.Writer
	who string // whose line is open
}

func (c *console) say(who, text string) {
	if c.who != who {
		c.endLine()
		fmt.Fprintf(c.w, "%-11s", who+":")
		c.who = who
	}
	fmt.Fprint(c.w, text)
}

// note prints a line of its own.
func (c *console) note(format string, args ...any) {
	c.endLine()
	fmt.Fprintf(c.w, "           ("+format+")\n", args...)
}

func (c *console) endLine() {
	if c.who != "" {
		fmt.Fprintln(c.w)
		c.who = ""
	}
}
