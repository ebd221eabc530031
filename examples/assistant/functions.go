package main

import (
	"encoding/json"
	"fmt"
	"time"
	_ "time/tzdata" // not every machine has the zones

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// clock is what the model is told of the function that it may call.
var clock = &voicelive.FunctionTool{
	Name:        "get_time",
	Description: new("Tells what time it is somewhere."),
	Parameters: voicelive.JSONSchema(`{
		"type": "object",
		"properties": {"zone": {"type": "string", "description": "IANA time zone, such as Europe/Oslo"}},
		"required": ["zone"]
	}`),
}

// callFunction returns JSON. Mistakes are results too: the model reads them, and may do better.
func callFunction(name, arguments string) string {
	var result struct {
		Time  string `json:"time,omitempty"`
		Error string `json:"error,omitempty"`
	}
	var err error
	if name == clock.Name {
		result.Time, err = getTime(arguments)
	} else {
		err = fmt.Errorf("there is no function %q", name)
	}
	if err != nil {
		result.Error = err.Error()
	}
	text, _ := json.Marshal(result) // strings always encode
	return string(text)
}

func getTime(arguments string) (string, error) {
	var in struct{ Zone string }
	if err := json.Unmarshal([]byte(arguments), &in); err != nil {
		return "", err
	}
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return "", err
	}
	return time.Now().In(zone).Format("15:04"), nil
}
