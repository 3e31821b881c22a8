package web

// This file defines the test of how the page looks.

import (
	"testing"

	"coroscope/coro"

	"github.com/chromedp/chromedp/kb"
)

// The page is left in pictures, light and dark, wide and narrow, and nothing on
// it is wider than it is.
func TestLooks(t *testing.T) {
	s := serve(t, "bartender.trace", theBar(t, coro.ShapeStateMachine))
	p := openTab(t, s.URL())
	p.press(kb.ArrowDown, kb.ArrowRight, kb.ArrowRight, kb.ArrowRight, kb.ArrowRight)
	for _, look := range []struct {
		name          string
		width, height int64
		scheme        string
	}{{"light", 1280, 1000, "light"}, {"dark", 1280, 1000, "dark"}, {"narrow-light", 390, 844, "light"}, {"narrow-dark", 390, 844, "dark"}} {
		p.look(look.width, look.height, look.scheme)
		p.settle()
		if wide := eval[int64](p, "document.documentElement.scrollWidth"); wide > look.width {
			t.Errorf("%s: the page is %d pixels wide, %d are seen", look.name, wide, look.width)
		}
		p.screenshot("page-" + look.name)
		p.press("n")
		p.screenshot("numbers-" + look.name)
		p.press(kb.Escape)
		p.press("?")
		p.screenshot("keys-" + look.name)
		p.press(kb.Escape)
	}
	p.quiet()
}
