//go:build !race

package voicelive_test

const raceEnabled = false
