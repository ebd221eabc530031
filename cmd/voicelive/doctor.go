package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

var doctorCommand = command{
	name:  "doctor",
	short: "find out why a session cannot be opened",
	long: `Looks at the endpoint, the name, the proxy, the connection, TLS, the credential and the session, one after the other, and says what is
wrong and how to mend it. The exit code is 1 if something is.`,
	declare: func(fs *flag.FlagSet) runner {
		var d doctor
		d.targetFlags(fs)
		fs.DurationVar(&d.timeout, "timeout", 15*time.Second, "the `time` for each step")
		return d.run
	},
}

type doctor struct {
	service
	timeout time.Duration

	std     *streams
	url     *url.URL
	address string // host:port to dial: of the service, or of its proxy
	proxied bool
}

// ailment is what is wrong in a step, and how to mend it.
type ailment struct {
	err error
	fix string
}

func (d *doctor) run(ctx context.Context, std *streams, args []string) error {
	if err := noArguments(args); err != nil {
		return err
	}
	d.std = std
	for _, step := range []struct {
		name string
		look func(context.Context) (string, *ailment)
	}{
		{"endpoint", d.lookAtEndpoint}, {"proxy", d.lookAtProxy}, {"name", d.lookAtName}, {"connection", d.lookAtConnection}, {"tls", d.lookAtTLS},
		{"credential", d.lookAtCredential}, {"session", d.lookAtSession},
	} {
		limited, cancel := context.WithTimeout(ctx, d.timeout)
		found, bad := step.look(limited)
		cancel()
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := d.print(step.name, found, bad); err != nil {
			return err
		}
		if bad != nil {
			return errFound
		}
	}
	return nil
}

func (d *doctor) print(step, found string, bad *ailment) error {
	if d.std.json {
		result := map[string]any{"step": step, "ok": bad == nil, "found": found}
		if bad != nil {
			result["error"], result["fix"] = describe(bad.err), bad.fix
		}
		return d.std.printJSON(result)
	}
	if bad == nil {
		_, err := fmt.Fprintf(d.std.out, "%s %-11s %s\n", d.std.color(d.std.out, 32, "ok  "), step, found)
		return err
	}
	_, err := fmt.Fprintf(d.std.out, "%s %-11s %s\n     %s\n", d.std.color(d.std.out, 31, "FAIL"), step, describe(bad.err), bad.fix)
	return err
}

func (d *doctor) lookAtEndpoint(context.Context) (string, *ailment) {
	text := d.endpoint
	if text == "" {
		text = d.std.env(envEndpoint)
	}
	if text == "" {
		return "", &ailment{errors.New("there is no endpoint"), "Set " + envEndpoint + " to the endpoint of the resource, as the portal shows it: https://NAME.services.ai.azure.com"}
	}
	if _, err := voicelive.NewClientWithKeyCredential(text, azcore.NewKeyCredential("key"), nil); err != nil {
		return "", &ailment{err, "Set " + envEndpoint + " to the endpoint of the resource, as the portal shows it: https://NAME.services.ai.azure.com"}
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", &ailment{errors.New("the endpoint is no URL"), "Copy the endpoint from the portal"}
	}
	switch u.Scheme {
	case "wss":
		u.Scheme = "https"
	case "ws":
		u.Scheme = "http"
	}
	d.url = u
	port := u.Port()
	if port == "" {
		if port = "443"; u.Scheme == "http" {
			port = "80"
		}
	}
	d.address = net.JoinHostPort(u.Hostname(), port)
	return u.Scheme + "://" + u.Host, nil
}

func (d *doctor) lookAtProxy(context.Context) (string, *ailment) {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: d.url})
	if err != nil {
		return "", &ailment{errors.New("HTTPS_PROXY or HTTP_PROXY is no URL"), "Write the proxy as http://HOST:PORT"}
	}
	if proxy == nil {
		return "none", nil
	}
	d.proxied = true
	port := proxy.Port()
	if port == "" {
		if port = "80"; proxy.Scheme == "https" {
			port = "443"
		}
	}
	d.address = net.JoinHostPort(proxy.Hostname(), port)
	return proxy.Scheme + "://" + proxy.Host, nil
}

