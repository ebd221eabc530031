package ws

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxProxyReply bounds the reply of a proxy to CONNECT.
const maxProxyReply = 16 << 10

// dial connects to the host of u, through a proxy if there is one, and speaks TLS
// unless u is http. Whatever it opened is closed when ctx ends or on an error.
func (c *Config) dial(ctx context.Context, req *http.Request) (conn net.Conn, err error) {
	// http.ProxyFromEnvironment and its like judge by the scheme and the host.
	proxy, err := c.Proxy(req)
	if err != nil {
		return nil, nonRetriable(errors.New("voicelive: the proxy setting is not a URL")) // the error would repeat it, password included
	}
	u := req.URL
	if proxy == nil {
		conn, err = c.open(ctx, hostPort(u))
	} else {
		conn, err = c.dialProxy(ctx, proxy, hostPort(u))
	}
	if err != nil {
		return nil, err
	}
	raw := conn
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer func() {
		if !stop() && err == nil {
			err = ctx.Err()
		}
		if err != nil {
			raw.Close()
			conn = nil
		}
	}()
	if u.Scheme == "http" {
		return conn, c.checkClearText(conn, proxy != nil)
	}
	return c.handshakeTLS(ctx, conn, u.Hostname())
}

// open opens a connection.
func (c *Config) open(ctx context.Context, addr string) (net.Conn, error) {
	conn, err := c.DialContext(ctx, "tcp", addr)
	if conn == nil && err == nil {
		err = nonRetriable(errors.New("voicelive: DialContext returned neither a connection nor an error"))
	}
	return conn, err
}

// checkClearText runs before the first byte is sent: what counts is the address
// that was dialed, since a name such as localhost may resolve to anything.
func (c *Config) checkClearText(conn net.Conn, proxied bool) error {
	if c.AllowClearText {
		return nil
	}
	if addr, ok := conn.RemoteAddr().(*net.TCPAddr); ok && addr.IP.IsLoopback() && !proxied {
		return nil
	}
	return nonRetriable(errors.New("voicelive: the endpoint is clear text and not on this machine; use https, or set InsecureAllowCredentialWithHTTP"))
}

func (c *Config) handshakeTLS(ctx context.Context, conn net.Conn, host string) (net.Conn, error) {
	config := &tls.Config{}
	if c.TLSConfig != nil {
		config = c.TLSConfig.Clone()
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = strings.Cut(host, "%") // certificates know no zones
	}
	config.NextProtos = []string{"http/1.1"} // a config shared with net/http may ask for h2, which cannot be upgraded
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	secure := tls.Client(conn, config)
	err := secure.HandshakeContext(ctx)
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return nil, nonRetriable(err)
	}
	if err == io.EOF { // which would read as an orderly end
		err = fmt.Errorf("voicelive: TLS: %w", io.ErrUnexpectedEOF)
	}
	if err != nil {
		return nil, err
	}
	return secure, nil
}

// dialProxy asks an http or https proxy for a tunnel to addr.
func (c *Config) dialProxy(ctx context.Context, proxy *url.URL, addr string) (conn net.Conn, err error) {
	if proxy.Scheme != "http" && proxy.Scheme != "https" {
		return nil, nonRetriable(fmt.Errorf("voicelive: proxies of scheme %q are not supported; dial yours in ClientOptions.DialContext and set Proxy to one that returns nil", proxy.Scheme))
	}
	conn, err = c.open(ctx, hostPort(proxy))
	if err != nil {
		return nil, fmt.Errorf("voicelive: dial proxy: %w", err)
	}
	raw := conn
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer func() {
		if !stop() {
			err = fmt.Errorf("voicelive: waiting for the proxy: %w", ctx.Err())
		}
		if err != nil {
			raw.Close()
			conn = nil
		}
	}()
	if proxy.Scheme == "https" {
		if conn, err = c.handshakeTLS(ctx, conn, proxy.Hostname()); err != nil {
			return nil, fmt.Errorf("voicelive: TLS to proxy: %w", err)
		}
	}
	if err := connectThrough(conn, proxy, addr); err != nil {
		return nil, err
	}
	return conn, nil
}

