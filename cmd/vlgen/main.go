// Command vlgen generates a Go package from a swagger 2.0 document of
// definitions; it also documents, compares and replaces the document.
//
//	vlgen [generate|check|dump|docs|versions|diff|drift|spec] [flags]
//
// vlgen help lists the commands, vlgen help COMMAND describes one. The exit code is
// 0 for success, 1 for mistakes in the document and for drift, and 2 for wrong usage
// or if drift or spec cannot read their input.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
)

// commands are the commands of vlgen. The first one runs if the arguments name none.
var commands = []*command{&generateCommand, &checkCommand, &dumpCommand, &docsCommand, &versionsCommand, &diffCommand, &driftCommand, &specCommand}

// streams are what a command reads from and prints to.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	debug.SetGCPercent(200)         // a short run: trade some memory for time
	debug.SetMemoryLimit(400 << 20) // bounds that memory for large documents
	os.Exit(run(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run runs the command that the arguments name, and returns the exit code.
func run(args []string, std streams) int {
	name := commands[0].name
	switch {
	case slices.Contains([]string{"help", "-h", "-help", "--help"}, first(args)):
		if len(args) == 1 {
			overview(std.err)
			return exitOK
		}
		name, args = args[1], []string{"-h"}
	case first(args) != "" && args[0][0] != '-':
		name, args = args[0], args[1:]
	}
	i := slices.IndexFunc(commands, func(c *command) bool { return c.name == name })
	if i < 0 {
		fmt.Fprintf(std.err, "vlgen: unknown command %q; vlgen help lists the commands\n", name)
		return exitUsage
	}
	return commands[i].main(args, std)
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// overview lists the commands.
func overview(w io.Writer) {
	fmt.Fprint(w, "vlgen generates a Go package from a swagger 2.0 document of definitions.\n\nUsage:\n\n\tvlgen COMMAND [flags]\n\nThe commands are:\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "\t%-10s%s\n", c.name, c.short)
	}
	fmt.Fprintf(w, "\nvlgen help COMMAND describes one, with its flags. Without a command, vlgen does %s.\n", commands[0].name)
}
