package browsertest

// This file defines what the tests in a browser share.

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Find returns the path of a browser, or ends the test: with -short, or where
// there is none, which is a failure if COROSCOPE_REQUIRE asks for one.
func Find(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("opens a browser; run without -short")
	}
	for _, name := range []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell", "chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		`C:\Program Files\Google\Chrome\Application\chrome.exe`,
	} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if strings.Contains(os.Getenv("COROSCOPE_REQUIRE"), "browser") {
		t.Fatal("there is no Chromium and no Chrome, and COROSCOPE_REQUIRE asks for a browser")
	}
	t.Skip("there is no Chromium and no Chrome; set COROSCOPE_REQUIRE=browser to have that be a failure")
	return ""
}

// Screenshots returns the folder for pictures: $COROSCOPE_SCREENSHOTS if that is
// set, otherwise the test's artifact folder.
func Screenshots(t testing.TB) string {
	if dir := os.Getenv("COROSCOPE_SCREENSHOTS"); dir != "" {
		return dir
	}
	return t.ArtifactDir()
}
