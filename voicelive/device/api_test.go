package device_test

import (
	"flag"
	"testing"

	"github.com/go-voicelive/voicelive-go/internal/api"
)

var update = flag.Bool("update", false, "accept the exported API as it is")

func TestExportedAPI(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0") // the names are the same, and no C is compiled
	api.Check(t, *update, map[string]string{"github.com/go-voicelive/voicelive-go/voicelive/device": "testdata/api.txt"})
}
