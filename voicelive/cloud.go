package voicelive

import (
	"errors"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
)

// ServiceName is the key of the service in [cloud.Configuration].Services. Its Audience is
// the resource that tokens are requested for, in clouds other than the public one.
const ServiceName cloud.ServiceName = "voicelive"

const publicScope = "https://ai.azure.com/.default"

// tokenScopes returns the scopes that a token is requested for: those of the options, or
// that of their cloud.
func tokenScopes(o *ClientOptions) ([]string, error) {
	if o.Scopes != nil {
		return o.Scopes, nil
	}
	if audience := o.Cloud.Services[ServiceName].Audience; audience != "" {
		return []string{audience + "/.default"}, nil
	}
	switch o.Cloud.ActiveDirectoryAuthorityHost {
	case "", cloud.AzurePublic.ActiveDirectoryAuthorityHost:
		return []string{publicScope}, nil
	}
	return nil, errors.New("voicelive: the audience of tokens in ClientOptions.Cloud is unknown; set Scopes, or the Audience of Cloud.Services[voicelive.ServiceName]")
}
