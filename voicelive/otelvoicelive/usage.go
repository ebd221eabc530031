package otelvoicelive

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A tokenCount is the number of tokens of a modality.
type tokenCount struct {
	direction, modality string
	tokens              int64
}

// tokensOf lists what the usage of a response says of modalities.
func tokensOf(u *voicelive.TokenUsage) []tokenCount {
	in, out := u.InputTokenDetails, u.OutputTokenDetails
	return []tokenCount{
		{"input", "text", int64(in.TextTokens)},
		{"input", "audio", int64(in.AudioTokens)},
		{"input", "image", int64(in.ImageTokens)},
		{"output", "text", int64(out.TextTokens)},
		{"output", "audio", int64(out.AudioTokens)},
	}
}

// kindOf is a word for an error, of which there are few, and which has nothing of the call in it.
func kindOf(err error) string {
	if refused, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return strconv.Itoa(refused.StatusCode)
	}
	if refused, ok := errors.AsType[*voicelive.ServiceError](err); ok && refused.Code != "" {
		return refused.Code
	}
	if ended, ok := errors.AsType[*voicelive.SessionError](err); ok {
		return string(ended.Kind)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline_exceeded"
	}
	return fmt.Sprintf("%T", err)
}
