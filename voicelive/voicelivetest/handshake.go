package voicelivetest

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
	"github.com/go-voicelive/voicelive-go/voicelive"
)

const (
	path     = "/voice-live/realtime"
	pathRTC  = path + "/calls"
	dayLimit = 24 * time.Hour

	maxRequest     = 64 << 10 // bytes
	requestTimeout = 10 * time.Second
)

// apiVersions are the published versions that are known, and that of the package.
var apiVersions = [...]string{
	"2025-05-01-preview", "2025-10-01", "2026-01-01-preview", "2026-04-10", "2026-06-01-preview", "2026-07-15", "v1", voicelive.APIVersion,
}

// Handshake is a request to open a session, and the reply.
type Handshake struct {
	URL       *url.URL // path and query as they were sent
	Header    http.Header
	Status    int // 101 if a session was opened, 0 if there was no reply
	RequestID string
	index     int
}

// refusal is a reply other than 101.
type refusal struct {
	status  int
	code    string
	message string
	header  http.Header
	body    string // in place of the JSON of code and message
}

func refuse(status int, code, format string, args ...any) *refusal {
	return &refusal{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// serve takes a connection from its first byte to its last.
func (srv *Server) serve(conn net.Conn) {
	defer hangUp(conn)
	limited := &io.LimitedReader{R: conn, N: maxRequest}
	r := bufio.NewReader(limited)
	conn.SetReadDeadline(time.Now().Add(requestTimeout))
	req, err := http.ReadRequest(r)
	if err != nil {
		if limited.N <= 0 {
			refuse(http.StatusRequestHeaderFieldsTooLarge, "431", "The request has more than %d bytes", maxRequest).write(conn, "")
		}
		return
	}
	limited.N = math.MaxInt64
	conn.SetReadDeadline(time.Time{})
	index, h := srv.enter(req)
	faults := srv.options.Faults.Script(index)
	if fault, ok := faults.handshake(); ok && !srv.breakHandshake(conn, r, req, fault, h) {
		return
	}
	if refused := srv.check(req); refused != nil {
		srv.refused(conn, refused, h)
		return
	}
	h.Status = http.StatusSwitchingProtocols
	s := srv.open(conn, r, req, index, h, faults)
	if s == nil {
		return
	}
	if err := srv.welcome(conn, req, h, faults); err != nil {
		s.stop(End{By: ByClient, Code: closeAbnormal, Err: err})
	}
	s.run()
}

// enter records a request before the reply.
func (srv *Server) enter(req *http.Request) (int, Handshake) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	index := srv.requests
	srv.requests++
	h := Handshake{index: index, URL: req.URL, Header: req.Header, RequestID: fmt.Sprintf("00000000-0000-4000-8000-%012d", index+1)}
	if srv.options.Forget && len(srv.handshakes) >= 2*rememberedSessions {
		srv.handshakes = slices.Clone(srv.handshakes[rememberedSessions:])
	}
	srv.handshakes = append(srv.handshakes, h)
	srv.notify()
	return index, h
}

func (srv *Server) leave(index int, h Handshake) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	srv.setHandshake(index, h)
	srv.notify()
}

// setHandshake replaces a handshake, unless the server has forgotten it. The caller holds mu.
func (srv *Server) setHandshake(index int, h Handshake) {
	if i := index - srv.handshakes[0].index; i >= 0 {
		srv.handshakes[i] = h
	}
}

// open makes a session of a connection, or returns nil if the server has been closed.
func (srv *Server) open(conn net.Conn, r *bufio.Reader, req *http.Request, index int, h Handshake, faults Script) *Session {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if srv.closed {
		return nil
	}
	s := newSession(srv, conn, r, req, srv.opened, h, faults)
	srv.opened++
	delete(srv.conns, conn)
	srv.setHandshake(index, h)
	srv.forgetSessions()
	srv.sessions = append(srv.sessions, s)
	srv.notify()
	return s
}

// check returns the refusal of a request; nil if the service accepts it.
func (srv *Server) check(req *http.Request) *refusal {
	for _, check := range []func(*http.Request) *refusal{
		srv.checkPath, srv.checkUpgrade, srv.checkAuth, srv.checkVersion, srv.checkTarget, srv.checkRate,
	} {
		if refused := check(req); refused != nil {
			return refused
		}
	}
	return nil
}

func (srv *Server) checkPath(req *http.Request) *refusal {
	if strings.HasSuffix(req.URL.Path, path) && strings.Count(req.URL.Path, path) == 1 || strings.HasSuffix(req.URL.Path, pathRTC) {
		return nil
	}
	return refuse(http.StatusNotFound, "404", "Resource not found")
}

func (srv *Server) checkUpgrade(req *http.Request) *refusal {
	key, err := base64.StdEncoding.DecodeString(req.Header.Get("Sec-WebSocket-Key"))
	switch {
	case req.Method != http.MethodGet:
		return refuse(http.StatusMethodNotAllowed, "405", "Use GET to open a WebSocket")
	case !hasToken(req.Header, "Connection", "upgrade") || !hasToken(req.Header, "Upgrade", "websocket"):
		return refuse(http.StatusBadRequest, "BadRequest", "This is a WebSocket endpoint")
	case req.Header.Get("Sec-WebSocket-Version") != "13":
		refused := refuse(http.StatusUpgradeRequired, "UpgradeRequired", "WebSocket version 13 is required")
		refused.header = http.Header{"Sec-Websocket-Version": {"13"}}
		return refused
	case err != nil || len(key) != 16:
		return refuse(http.StatusBadRequest, "BadRequest", "Sec-WebSocket-Key is not 16 bytes in base64")
	}
	return nil
}

