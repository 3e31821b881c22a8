// Package browsertest finds a browser for tests. Its own test opens the traces of
// the demo bartender in "go tool trace" in it and looks whether what people are
// promised is on the page: the row of each coroutine, each run and each
// suspension.
//
// Such a test needs Chromium or Chrome. Without one it is skipped, unless the
// environment variable COROSCOPE_REQUIRE contains "browser". It leaves a
// screenshot of each shape in its artifact folder (go test -artifacts) or, if
// that is set, in $COROSCOPE_SCREENSHOTS.
package browsertest