func (d *doctor) lookAtName(ctx context.Context) (string, *ailment) {
	host, _, _ := net.SplitHostPort(d.address)
	addresses, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		return "", &ailment{err, "Is the name of the resource right, and does this machine use a DNS server that knows it? A private endpoint has its own zone"}
	}
	return fmt.Sprint(host, " is ", addresses[0]), nil
}

func (d *doctor) lookAtConnection(ctx context.Context) (string, *ailment) {
	began := time.Now()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", d.address)
	if err != nil {
		return "", &ailment{err, "A firewall may be in the way: allow TCP to " + d.address}
	}
	conn.Close()
	return fmt.Sprintf("%s, %d ms", d.address, time.Since(began).Milliseconds()), nil
}

func (d *doctor) lookAtTLS(ctx context.Context) (string, *ailment) {
	switch {
	case d.url.Scheme == "http":
		return "none: credentials and audio are sent in clear text", nil
	case d.proxied:
		return "by way of the proxy; see the session", nil
	}
	conn, err := (&tls.Dialer{}).DialContext(ctx, "tcp", d.address)
	if err != nil {
		return "", &ailment{err, "If a gateway inspects TLS, add its certificate to those that this machine trusts (SSL_CERT_FILE)"}
	}
	defer conn.Close()
	state := conn.(*tls.Conn).ConnectionState()
	return fmt.Sprintf("%s, certificate of %s", tls.VersionName(state.Version), state.PeerCertificates[0].Issuer), nil
}

func (d *doctor) lookAtCredential(ctx context.Context) (string, *ailment) {
	if d.std.env(envKey) != "" {
		if d.agent != "" {
			return "", &ailment{errors.New("an agent does not take a key"), "Unset " + envKey + " and sign in with az login"}
		}
		return "the key in " + envKey, nil
	}
	credential, err := azidentity.NewDefaultAzureCredential(nil)
	if err == nil {
		var token azcore.AccessToken
		token, err = credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://ai.azure.com/.default"}})
		if err == nil {
			return "a token that is valid until " + token.ExpiresOn.Local().Format(time.TimeOnly), nil
		}
	}
	return "", &ailment{err, "Set " + envKey + " to a key of the resource, or sign in with az login"}
}

func (d *doctor) lookAtSession(ctx context.Context) (string, *ailment) {
	began := time.Now()
	session, err := d.connect(ctx, d.std, func(*voicelive.RequestSession) error { return nil })
	if err != nil {
		return "", &ailment{err, d.remedy(err)}
	}
	defer session.Close()
	model := d.target(d.std).Model
	if config := session.Config(); config != nil && config.Model != nil {
		model = *config.Model
	}
	return fmt.Sprintf("%s with %s, %d ms", session.ID(), model, time.Since(began).Milliseconds()), nil
}

// remedy is what to do about an error of Connect.
func (d *doctor) remedy(err error) string {
	var refused *azcore.ResponseError
	if !errors.As(err, &refused) {
		if errors.Is(err, context.DeadlineExceeded) {
			return "A proxy or firewall may not let WebSockets pass, or -timeout is too short"
		}
		return "See the reason that the service gives"
	}
	switch refused.StatusCode {
	case http.StatusUnauthorized:
		return "The key is not of this resource, or the token is not for its tenant"
	case http.StatusForbidden:
		return "Who signs in needs the role Cognitive Services User, or Azure AI User for an agent; the network rules of the resource may refuse this machine"
	case http.StatusNotFound:
		return "Is the endpoint that of a resource of Azure AI Foundry, in a region that has VoiceLive?"
	case http.StatusBadRequest:
		return "Does the region have the model, is its name right, and is the API version known? See -model and -api-version"
	case http.StatusTooManyRequests:
		return "The resource opens only some sessions per minute: wait, or ask for a higher quota"
	}
	return "See the reason that the service gives"
}
