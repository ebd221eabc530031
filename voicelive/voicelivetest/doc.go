// Package voicelivetest is a VoiceLive service for tests and demos, as net/http/httptest is a server: in the same
// process, without an account and without a network.
package voicelivetest
