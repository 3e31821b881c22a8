// Package browsertest has no code but its test, which opens the traces of the
// demo bartender in "go tool trace" in a real browser and looks whether what
// people are promised is on the page: the row of each coroutine, each run and
// each suspension.
//
// The test needs Chromium or Chrome. Without one it is skipped, unless the
// environment variable COROSCOPE_REQUIRE contains "browser". It leaves a
// screenshot of each shape in its artifact folder (go test -artifacts) or, if
// that is set, in $COROSCOPE_SCREENSHOTS.
package browsertest