// credentials are the API key and the bearer token of a request, from its headers or its query.
func credentials(req *http.Request) (key, token string) {
	query := req.URL.Query()
	key = first(req.Header.Get("api-key"), query.Get("api-key"))
	bearer := first(req.Header.Get("Authorization"), query.Get("Authorization"))
	scheme, token, _ := strings.Cut(bearer, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		token = ""
	}
	return key, token
}

func (srv *Server) checkAuth(req *http.Request) *refusal {
	key, token := credentials(req)
	switch {
	case len(req.Header.Values("Authorization")) > 1 || len(req.Header.Values("api-key")) > 1:
		return refuse(http.StatusBadRequest, "BadRequest", "A credential header is there twice")
	case token != "" && allowed(srv.options.Tokens, token):
		return nil
	case token == "" && key != "" && req.URL.Query().Has("agent-name"):
		return refuse(http.StatusUnauthorized, "401", "Agents need a Microsoft Entra token, not a key")
	case token == "" && key != "" && allowed(srv.options.Keys, key):
		return nil
	}
	refused := refuse(http.StatusUnauthorized, "401", "The key or the token is missing or not valid for this resource")
	refused.header = http.Header{"Www-Authenticate": {`Bearer authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"`}}
	return refused
}

func (srv *Server) checkVersion(req *http.Request) *refusal {
	versions := srv.options.APIVersions
	if versions == nil {
		versions = apiVersions[:]
	}
	if v := req.URL.Query().Get("api-version"); v == "" {
		return refuse(http.StatusBadRequest, "MissingApiVersionParameter", "The query parameter api-version is required")
	} else if !slices.Contains(versions, v) {
		return refuse(http.StatusBadRequest, "UnsupportedApiVersion", "API version %s is not supported", v)
	}
	return nil
}

func (srv *Server) checkTarget(req *http.Request) *refusal {
	query := req.URL.Query()
	model, agent, project := first(query.Get("model"), srv.options.DefaultModel), query.Get("agent-name"), query.Get("agent-project-name")
	switch {
	case model == "" && agent == "":
		return refuse(http.StatusBadRequest, "invalid_request_error", "The query needs model, or agent-name and agent-project-name")
	case agent != "" && project == "":
		return refuse(http.StatusBadRequest, "invalid_request_error", "The query has agent-name but not agent-project-name")
	case agent == "" && !allowed(srv.options.Models, model):
		return refuse(http.StatusBadRequest, "invalid_model", "Model %s is not supported in this region", model)
	}
	return nil
}

func (srv *Server) checkRate(*http.Request) *refusal {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	now := time.Now()
	srv.accepted = slices.DeleteFunc(srv.accepted, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	limit := srv.options.ConnectionsPerMinute
	if limit == 0 || len(srv.accepted) < limit {
		srv.accepted = append(srv.accepted, now)
		return nil
	}
	refused := refuse(http.StatusTooManyRequests, "429", "There are more than %d new connections in a minute", limit)
	refused.header = http.Header{"Retry-After": {seconds(time.Minute - now.Sub(srv.accepted[0]))}}
	return refused
}

// seconds writes a duration for Retry-After, rounded up.
func seconds(d time.Duration) string {
	return strconv.Itoa(int(math.Ceil(min(d, dayLimit).Seconds())))
}

// allowed reports whether a list, of which nil is everything, has a value.
func allowed(list []string, value string) bool { return list == nil || slices.Contains(list, value) }

// first is the first of some values that is not zero.
func first[T comparable](values ...T) (v T) {
	for _, value := range values {
		if value != v {
			return value
		}
	}
	return v
}

// hasToken reports whether a header that lists tokens has one.
func hasToken(h http.Header, name, token string) bool {
	for _, line := range h.Values(name) {
		for t := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
	}
	return false
}

// bytes is the whole reply, as Azure's front door shapes it.
func (r *refusal) bytes(requestID string) []byte {
	body := r.body
	if body == "" {
		text, _ := json.Marshal(map[string]any{"error": map[string]string{"code": r.code, "message": r.message}}) // strings always encode
		body = string(text)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", r.status, http.StatusText(r.status))
	header := http.Header{
		"Content-Type": {"application/json"}, "Content-Length": {strconv.Itoa(len(body))}, "Connection": {"close"},
		"X-Ms-Request-Id": {requestID}, "Apim-Request-Id": {requestID}, "X-Ms-Region": {"Test Region"},
	}
	if r.code != "" {
		header.Set("X-Ms-Error-Code", r.code)
	}
	for name, values := range r.header {
		header[name] = values
	}
	header.Write(&b)
	b.WriteString("\r\n" + body)
	return []byte(b.String())
}

func (r *refusal) write(conn net.Conn, requestID string) {
	conn.SetWriteDeadline(time.Now().Add(requestTimeout))
	conn.Write(r.bytes(requestID)) // an error means that nobody reads it
}

// acceptance is the reply with status 101; extra is more header lines, each with its line end.
func acceptance(req *http.Request, requestID, extra string) []byte {
	return wstest.Acceptance(req, fmt.Sprintf("X-Ms-Request-Id: %s\r\nApim-Request-Id: %[1]s\r\n%s", requestID, extra))
}
