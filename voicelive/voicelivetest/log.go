package voicelivetest

import (
	"context"
	"encoding/json"
	"log/slog"
)

// The records of Options.Logger. Those of a session are written on its goroutine.

func (s *Session) logBegin() {
	query := s.handshake.URL.Query()
	s.srv.options.Logger.Info("session began", "session", s.index, "path", s.handshake.URL.Path,
		"api_version", query.Get("api-version"), "model", query.Get("model"), "agent", query.Get("agent-name"))
}

func (s *Session) logEvent(r Received, err error) {
	logger := s.srv.options.Logger
	switch {
	case err != nil:
		logger.Warn("not an event", "session", s.index, "at", r.At, "text", string(r.Raw), "error", err)
	case logger.Enabled(context.Background(), slog.LevelInfo):
		logger.Info("event", "session", s.index, "at", r.At, "type", r.Type, "event", json.RawMessage(r.Raw))
	}
}

func (s *Session) logMistake(err error) {
	s.srv.options.Logger.Warn("mistake", "session", s.index, "error", err)
}

func (s *Session) logEnd() {
	for _, err := range get(&s.records, s.uncalled) {
		s.logMistake(err)
	}
	for _, err := range s.Violations() {
		s.logMistake(err)
	}
	end := s.End()
	s.srv.options.Logger.Info("session ended", "session", s.index, "by", end.By, "code", end.Code, "reason", end.Reason)
}
