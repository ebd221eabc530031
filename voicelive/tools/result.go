package tools

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Directives, which a function may return in place of its output. Each contains the output, which
// may be nil. The Runner passes it to [RunnerOptions.Directive].
type (
	// NoReply is an output after which the model is to remain silent.
	NoReply struct{ Output any }

	// EndCall asks to end the conversation after the reply was heard.
	EndCall struct {
		Output any
		Reason string
	}

	// HandOff asks to change the session before the reply, for another voice, other
	// instructions and tools.
	HandOff struct {
		Output  any
		Session *voicelive.RequestSession
	}

	// Transfer asks to connect the user to another person, after the reply was heard.
	Transfer struct {
		Output any
		Target string // in the notation of the leg: a telephone number, a SIP address
	}
)

// unwrap returns the output of a result, and the directive that it is.
func unwrap(result any) (output, directive any) {
	switch r := result.(type) {
	case NoReply:
		return r.Output, r
	case EndCall:
		return r.Output, r
	case HandOff:
		return r.Output, r
	case Transfer:
		return r.Output, r
	}
	return result, nil
}

// text returns an output as the model gets it.
func text(output any) (string, error) {
	switch o := output.(type) {
	case nil:
		return `{"ok":true}`, nil
	case string:
		return strings.ToValidUTF8(o, "\uFFFD"), nil
	case json.RawMessage:
		return strings.ToValidUTF8(string(o), "\uFFFD"), nil
	}
	b, err := json.Marshal(output)
	return string(b), err
}

// errorText tells the model why there is no output.
func errorText(err error) string {
	b, marshalErr := json.Marshal(map[string]string{"error": err.Error()})
	if marshalErr != nil { // impossible: a string is always JSON
		return `{"error":"the function failed"}`
	}
	return string(b)
}

// Why a call has no output of its function. The model reads these.
var (
	errInterrupted = errors.New("the function was not called, because the response was interrupted; call it again if it is still wanted")
	errIncomplete  = errors.New("the function was not called, because the call is incomplete; call it again")
	errDuplicate   = errors.New("the same call is running already; wait for its output")
	errReplaced    = errors.New("the call was replaced by a later one with the same arguments")
	errCancelled   = errors.New("the function was cancelled, because the user began to speak")
	errTimeout     = errors.New("the function took too long")
	errPanic       = errors.New("the function failed")
	errBusy        = errors.New("the function was not called, because too many others run; call it again later")
)

const backgroundText = `{"status":"running","note":"The result will follow. Do not guess it."}`
