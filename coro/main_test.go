package coro_test

import (
	"os"
	"testing"

	"coroscope/coro"
)

// In the tests, as in the demos, goroutines of coroutines are labeled, so that
// a debugger finds them: dlv's "goroutines -with label coroutine=NAME".
func TestMain(m *testing.M) {
	coro.LabelAll(true)
	os.Exit(m.Run())
}
