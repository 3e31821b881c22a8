//go:build !darwin && !windows

package viewer

import "os"

// systemBrowsers returns nothing where there is no display to show one on.
func systemBrowsers() [][]string {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return nil
	}
	return [][]string{{"xdg-open"}, {"google-chrome"}, {"chromium"}, {"firefox"}}
}
