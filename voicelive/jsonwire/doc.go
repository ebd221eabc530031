// Package jsonwire reads and writes the JSON of generated packages.
//
// It exists for generated code, and its API is stable for generated code only.
// What users meet of it are the types that generated packages give names of
// their own: [Extra], [Nullable], [DecodeError] and [ValidationError].
//
// # What is accepted
//
// The reader accepts exactly the documents that encoding/json accepts, with
// these differences:
//
//   - Strings and names must be valid UTF-8; encoding/json replaces bad bytes.
//   - A name that occurs twice in an object is an error, wherever the names of
//     an object are looked at: in structs and in maps. Inside a raw value names
//     are not compared.
//   - Arrays and objects nest at most [MaxDepth] deep; encoding/json allows 10,000.
//   - Lists, maps and Extra of one message hold at most [MaxElements] values, so
//     that the memory of a value is bounded: a {} of three bytes can become a
//     struct of some hundred.
//   - Names are compared exactly; encoding/json ignores case.
//   - An escaped lone surrogate in a name is an error; encoding/json replaces it.
//
// # What is kept
//
// Decoding is lenient about types and strict about JSON. A value that its Go
// field cannot hold, or cannot reproduce, costs neither the message nor the
// value: its JSON text goes to the [Extra] of its struct under its own name and
// is written again as long as the field is not changed. So do unknown members,
// explicit nulls, and the absence of a required member.
//
// Inside arrays and maps, where there is no Extra for a single element, one
// element that does not fit makes the whole property go to Extra. Numbers there
// are compared as numbers: up to 17 significant digits are taken as the float64
// nearest to them.
//
// # Stability and concurrency
//
// The API may change in a minor version, together with vlgen: [Generation1] keeps code of another
// generation from compiling. The types that generated packages name are as stable as these. A
// [Reader], a [Writer] and what they return belong to one goroutine; functions may be called from
// any.
package jsonwire

// MaxDepth is how deep arrays and objects may nest.
const MaxDepth = 512

// MaxElements is how many elements of lists and maps, and members that only
// Extra holds, one message may have.
const MaxElements = 1 << 17

// Generation1 is declared as long as this package serves the code that vlgen
// writes today. A generated package that names a generation which is not
// declared does not compile: generate it again, with the vlgen of the same
// version of this module.
const Generation1 = 1
