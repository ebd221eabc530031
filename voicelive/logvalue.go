package voicelive

import (
	"encoding/json"
	"log/slog"
)

// What can hold a credential logs as its JSON without it. A handler that writes
// JSON would take that of MarshalJSON otherwise.

func redactedJSON(v json.Marshaler) slog.Value {
	text, err := v.MarshalJSON()
	if err != nil {
		return slog.StringValue(err.Error())
	}
	return slog.StringValue(redact(text))
}

// LogValue is the JSON without credentials.
func (e RequestSession) LogValue() slog.Value { return redactedJSON(e) }

// LogValue is the JSON without credentials.
func (e ResponseSession) LogValue() slog.Value { return redactedJSON(e) }

// LogValue is the JSON without credentials.
func (e ResponseCreateParams) LogValue() slog.Value { return redactedJSON(e) }

// LogValue is the JSON without credentials.
func (e AvatarConfig) LogValue() slog.Value { return redactedJSON(e) }

// LogValue is the JSON without credentials.
func (e ClientEventSessionUpdate) LogValue() slog.Value { return redactedJSON(e) }

// LogValue is the JSON without credentials.
func (e ClientEventResponseCreate) LogValue() slog.Value { return redactedJSON(e) }

// LogValue is the JSON without the session description, which holds a password.
func (e ClientEventSessionAvatarConnect) LogValue() slog.Value { return redactedJSON(e) }

// LogValue is the JSON without the session description, which holds a password.
func (e ClientEventRTCCallSDPCreate) LogValue() slog.Value { return redactedJSON(e) }

// LogValue is the JSON without credentials.
func (e ServerEventSessionCreated) LogValue() slog.Value { return redactedJSON(e) }

// LogValue is the JSON without credentials.
func (e ServerEventSessionUpdated) LogValue() slog.Value { return redactedJSON(e) }

// LogValue is the JSON without the session description, which holds a password.
func (e ServerEventSessionAvatarConnecting) LogValue() slog.Value { return redactedJSON(e) }

// LogValue is the JSON without the session description, which holds a password.
func (e ServerEventRTCCallSDPCreated) LogValue() slog.Value { return redactedJSON(e) }

// LogValue names what is connected to, as String does.
func (o ConnectOptions) LogValue() slog.Value { return slog.StringValue(o.String()) }
