module github.com/go-voicelive/voicelive-go/voicelive/device

go 1.26.0

replace github.com/go-voicelive/voicelive-go => ../../

require (
	github.com/gen2brain/malgo v0.11.24
	github.com/go-voicelive/voicelive-go v0.0.0-00010101000000-000000000000
)

require (
	github.com/Azure/azure-sdk-for-go/sdk/azcore v1.24.0 // indirect
	github.com/Azure/azure-sdk-for-go/sdk/internal v1.13.0 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/google/jsonschema-go v0.4.3 // indirect
	github.com/gorilla/websocket v1.5.4-0.20250319132907-e064f32e3674 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)