// connectThrough speaks CONNECT. Its errors carry what the proxy said, and no credential.
func connectThrough(conn net.Conn, proxy *url.URL, addr string) error {
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	clean := strings.NewReplacer() // removes the credential from the proxy's text: some repeat the request
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		credential := base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password))
		req.Header.Set("Proxy-Authorization", "Basic "+credential)
		clean = removing(credential, password, url.QueryEscape(password), url.PathEscape(password))
	}
	if err := req.Write(conn); err != nil {
		return fmt.Errorf("voicelive: ask the proxy for %s: %w", addr, err)
	}
	// One byte at a time, so that none of the tunnel's is taken.
	reply := bufio.NewReaderSize(&byteReader{io.LimitReader(conn, maxProxyReply)}, 16)
	resp, err := http.ReadResponse(reply, req)
	for err == nil && resp.StatusCode < http.StatusOK { // informational
		resp, err = http.ReadResponse(reply, req)
	}
	if err != nil {
		if text := err.Error(); clean.Replace(text) != text {
			err = errors.New(clean.Replace(text))
		}
		return fmt.Errorf("voicelive: reply of the proxy: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	conn.SetReadDeadline(time.Now().Add(time.Second)) // what it has to say, if it says it soon
	body, _ := io.ReadAll(resp.Body)
	err = &ProxyError{resp.StatusCode, OneLine(clean.Replace(fmt.Sprintf("voicelive: the proxy replies %s: %s", resp.Status, strings.TrimSpace(string(body)))))}
	if !Passing(resp.StatusCode) {
		return nonRetriable(err)
	}
	return err
}

// removing returns a replacer that removes secrets from a text.
func removing(secrets ...string) *strings.Replacer {
	var pairs []string
	for _, secret := range secrets {
		if secret != "" {
			pairs = append(pairs, secret, "REDACTED")
		}
	}
	return strings.NewReplacer(pairs...)
}

// A ProxyError is the reply of a proxy that made no tunnel.
type ProxyError struct {
	Status int
	text   string
}

func (e *ProxyError) Error() string { return e.text }

// Passing reports whether another request may not get the HTTP status.
func Passing(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// byteReader returns one byte a call.
type byteReader struct{ r io.Reader }

func (b *byteReader) Read(p []byte) (int, error) { return b.r.Read(p[:min(1, len(p))]) }

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "443"
		if u.Scheme == "http" {
			port = "80"
		}
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// nonRetriable marks an error that the retry policy of the pipeline must not repeat.
func nonRetriable(err error) error { return &nonRetriableError{err} }

type nonRetriableError struct{ error }

func (e *nonRetriableError) NonRetriable() {}
func (e *nonRetriableError) Unwrap() error { return e.error }

// hardClose closes without saying goodbye: a TLS connection would wait up to
// five seconds for room to say it in.
func hardClose(conn net.Conn) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	conn.Close()
}

// refusedHeaders in a reply mean that the peer speaks something that was not
// offered.
var refusedHeaders = []string{"Sec-Websocket-Extensions", "Sec-Websocket-Protocol"}

// checkReply refuses a reply that the library accepts.
func checkReply(resp *http.Response) error {
	if !resp.ProtoAtLeast(1, 1) || len(resp.Header["Sec-Websocket-Accept"]) != 1 {
		return nonRetriable(errNoWebSocket)
	}
	if i := slices.IndexFunc(refusedHeaders, func(name string) bool { return resp.Header.Get(name) != "" }); i >= 0 {
		return nonRetriable(fmt.Errorf("voicelive: the server chose a %s that was not offered", refusedHeaders[i]))
	}
	return nil
}
