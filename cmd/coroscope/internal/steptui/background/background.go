// Package background keeps a program that can show a screen from asking the
// terminal for the color of its background, which package bubbletea does when
// the program begins, whatever it was called to do: the question would stand
// in the midst of what other commands print, and a terminal that does not
// answer would make all of them wait.
//
// The answer is given here before the question. Packages are initialized in
// the order of their paths, as far as their imports permit, so this one comes
// before bubbletea in every program whose module is called "coroscope".
package background

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
