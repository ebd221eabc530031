package live

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime/pprof"
)

// RoleFlag is the first argument of a process that plays a role.
const RoleFlag = "-role"

// A Process is this program again, with a role as second argument and a job as third. It obeys lines of standard input, and replies
// with lines of JSON.
type Process struct {
	role  string
	cmd   *exec.Cmd
	in    *json.Encoder
	lines *bufio.Reader
}

// StartProcess starts a process on a processor of its own.
func StartProcess(ctx context.Context, role string, processor int, job any, args ...string) (*Process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(job)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, append([]string{RoleFlag, role, string(text)}, args...)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := OnProcessor(processor, cmd.Start); err != nil {
		return nil, err
	}
	return &Process{role, cmd, json.NewEncoder(in), bufio.NewReader(out)}, nil
}

// Say tells the process a word.
func (p *Process) Say(word string) error { return p.in.Encode(word) }

// Reply waits for a reply.
func (p *Process) Reply(v any) error {
	line, err := p.lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s: %w", p.role, err)
	}
	return json.Unmarshal(line, v)
}

// Kill ends a process that has done its work: closing thousands of connections well is
// not what is measured.
func (p *Process) Kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// Parent returns how a process waits for the next word of the one that has started it, and how it replies.
func Parent() (wait func() (word string, err error), tell func(any) error) {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	return func() (word string, err error) {
		err = in.Decode(&word)
		return word, err
	}, out.Encode
}

// StartProfile writes a processor profile until it is stopped.
func StartProfile(name string) (stop func() error, err error) {
	if name == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, pprof.StartCPUProfile(f)
}
