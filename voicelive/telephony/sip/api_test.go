package sip_test

import (
	"flag"
	"testing"

	"github.com/go-voicelive/voicelive-go/internal/api"
)

var update = flag.Bool("update", false, "accept the exported API as it is")

func TestExportedAPI(t *testing.T) {
	api.Check(t, *update, map[string]string{"github.com/go-voicelive/voicelive-go/voicelive/telephony/sip": "testdata/api.txt"})
}
