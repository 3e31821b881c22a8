// Package traced helps the tests of demos: it traces something, and reads the
// trace back.
package traced

import (
	"bytes"
	"testing"

	cotrace "coroscope/trace"
	"coroscope/trace/timeline"
)

// Of traces f and returns what is in the trace. The test ends if f returns an
// error, or if a part of the trace is lost.
func Of(t testing.TB, opt timeline.Options, f func() error) *timeline.Timeline {
	t.Helper()
	var trace bytes.Buffer
	if err := cotrace.Start(&trace); err != nil {
		t.Fatal(err)
	}
	err := f()
	cotrace.Stop()
	if err != nil {
		t.Fatal(err)
	}
	tl, err := timeline.Read(&trace, opt)
	if err != nil || len(tl.Lost) > 0 {
		t.Fatalf("%v, lost %q", err, tl.Lost)
	}
	return tl
}
