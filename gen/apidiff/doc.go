// Package apidiff holds the verdicts of vlgen diff on Go code against those of
// golang.org/x/exp/apidiff, which compares the compiled packages. It is a module
// of its own, since nobody else needs the dependency.
package apidiff
