// Package service is what the examples talk to: Azure if the environment names a resource, a simulator in this process
// if not.
//
//	AZURE_VOICELIVE_ENDPOINT   https://<resource>.services.ai.azure.com
//	AZURE_VOICELIVE_API_KEY    a key of the resource; without one, whoever az login or the environment says you are
//	AZURE_VOICELIVE_MODEL      the model or deployment; gpt-realtime if it is not set
package service

import (
	"cmp"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// Service opens sessions.
type Service struct {
	*voicelive.Client
	Model     string
	simulator *voicelivetest.Server // nil for Azure
}

// Open returns the service that the environment names, or one that is simulated. The caller must call Close.
func Open(simulated *voicelivetest.Options) (*Service, error) {
	s := &Service{Model: cmp.Or(os.Getenv("AZURE_VOICELIVE_MODEL"), "gpt-realtime")}
	var err error
	if endpoint := os.Getenv("AZURE_VOICELIVE_ENDPOINT"); endpoint != "" {
		s.Client, err = azure(endpoint, os.Getenv("AZURE_VOICELIVE_API_KEY"))
		return s, err
	}
	if s.simulator, err = voicelivetest.Start(simulated); err != nil {
		return nil, err
	}
	s.Client, err = s.simulator.NewClient()
	return s, err
}

func azure(endpoint, key string) (*voicelive.Client, error) {
	if key != "" {
		return voicelive.NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential(key), nil)
	}
	credential, err := azidentity.NewDefaultAzureCredential(nil)
	if err != nil {
		return nil, err
	}
	return voicelive.NewClient(endpoint, credential, nil)
}

// String names the service for the user.
func (s *Service) String() string {
	if s.simulator != nil {
		return s.Model + ", simulated in this process"
	}
	return s.Model + " at " + s.Endpoint()
}

// Close ends the simulator, if there is one. Its error is what went wrong in its view.
func (s *Service) Close() error {
	if s.simulator == nil {
		return nil
	}
	return s.simulator.Close()
}
