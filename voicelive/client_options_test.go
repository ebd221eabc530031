package voicelive

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
)

// azureOptions are a value for each field of azcore.ClientOptions, by path.
var azureOptions = map[string]any{
	"APIVersion":                         "2025-10-01",
	"Cloud.ActiveDirectoryAuthorityHost": cloud.AzureChina.ActiveDirectoryAuthorityHost,
	"Cloud.Services":                     map[cloud.ServiceName]cloud.ServiceConfiguration{ServiceName: {Audience: "https://ai.azure.cn"}},
	"InsecureAllowCredentialWithHTTP":    true,
	"Logging.IncludeBody":                true,
	"Logging.AllowedHeaders":             []string{"X-Probe"},
	"Logging.AllowedQueryParams":         []string{"model"},
	"Retry.MaxRetries":                   int32(1),
	"Retry.TryTimeout":                   100 * time.Millisecond,
	"Retry.RetryDelay":                   time.Hour,
	"Retry.MaxRetryDelay":                time.Millisecond,
	"Retry.StatusCodes":                  []int{418},
	"Retry.ShouldRetry":                  func(*http.Response, error) bool { return false },
	"Telemetry.ApplicationID":            "probe",
	"Telemetry.Disabled":                 true,
	"TracingProvider":                    tracing.NewProvider(probeTracer, nil),
	"Transport":                          http.DefaultClient,
	"PerCallPolicies":                    []policy.Policy{probePolicy("X-Per-Call")},
	"PerRetryPolicies":                   []policy.Policy{probePolicy("X-Per-Retry")},
}

// traced is told what probeTracer traces.
var traced func(string)

func probeTracer(name, version string) tracing.Tracer {
	return tracing.NewTracer(func(ctx context.Context, name string, o *tracing.SpanOptions) (context.Context, tracing.Span) {
		traced(fmt.Sprintf("start %s %v", name, o.Attributes))
		return ctx, tracing.NewSpan(tracing.SpanImpl{
			End: func() { traced("end " + name) },
			SetStatus: func(s tracing.SpanStatus, text string) {
				traced(fmt.Sprintf("status of %s: %d %s", name, s, text))
			},
		})
	}, nil)
}

type probePolicy string

func (p probePolicy) Do(req *policy.Request) (*http.Response, error) {
	req.Raw().Header.Add(string(p), "yes")
	return req.Next()
}

// scopeProbe is a credential that notes the scopes of tokens.
type scopeProbe struct{ note func(string) }

func (c scopeProbe) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.note(fmt.Sprint("scopes ", o.Scopes))
	return azcore.AccessToken{Token: "t", ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}

// addressed is a connection to another address.
type addressed struct {
	net.Conn
	to net.Addr
}

func (c addressed) RemoteAddr() net.Addr { return c.to }

// connectAs tells all that can be seen of a Connect that the service refuses with 503 as
// often as it is tried.
func connectAs(t *testing.T, opts azcore.ClientOptions, address net.IP) string {
	var mu sync.Mutex
	var seen []string
	note := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, text)
	}
	traced = note
	synctest.Test(t, func(t *testing.T) {
		logged := map[string]bool{}
		azlog.SetListener(func(_ azlog.Event, text string) {
			for _, probe := range []string{"contained no body", "in a header", "in-the-query"} {
				logged[probe] = logged[probe] || strings.Contains(text, probe)
			}
		})
		defer azlog.SetListener(nil)
		var servers sync.WaitGroup
		dial := func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			servers.Go(func() {
				defer server.Close()
				req, err := http.ReadRequest(bufio.NewReader(server))
				if err != nil {
					return
				}
				note(fmt.Sprint(req.URL, req.Header["X-Per-Call"], req.Header["X-Per-Retry"], req.UserAgent()))
				time.Sleep(time.Second)
				io.WriteString(server, "HTTP/1.1 503 X\r\nX-Probe: in a header\r\nContent-Length: 11\r\n\r\nin the body")
			})
			return addressed{client, &net.TCPAddr{IP: address}}, nil
		}
		c, err := NewClient("http://h", scopeProbe{note}, &ClientOptions{ClientOptions: opts, DialContext: dial, Proxy: noProxy})
		if err != nil {
			note("refused: " + err.Error())
			return
		}
		began := time.Now()
		_, err = c.Connect(t.Context(), &ConnectOptions{Model: "in-the-query"})
		servers.Wait()
		took := "hours" // no more precise, since the delays of retries are random
		for _, limit := range []time.Duration{time.Hour, time.Minute, 5 * time.Second} {
			if time.Since(began) < limit {
				took = "less than " + limit.String()
			}
		}
		note(fmt.Sprint(took, logged, strings.Contains(err.Error(), "clear text"), strings.Contains(err.Error(), "context deadline")))
	})
	return strings.Join(seen, "\n")
}

