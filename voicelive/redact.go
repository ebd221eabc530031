package voicelive

import (
	"fmt"
	"log/slog"

	"github.com/go-voicelive/voicelive-go/voicelive/jsonwire"
)

// redact returns the JSON of an event for a log: without credentials, and with
// binary data shortened. Text that is no JSON is not repeated.
func redact(data []byte) string { return jsonwire.Redact(data, secretProperty) }

// IsSecret reports whether a member of an event with this name holds a credential, or a way to
// one, such as SDP. Recorders must replace its value, as logs do.
func IsSecret(name string) bool {
	return secretProperty(jsonwire.PlainName(name)) || jsonwire.SecretWord(name, false) != ""
}

// String names what is connected to; headers and the query may hold anything.
func (o ConnectOptions) String() string {
	if o.Agent != nil {
		return fmt.Sprintf("ConnectOptions{agent %s/%s}", o.Agent.ProjectName, o.Agent.Name)
	}
	return fmt.Sprintf("ConnectOptions{model %s}", o.Model)
}

// GoString is String.
func (o ConnectOptions) GoString() string { return o.String() }

// LogValue names what is connected to, as String does.
func (o ConnectOptions) LogValue() slog.Value { return slog.StringValue(o.String()) }
