package otelvoicelive_test

import (
	"testing"

	"github.com/go-voicelive/voicelive-go/internal/api"
)

func TestExportedAPI(t *testing.T) {
	api.Check(t, *update, map[string]string{"github.com/go-voicelive/voicelive-go/voicelive/otelvoicelive": "testdata/api.txt"})
}
