package viewer

// This file defines opening a page in a browser.

import (
	"errors"
	"os"
	"os/exec"
	"time"
)

// ErrNoBrowser says that no browser could be started.
var ErrNoBrowser = errors.New("no browser could be started")

// OpenBrowser opens url in the person's browser: $BROWSER if that is set,
// otherwise what the system has for it. Error: ErrNoBrowser.
func OpenBrowser(url string) error {
	commands := systemBrowsers()
	if b := os.Getenv("BROWSER"); b != "" {
		commands = append([][]string{{b}}, commands...)
	}
	for _, c := range commands {
		cmd := exec.Command(c[0], append(c[1:], url)...)
		if cmd.Start() == nil && lives(cmd) {
			return nil
		}
	}
	return ErrNoBrowser
}

// lives reports whether a browser seems to have come up: it runs on, or ended
// well because it handed the page to one that ran already.
func lives(cmd *exec.Cmd) bool {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err == nil
	case <-time.After(2 * time.Second):
		return true
	}
}
