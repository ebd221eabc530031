package legtest_test

import (
	"flag"
	"fmt"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// connect opens sessions in the format of a leg.
func connect(f audio.Format) *voicelive.ConnectOptions {
	session := &voicelive.RequestSession{}
	if err := leg.Configure(session, f); err != nil {
		panic(err)
	}
	return &voicelive.ConnectOptions{Model: "gpt-realtime", Session: session}
}

// runTest runs a test as go test does without -v, which would print more than the example does.
func runTest(test func(t *testing.T)) {
	verbose := flag.Lookup("test.v").Value.String()
	flag.Set("test.v", "false")
	defer flag.Set("test.v", verbose)
	if !testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "Test", F: test}}) {
		fmt.Println("the test failed")
	}
}
