// Package race tells tests of chance how many rounds to take: the race detector takes
// five to ten times the time. make test runs them with it, make test-unraced without.
package race

// Rounds returns n, or a fifth of it with the race detector.
func Rounds(n int) int {
	if enabled {
		return n / 5
	}
	return n
}
