package specimen_test

import (
	"os"
	"testing"

	"coroscope/coro"
)

// In the tests, as in the demos, a debugger finds the goroutines of coroutines
// by their label.
func TestMain(m *testing.M) {
	coro.LabelAll(true)
	os.Exit(m.Run())
}