// Every field of azcore.ClientOptions has an effect, or NewClient refuses it.
func TestAzureClientOptions(t *testing.T) {
	observe := func(t *testing.T, opts azcore.ClientOptions) string {
		return connectAs(t, opts, net.IPv4(127, 0, 0, 1)) + "\n" + connectAs(t, opts, net.IPv4(192, 0, 2, 1))
	}
	plain := observe(t, azcore.ClientOptions{})
	var found []string
	var walk func(path string, typ reflect.Type, index []int)
	walk = func(path string, typ reflect.Type, index []int) {
		for i := range typ.NumField() {
			f, name, at := typ.Field(i), typ.Field(i).Name, slices.Concat(index, []int{i})
			if path != "" {
				name = path + "." + name
			}
			value, ok := azureOptions[name]
			if !ok && f.Type.Kind() == reflect.Struct {
				walk(name, f.Type, at)
				continue
			}
			found = append(found, name)
			t.Run(name, func(t *testing.T) {
				if !ok {
					t.Fatal("is new in azcore: honour it or refuse it in NewClient, and give azureOptions a value")
				}
				var opts azcore.ClientOptions
				reflect.ValueOf(&opts).Elem().FieldByIndex(at).Set(reflect.ValueOf(value))
				if observe(t, opts) == plain {
					t.Errorf("has no effect and is not refused:\n%s", plain)
				}
			})
		}
	}
	walk("", reflect.TypeFor[azcore.ClientOptions](), nil)
	slices.Sort(found)
	if want := slices.Sorted(maps.Keys(azureOptions)); !slices.Equal(found, want) {
		t.Errorf("azcore.ClientOptions has the fields %v, azureOptions %v", found, want)
	}
}

func TestScopesOfClouds(t *testing.T) {
	audience := func(c cloud.Configuration, audience string) cloud.Configuration {
		c.Services = map[cloud.ServiceName]cloud.ServiceConfiguration{ServiceName: {Audience: audience}}
		return c
	}
	for name, tt := range map[string]struct {
		opts ClientOptions
		want string // a part of what is seen
	}{
		"public by default":  {ClientOptions{}, "scopes [https://ai.azure.com/.default]"},
		"public by name":     {ClientOptions{ClientOptions: azcore.ClientOptions{Cloud: cloud.AzurePublic}}, "scopes [https://ai.azure.com/.default]"},
		"another audience":   {ClientOptions{ClientOptions: azcore.ClientOptions{Cloud: audience(cloud.AzureChina, "https://ai.azure.cn")}}, "scopes [https://ai.azure.cn/.default]"},
		"scopes go first":    {ClientOptions{Scopes: []string{"a", "b"}, ClientOptions: azcore.ClientOptions{Cloud: audience(cloud.AzureChina, "c")}}, "scopes [a b]"},
		"an unknown cloud":   {ClientOptions{ClientOptions: azcore.ClientOptions{Cloud: cloud.AzureGovernment}}, "the audience of tokens in ClientOptions.Cloud is unknown"},
		"a cloud's endpoint": {ClientOptions{ClientOptions: azcore.ClientOptions{Cloud: cloud.Configuration{Services: map[cloud.ServiceName]cloud.ServiceConfiguration{ServiceName: {Endpoint: "https://h"}}}}}, "pass it to NewClient"},
	} {
		t.Run(name, func(t *testing.T) {
			var seen []string
			tt.opts.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, io.ErrUnexpectedEOF }
			tt.opts.Proxy, tt.opts.Retry.MaxRetries = noProxy, -1
			c, err := NewClient("https://h", scopeProbe{func(s string) { seen = append(seen, s) }}, &tt.opts)
			if err == nil {
				_, err = c.Connect(t.Context(), nil)
			}
			if got := strings.Join(append(seen, err.Error()), "\n"); !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestAPIVersionOfTheNearestPlace(t *testing.T) {
	for _, tt := range []struct{ endpoint, client, connect, want string }{
		{"https://h", "", "", APIVersion},
		{"https://h?api-version=1", "", "", "1"},
		{"https://h?api-version=1", "2", "", "2"},
		{"https://h?api-version=1", "2", "3", "3"},
	} {
		u, err := parseEndpoint(tt.endpoint)
		if err != nil {
			t.Fatal(err)
		}
		got, err := realtimeURL(u, tt.client, &ConnectOptions{APIVersion: tt.connect})
		if err != nil || got.Query().Get("api-version") != tt.want {
			t.Errorf("%v: got %v, %v", tt, got, err)
		}
	}
}

// The spans of a Connect nest: the requests are below it.
func TestSpansOfConnect(t *testing.T) {
	got := strings.Split(connectAs(t, azcore.ClientOptions{
		TracingProvider: tracing.NewProvider(probeTracer, nil),
		Retry:           policy.RetryOptions{MaxRetries: -1},
	}, net.IPv4(127, 0, 0, 1)), "\n")
	var spans []string
	for _, line := range got {
		if word, _, _ := strings.Cut(line, " ["); strings.HasPrefix(line, "start ") || strings.HasPrefix(line, "end ") {
			spans = append(spans, word)
		}
	}
	if want := []string{"start Client.Connect", "start HTTP GET", "end HTTP GET", "end Client.Connect"}; !slices.Equal(spans, want) {
		t.Errorf("got %q, want %q in\n%s", spans, want, strings.Join(got, "\n"))
	}
}
