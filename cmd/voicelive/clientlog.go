package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/jsonwire"
)

// clientLog prints the records of a simulator, as text or as lines of JSON.
type clientLog struct {
	std   *streams
	quiet bool

	mu    sync.Mutex
	found int // mistakes of clients
	left  int // sessions until done is closed; never, if it was 0
	done  chan struct{}
}

func newClientLog(std *streams, quiet bool, sessions int) *clientLog {
	return &clientLog{std: std, quiet: quiet, left: sessions, done: make(chan struct{})}
}

// printListening prints where a service listens.
func printListening(std *streams, endpoint string) error {
	if std.json {
		return std.printJSON(map[string]string{"msg": "listening", "endpoint": endpoint})
	}
	_, err := fmt.Fprintln(std.out, "The simulator listens at "+endpoint)
	return err
}

func (l *clientLog) mistakes() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.found
}

func (l *clientLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *clientLog) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *clientLog) WithGroup(string) slog.Handler            { return l }

func (l *clientLog) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch r.Message {
	case "mistake": // a request that is refused is none: a script may want it
		l.found++
	case "session ended":
		if l.left--; l.left == 0 {
			close(l.done)
		}
	}
	if l.quiet {
		return nil
	}
	values := map[string]any{"msg": r.Message}
	r.Attrs(func(a slog.Attr) bool {
		values[a.Key] = a.Value.Any()
		return true
	})
	if event, ok := values["event"].(json.RawMessage); ok {
		values["event"] = json.RawMessage(jsonwire.Redact(event, voicelive.IsSecret))
	}
	if err, ok := values["error"].(error); ok {
		values["error"] = err.Error()
	}
	if l.std.json {
		if at, ok := values["at"].(time.Duration); ok {
			values["at"] = at.Seconds()
		}
		return l.std.printJSON(values)
	}
	_, err := fmt.Fprintln(l.std.out, l.line(r, values))
	return err
}

// line is a record as text: the session, the time in it, and what happened.
func (l *clientLog) line(r slog.Record, values map[string]any) string {
	var where string
	if session, ok := values["session"].(int64); ok {
		where = fmt.Sprintf("session %d: ", session+1)
	}
	switch r.Message {
	case "event":
		at, _ := values["at"].(time.Duration)
		return fmt.Sprintf("%s%.3fs %s", where, at.Seconds(), values["event"])
	case "session began":
		for _, name := range []string{"model", "agent"} {
			if v := values[name]; v != "" {
				where += fmt.Sprintf("begins, %s %v, ", name, v)
			}
		}
		return fmt.Sprintf("%sAPI version %v", where, values["api_version"])
	case "session ended":
		return fmt.Sprintf("%sended by the %v, code %v %v", where, values["by"], values["code"], values["reason"])
	case "refused":
		return l.std.color(l.std.out, 31, fmt.Sprintf("refused with status %v: %v", values["status"], values["reason"]))
	}
	return l.std.color(l.std.out, 31, fmt.Sprintf("%s%s: %v", where, r.Message, values["error"]))
}
