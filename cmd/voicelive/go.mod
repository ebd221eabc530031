module github.com/go-voicelive/voicelive-go/cmd/voicelive

go 1.26.0

require (
	github.com/Azure/azure-sdk-for-go/sdk/azcore v1.24.0
	github.com/Azure/azure-sdk-for-go/sdk/azidentity v1.15.0
	github.com/go-voicelive/voicelive-go v0.1.0
	github.com/go-voicelive/voicelive-go/voicelive/device v0.1.0
	github.com/google/go-cmp v0.7.0
	github.com/google/jsonschema-go v0.4.3
	gopkg.in/yaml.v3 v3.0.1
)
