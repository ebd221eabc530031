// Package voicelive talks to Azure VoiceLive: spoken conversations with a model or an
// agent over one WebSocket.
//
// A [Client] belongs to a resource and opens a [Session] for each conversation:
//
//	client, err := voicelive.NewClient("https://<resource>.services.ai.azure.com", cred, nil)
//	session, err := client.Connect(ctx, &voicelive.ConnectOptions{Model: "gpt-realtime"})
//	defer session.Close()
//
// Events go both ways. [Session.Send] and its helpers send client events,
// [Session.AudioWriter] sends audio, and [Session.Do] waits until the service
// replies. [Session.Recv] returns server events in the order in which they arrive, each
// once; [Session.Events] iterates over them, and a [Mux] calls a handler for each type.
//
// # Errors
//
// An error of the service is an event, [*ServerEventError], and the session goes on.
// It also continues after an [*EventError], an event that could not be decoded, and after
// an error that wraps [ErrNotSent]. A [*SessionError] is the end of the session; its Kind
// says why. Sessions do not reconnect, because the service forgets the conversation with
// the connection; [Retryable] reports whether a new session may succeed. A refused
// handshake is an *azcore.ResponseError.
//
// # Time and memory
//
// Every wait is bounded by a context or by [Limits]. A session costs one goroutine, and
// some kilobytes while it is idle. Received events wait in a queue. While the queue is
// full the session does not read the connection, and it ends if the consumer does not
// receive for Limits.SlowConsumerTimeout. [Session.RecvBorrowed] reuses the memory of
// audio. Events with 100 ms of audio take a fifth of the processor time of events with 20 ms.
//
// # Privacy
//
// Logs have types and sizes of events. Errors, logs and printed values of this package have
// no credentials. The JSON of a value has them, since that is sent to the service. A
// slog.JSONHandler writes the JSON of a list: log a session or an event, not its Tools or
// ICEServers. Package fmt prints unexported fields without the methods of their types:
// keep values with secrets in exported fields.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module: a minor version may break programs, and
// CHANGELOG says how to mend them. The identifiers of generated code follow the specification of
// the service. A [Client] and a [Session] may be used from any goroutine, and one receives at a
// time.
//
// # Types
//
// The types of events, and of what they hold, are generated from the specification of
// [APIVersion]. [UnmarshalServerEvent] decodes any event; a type switch tells which.
//
// Structs are flat. Required properties are values, optional ones are pointers; slices,
// maps, enums and unions are absent when they are zero. An empty slice or map is sent.
// Defaults are the service's: they are documented, and never filled in.
//
// Unions are sealed interfaces of pointers to structs. The constants that tell variants
// apart, such as type, are no fields: the codec writes them. A variant that this version
// does not know is an Unknown value with its raw JSON. Enums are strings, and any string
// is a value.
//
// Decoding a value and encoding it again gives the same JSON. What the Go fields cannot
// hold is in [Extra]: unknown properties, nulls, values of an unexpected type, text that
// is not base64. Decoding fails, with a [*DecodeError], for what is not JSON, for names
// that occur twice in an object, and for values nested too deep or with too many
// elements. One thing is added: where [json.Unmarshal] is given a struct, and the
// outermost object lacks a required constant of it, such as type, encoding writes the
// constant.
//
// Values are plain data. They may be copied, are not safe for concurrent writes, and
// never alias the input they were decoded from.
package voicelive
