// Package tools lets a model call Go functions.
//
// A [Tool] is a function with a name, a description and a JSON schema, which is made
// from the type of its argument:
//
//	weather := tools.New("get_weather", "Tells the weather in a city.",
//		func(ctx context.Context, in struct {
//			City string `json:"city" jsonschema:"the city, such as Oslo"`
//		}) (Weather, error) { … })
//
// [Tool.With] sets its [Options], such as for a function that takes long:
//
//	weather = weather.With(tools.Options{Timeout: 10 * time.Second, Filler: "One moment."})
//
// [Definitions] describes tools to the service, and a [Runner] runs them:
//
//	runner, err := tools.NewRunner(ctx, session, floor, []tools.Tool{weather}, nil)
//
// and, in the receive loop, for each event:
//
//	err = runner.HandleEvent(ctx, event)
//
// # Outcomes of calls
//
// Each call that the model announces ends as exactly one of confirmed, refused and
// carried, with at most one output sent; see [Outcome]. A function runs when its
// call and its response are complete; it runs beside the receive loop, in parallel with
// others. If a call does not run, its output gives the model the reason: the response
// was interrupted, the name is unknown, or the arguments are invalid. The same holds
// for a function that fails, panics, or takes too long. When all calls of a response
// have ended, the Runner asks for one response, by an interface that floor.Floor
// satisfies.
//
// An interruption by the user does not cancel a function, unless [Options] of the tool say
// so: a lookup that is lost because the user said "thanks" would be a bug.
//
// # MCP
//
// The service calls the tools of MCP servers itself. The Runner decides approvals, by
// [RunnerOptions.Approve], and counts these calls with those of functions: one request for
// a response when all have ended.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. The methods of a [Runner] may be called from
// any goroutine, and from its callbacks; a [Tool] may be used by any number of sessions at once.
// Functions of tools run at the same time.
package tools
