// Package evolve tells what a new version of a swagger 2.0 document of definitions changes: [Diff] compares two
// documents, [Drift] the checked-in document with that of upstream, and [Take] a new document with the one
// that it replaces. [ReviewOverlay] tries the corrections of the old document on the new one, and [HandWritten]
// finds the code that no longer compiles.
//
// The functions are pure: bytes in, reports out.
//
// # Stability and concurrency
//
// The package is the library of vlgen, and its API may change in any version. Functions may be called
// from any goroutine.
package evolve
