package voicelivetest

import (
	"math"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// The rates by which tokens are estimated.
const (
	inputTokensPerSecond  = 10
	outputTokensPerSecond = 20
	charactersPerToken    = 4
	tokensPerMinute       = 120_000
	reservedPerResponse   = 500
)

func tokens(characters int) int {
	return (characters + charactersPerToken - 1) / charactersPerToken
}

// usage estimates the tokens of the response.
func (r *response) usage() *voicelive.TokenUsage {
	var input voicelive.InputTokenDetails
	for _, i := range r.s.conversation.items {
		if i.audio != nil || i.duration > 0 { // audio that is forgotten has its duration
			input.AudioTokens += i.tokens
		} else {
			input.TextTokens += i.tokens
		}
	}
	if instructions := r.s.config.view.Instructions; instructions != nil {
		input.TextTokens += tokens(len(*instructions))
	}
	output := voicelive.OutputTokenDetails{
		TextTokens: tokens(r.text), AudioTokens: int(math.Round(r.audio.Seconds() * outputTokensPerSecond)),
	}
	in, out := input.TextTokens+input.AudioTokens, output.TextTokens+output.AudioTokens
	return &voicelive.TokenUsage{
		TotalTokens: in + out, InputTokens: in, OutputTokens: out, InputTokenDetails: input, OutputTokenDetails: output,
	}
}

// rateLimits returns the limits that remain after some responses. Nothing is enforced.
func rateLimits(responses int) *voicelive.ServerEventRateLimitsUpdated {
	used := min(responses*reservedPerResponse, tokensPerMinute)
	return &voicelive.ServerEventRateLimitsUpdated{RateLimits: []voicelive.RateLimit{
		{Name: "tokens", Limit: tokensPerMinute, Remaining: tokensPerMinute - used, ResetSeconds: float64(used) * 60 / tokensPerMinute},
	}}
}
