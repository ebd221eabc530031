package acs_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// No goroutine outlives the tests.
func TestMain(m *testing.M) {
	code := m.Run()
	if leaks := wstest.Leaks(); code == 0 && leaks != "" {
		fmt.Println("goroutines are left:\n" + leaks)
		code = 1
	}
	os.Exit(code)
}
