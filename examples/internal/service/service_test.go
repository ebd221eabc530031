package service_test

import (
	"testing"

	"github.com/go-voicelive/voicelive-go/examples/internal/service"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestTheEnvironmentNamesTheService(t *testing.T) {
	srv := voicelivetest.NewServer(t, &voicelivetest.Options{Transport: voicelivetest.TCP, Keys: []string{"secret"}})
	t.Setenv("AZURE_VOICELIVE_ENDPOINT", srv.URL())
	t.Setenv("AZURE_VOICELIVE_API_KEY", "secret")
	t.Setenv("AZURE_VOICELIVE_MODEL", "mine")
	s, err := service.Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, want := s.String(), "mine at "+srv.URL(); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	session, err := s.Connect(t.Context(), &voicelive.ConnectOptions{Model: s.Model})
	if err != nil {
		t.Fatal(err)
	}
	session.Close()
}

func TestWithoutAKeyTheCredentialIsThatOfTheUser(t *testing.T) {
	t.Setenv("AZURE_VOICELIVE_ENDPOINT", "https://example.services.ai.azure.com")
	t.Setenv("AZURE_VOICELIVE_API_KEY", "")
	t.Setenv("AZURE_VOICELIVE_MODEL", "")
	s, err := service.Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.String(), "gpt-realtime at https://example.services.ai.azure.com"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}
