package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

const (
	envEndpoint = "AZURE_VOICELIVE_ENDPOINT"
	envKey      = "AZURE_VOICELIVE_API_KEY"
	envModel    = "AZURE_VOICELIVE_MODEL"
)

// service is what the flags of a command say about the session to open.
type service struct {
	endpoint, model, agent, project, profile, version string
	session, instructions, voice                      string
}

// targetFlags declares the flags that name the service and the model.
func (s *service) targetFlags(fs *flag.FlagSet) {
	fs.StringVar(&s.endpoint, "endpoint", "", "the `URL` of the resource or of a simulator; "+envEndpoint+" if it is not set")
	fs.StringVar(&s.model, "model", "", "the `name` of the model or deployment; "+envModel+", or gpt-realtime")
	fs.StringVar(&s.agent, "agent", "", "the `name` of a Foundry agent, in place of a model")
	fs.StringVar(&s.project, "project", "", "the `name` of the agent's project")
	fs.StringVar(&s.profile, "profile", "", "the `mode` of a model of your own")
	fs.StringVar(&s.version, "api-version", "", "the `version` of the API; "+voicelive.APIVersion+" if it is not set")
}

// sessionFlags declares the flags for the configuration, too.
func (s *service) sessionFlags(fs *flag.FlagSet) {
	s.targetFlags(fs)
	fs.StringVar(&s.session, "session", "", "a `file` with the configuration, the session of a session.update, as JSON or YAML")
	fs.StringVar(&s.instructions, "instructions", "", "what the model should know and do, a `text`")
	fs.StringVar(&s.voice, "voice", "", "the `name` of a voice, of Azure if it has a hyphen, such as en-US-AvaNeural")
}

// client returns a client of the service that the flags and the environment name.
func (s *service) client(std *streams) (*voicelive.Client, error) {
	endpoint := s.endpoint
	if endpoint == "" {
		endpoint = std.env(envEndpoint)
	}
	if endpoint == "" {
		return nil, usagef("no endpoint: set %s or -endpoint; voicelive simulate is a service for trying out", envEndpoint)
	}
	options := &voicelive.ClientOptions{Observer: std.observer}
	options.Retry.MaxRetries = -1 // who waits wants to know at once what is wrong
	var client *voicelive.Client
	var err error
	if key := std.env(envKey); key != "" {
		client, err = voicelive.NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential(key), options)
	} else {
		var credential *azidentity.DefaultAzureCredential
		if credential, err = azidentity.NewDefaultAzureCredential(nil); err == nil {
			client, err = voicelive.NewClient(endpoint, credential, options)
		}
	}
	return client, unreadable(err)
}

// target are the options of Connect without a configuration.
func (s *service) target(std *streams) *voicelive.ConnectOptions {
	o := &voicelive.ConnectOptions{Model: s.model, Profile: s.profile, APIVersion: s.version}
	switch {
	case s.agent != "":
		o.Agent = &voicelive.Agent{Name: s.agent, ProjectName: s.project}
	case o.Model == "":
		if o.Model = std.env(envModel); o.Model == "" {
			o.Model = "gpt-realtime"
		}
	}
	return o
}

// connect opens a session. The configuration is that of the flags; set adds what the command needs.
func (s *service) connect(ctx context.Context, std *streams, set func(*voicelive.RequestSession) error) (*voicelive.Session, error) {
	client, err := s.client(std)
	if err != nil {
		return nil, err
	}
	options := s.target(std)
	if options.Session, err = s.configuration(std); err != nil {
		return nil, err
	}
	if err := set(options.Session); err != nil {
		return nil, unreadable(err)
	}
	return client.Connect(ctx, options)
}

// configuration is the session that the flags describe.
func (s *service) configuration(std *streams) (*voicelive.RequestSession, error) {
	session := &voicelive.RequestSession{}
	if s.session != "" {
		read, err := readSession(s.session, std)
		if err != nil {
			return nil, err
		}
		session = read.value
	}
	if s.instructions != "" {
		session.Instructions = &s.instructions
	}
	switch {
	case s.voice == "":
	case strings.Contains(s.voice, "-"):
		session.Voice = &voicelive.AzureStandardVoice{Name: s.voice}
	default:
		session.Voice = voicelive.OAIVoice(s.voice)
	}
	return session, nil
}

// describe is the text of an error, on one line if the service has refused the session.
func describe(err error) string {
	var refused *azcore.ResponseError
	if !errors.As(err, &refused) || refused.RawResponse == nil {
		return err.Error()
	}
	text := fmt.Sprintf("the service refused the session with status %d", refused.StatusCode)
	var reason struct {
		Error struct{ Message string }
	}
	body, err := runtime.Payload(refused.RawResponse)
	if err == nil && json.Unmarshal(body, &reason) == nil && reason.Error.Message != "" {
		text += ": " + reason.Error.Message
	}
	return text
}

// failure is the error of the events of a session: nil for an event that is no error.
func failure(event voicelive.ServerEvent, err error) error {
	var undecodable *voicelive.EventError
	switch e := event.(type) {
	case *voicelive.ServerEventError:
		return voicelive.NewServiceError(e)
	case *voicelive.ServerEventResponseDone:
		if d, ok := e.Response.StatusDetails.(*voicelive.ResponseFailedDetails); ok {
			return fmt.Errorf("the response failed: %s", d.Error)
		}
	}
	if errors.As(err, &undecodable) { // costs this event
		return nil
	}
	return err
}
