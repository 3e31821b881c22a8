package steptui

// This file tests the screen: keys go in, views are compared.

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coroscope/cmd/coroscope/demo/bartender"
	"coroscope/cmd/coroscope/internal/stepper"
	"coroscope/coro"
	"coroscope/statemachine/specimen"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A screen is a model, and what is done to it.
type screen struct {
	t *testing.T
	Model
	quit bool
	does tea.Msg // what the last key had the terminal do; nil if nothing
}

// show shows a session on a screen of a size.
func show(t *testing.T, s stepper.Session, width, height int, color bool) *screen {
	t.Helper()
	t.Cleanup(s.Close)
	sc := &screen{t: t, Model: New(s, color)}
	if got := sc.View(); got != "" {
		t.Errorf("before the size is known, it shows %q", got)
	}
	sc.send(tea.WindowSizeMsg{Width: width, Height: height})
	return sc
}

func specimenOn(t *testing.T, name string, shape coro.Shape, width, height int) *screen {
	coro.CheckLeaks(t)
	return show(t, stepper.NewCoroutine(specimen.Find(name), shape), width, height, false)
}

func (sc *screen) send(msg tea.Msg) {
	m, cmd := sc.Update(msg)
	sc.Model = m.(Model)
	sc.does = nil
	if cmd == nil {
		return
	}
	sc.does = cmd()
	switch sc.does.(type) {
	case tea.QuitMsg, tea.InterruptMsg:
		sc.quit = true
	}
}

// named are the keys that are no characters.
var named = map[string]tea.KeyType{
	"right": tea.KeyRight, "left": tea.KeyLeft, "up": tea.KeyUp, "down": tea.KeyDown, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab,
	"shift+tab": tea.KeyShiftTab, "backspace": tea.KeyBackspace, "ctrl+u": tea.KeyCtrlU, "ctrl+c": tea.KeyCtrlC, "ctrl+z": tea.KeyCtrlZ,
}

// press presses keys: names, or characters one after the other.
func (sc *screen) press(keys ...string) *screen {
	sc.t.Helper()
	for _, key := range keys {
		if typ, ok := named[key]; ok {
			sc.send(tea.KeyMsg{Type: typ})
			continue
		}
		for _, r := range key {
			msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
			if r == ' ' {
				msg.Type = tea.KeySpace
			}
			sc.send(msg)
		}
	}
	return sc
}

func (sc *screen) step() int { return stepper.Now(sc.session).Step }

// has fails the test if the view has not the text.
func (sc *screen) has(text string) {
	sc.t.Helper()
	if !strings.Contains(sc.View(), text) {
		sc.t.Errorf("there is no %q in\n%s", text, sc.View())
	}
}

// hasNot fails the test if the view has the text.
func (sc *screen) hasNot(text string) {
	sc.t.Helper()
	if strings.Contains(sc.View(), text) {
		sc.t.Errorf("there is %q in\n%s", text, sc.View())
	}
}

func TestKeysStep(t *testing.T) {
	sc := specimenOn(t, "average", coro.ShapePull, 80, 24)
	for _, press := range []struct {
		keys string
		step int
	}{
		{"right", 1}, {" ", 2}, {"enter", 3}, {"l", 4}, {"left", 3}, {"b", 2}, {"h", 1}, {"backspace", 0},
		{"end", 6}, {"right", 6}, {"home", 0}, {"left", 0}, {"n", 1}, {"c", 2}, {"g", 0}, {"G", 2},
	} {
		if sc.press(press.keys); sc.step() != press.step {
			t.Errorf("after %q it stands at step %d, want %d", press.keys, sc.step(), press.step)
		}
	}
}

func TestSendIsTyped(t *testing.T) {
	sc := specimenOn(t, "average", coro.ShapeGoroutine, 80, 24).press("n", "s", "12x", "backspace", "_")
	sc.has("send 12__")
	sc.press("ctrl+u", "4.5", "enter")
	sc.has("send 4.5  -> 4.5")
	sc.press("s", "many", "enter")
	sc.has("average takes a number such as 3 or 2.5; found \"many\"")
	sc.press("s", "9", "esc")
	if sc.step() != 2 {
		t.Errorf("it stands at step %d, want 2", sc.step())
	}
	sc.press("t", "reset", "enter")
	sc.has("throw reset  -> 0")
	sc.press("t", "all is lost", "enter")
	sc.has("ended: all is lost")
	sc.press("n")
	sc.has("refused: coroutine has ended")
}

// Ctrl-Z suspends the program wherever it is, or says why that cannot be.
func TestSuspend(t *testing.T) {
	for _, keys := range [][]string{{"ctrl+z"}, {"s", "ctrl+z"}, {"?", "ctrl+z"}} {
		sc := specimenOn(t, "average", coro.ShapePull, 80, 24).press(keys...)
		if _, suspends := sc.does.(tea.SuspendMsg); suspends != canSuspend() || sc.quit {
			t.Errorf("%q suspends: %t, can be suspended: %t, quit: %t", keys, suspends, canSuspend(), sc.quit)
		}
		if !canSuspend() && keys[0] == "ctrl+z" {
			sc.has("there is no shell here")
		}
	}
}

// Keys that come all at once are keys; what is pasted is a text, and no key.
func TestTypedFast(t *testing.T) {
	sc := specimenOn(t, "average", coro.ShapePull, 80, 24)
	sc.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("ns12")})
	sc.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("34"), Paste: true})
	sc.press("enter")
	sc.has("send 1234  -> 1234")
	sc.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("nnq"), Paste: true})
	if sc.quit || sc.step() != 2 {
		t.Errorf("what was pasted quit: %t, and it stands at step %d, want 2", sc.quit, sc.step())
	}
	sc.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("nqn")})
	if !sc.quit || sc.step() != 3 {
		t.Errorf("it quit: %t, and stands at step %d, want 3", sc.quit, sc.step())
	}
}

func TestWhatIsTypedIsNoKey(t *testing.T) {
	sc := specimenOn(t, "fetch", coro.ShapePull, 80, 24).press("n", "s", "quit? b", "enter")
	if sc.quit || sc.step() != 2 {
		t.Errorf("it quit: %t, and stands at step %d, want 2", sc.quit, sc.step())
	}
	sc.has(`send "quit? b"`)
	sc.press("s", strings.Repeat("long ", 30))
	sc.has("…")
}

func TestQuit(t *testing.T) {
	for _, keys := range [][]string{{"q"}, {"ctrl+c"}, {"s", "ctrl+c"}, {"?", "ctrl+c"}, {"?", "q", "q"}} {
		if sc := specimenOn(t, "average", coro.ShapePull, 80, 24).press(keys...); !sc.quit {
			t.Errorf("%q does not quit", keys)
		}
	}
	for _, key := range []string{"q", "ctrl+c"} {
		_, interrupted := specimenOn(t, "average", coro.ShapePull, 80, 24).press(key).does.(tea.InterruptMsg)
		if interrupted != (key == "ctrl+c") {
			t.Errorf("%s is an interruption: %t", key, interrupted)
		}
	}
	if sc := specimenOn(t, "average", coro.ShapePull, 80, 24).press("?", "q"); sc.quit {
		t.Error("the key that leaves the keys has quit")
	}
}

// The keys that are shown are all there are, and each does something: there is
// another view.
func TestKeysAreShown(t *testing.T) {
	sc := specimenOn(t, "average", coro.ShapeStateMachine, 80, 30).press("?")
	for _, b := range sc.bindings() {
		sc.has(b.show)
		sc.has(b.does[:min(len(b.does), 20)])
		for _, key := range b.keys {
			fresh := specimenOn(t, "average", coro.ShapeStateMachine, 80, 12).press("right", "right")
			before := fresh.View()
			switch key {
			case "esc":
				before = fresh.press("tab").View()
			case "up", "k", "pgup":
				before = fresh.press("down").View()
			}
			if after := fresh.press(key).View(); after == before {
				t.Errorf("%s changes nothing in\n%s", key, before)
			}
		}
	}
}

// The keys can be read to their end on the smallest screen, too.
func TestKeysOnASmallScreen(t *testing.T) {
	sc := specimenOn(t, "average", coro.ShapePull, 60, 15).press("?")
	sc.has("go forward")
	sc.hasNot("  quit")
	sc.press("pgdown", "pgdown")
	sc.has("  quit")
	sc.hasNot("go forward")
	sc.press("x")
	sc.has("─ source average.go")
}

func TestWrongKeys(t *testing.T) {
	sc := specimenOn(t, "treewalk", coro.ShapePull, 80, 24).press("x")
	sc.has("no key for that; ? shows the keys")
	sc.press("s")
	sc.has("treewalk takes no values: next resumes it")
	sc.press("left")
	sc.has("this is the start")
	sc.press("end", "right")
	sc.has("this is the end")
	loop := show(t, stepper.NewLoop(stepper.Scenario{Name: "bartender", Parts: bartender.Demo.Parts}, coro.ShapePull), 80, 24, false)
	loop.press("t")
	loop.has("throw is for a coroutine that stands alone")
}

func TestOnePaneAlone(t *testing.T) {
	sc := specimenOn(t, "fetch", coro.ShapeStateMachine, 60, 15).press("right", "right", "right")
	for _, title := range []string{"─ source fetch.go", "─ state and frame", "─ machine fetch", "─ sent in and handed out"} {
		sc.press("tab")
		sc.has(title)
		if n := strings.Count(sc.View(), "\n─ "); n != 1 {
			t.Errorf("%d panes in\n%s", n, sc.View())
		}
	}
	sc.has("  1  next")
	sc.press("tab")
	if n := strings.Count(sc.View(), "\n─ "); n < 3 {
		t.Errorf("%d panes in\n%s", n, sc.View())
	}
	sc.press("shift+tab")
	sc.has("─ sent in and handed out")
	sc.hasNot("─ machine")
}

// A pane is moved to its ends and no further, and back where it was by the next
// step.
func TestMoving(t *testing.T) {
	sc := specimenOn(t, "fibonacci", coro.ShapeStateMachine, 60, 15).press("right", "tab")
	stands := sc.View()
	sc.press("up").hasNot(stands)
	if sc.press("down").View() != stands {
		t.Errorf("up and down is elsewhere:\n%s", sc.View())
	}
	for range 30 {
		sc.press("pgup")
	}
	sc.has("    1  package specimen")
	sc.press("down").hasNot("    1  package specimen")
	for range 30 {
		sc.press("pgdown")
	}
	sc.has("func (m *Fibonacci) Frame()")
	sc.press("right")
	sc.has("▶  88")
}

// sizes are screens from the smallest that is promised upward, and some that
// are smaller.
var sizes = [][2]int{{60, 15}, {80, 24}, {95, 40}, {96, 20}, {120, 36}, {200, 60}, {40, 10}, {20, 5}, {10, 3}, {1, 1}, {300, 15}, {60, 100}}

// fits fails the test if a view does not fit its screen.
func (sc *screen) fits(width, height int) {
	sc.t.Helper()
	lines := strings.Split(sc.View(), "\n")
	if len(lines) > height || len(lines) < height && width >= leastWidth && height >= leastHeight {
		sc.t.Errorf("%d lines on a screen of %d:\n%s", len(lines), height, sc.View())
	}
	for _, l := range lines {
		if w := ansi.StringWidth(l); w > width {
			sc.t.Errorf("%d columns on a screen of %d: %q", w, width, l)
		}
	}
}

func TestViewsFitEverySize(t *testing.T) {
	sessions := func() (all []stepper.Session) {
		for _, sp := range specimen.All() {
			for _, shape := range []coro.Shape{coro.ShapeStateMachine, coro.ShapePull} {
				if !sp.OnLoop {
					all = append(all, stepper.NewCoroutine(sp, shape))
				}
			}
		}
		return append(all, stepper.NewLoop(stepper.Scenario{Name: "bartender", Parts: bartender.Demo.Parts}, coro.ShapePull))
	}
	for _, size := range sizes {
		for _, s := range sessions() {
			sc := show(t, s, size[0], size[1], false)
			for _, keys := range [][]string{{}, {"right", "right", "right"}, {"tab"}, {"tab", "tab"}, {"pgdown"}, {"?"}, {"?", "t", "日本語 wide characters, and so on, and so on, and more of them"}, {"enter"}, {"end"}, {"esc"}} {
				sc.press(keys...)
				sc.fits(size[0], size[1])
			}
		}
	}
}

// The view follows the screen's size while it changes.
func TestResize(t *testing.T) {
	sc := specimenOn(t, "fetch", coro.ShapePull, 120, 40).press("right")
	for _, size := range sizes {
		sc.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		sc.fits(size[0], size[1])
	}
}

// Colors add to a view and change nothing in it; without them there is no
// escape sequence, and what they say is said by marks.
func TestColorsOnlyAdd(t *testing.T) {
	for _, shape := range specimen.Shapes() {
		keys := []string{"right", "right", "right", "right"}
		plain := show(t, stepper.NewCoroutine(specimen.Find("fetch"), shape), 120, 40, false).press(keys...).View()
		colored := show(t, stepper.NewCoroutine(specimen.Find("fetch"), shape), 120, 40, true).press(keys...).View()
		if strings.Contains(plain, "\x1b") {
			t.Errorf("%s: there is an escape sequence in %q", shape, plain)
		}
		if colored == plain {
			t.Errorf("%s: there are no colors in %q", shape, colored)
		}
		var stripped []string
		for line := range strings.SplitSeq(ansi.Strip(colored), "\n") {
			stripped = append(stripped, strings.TrimRight(line, " "))
		}
		if diff := cmp.Diff(plain, strings.Join(stripped, "\n")); diff != "" {
			t.Errorf("%s (-plain +colored):\n%s", shape, diff)
		}
	}
}

func TestViews(t *testing.T) {
	var got txtar.Archive
	for _, shape := range []coro.Shape{coro.ShapeStateMachine, coro.ShapePull} {
		for _, size := range [][2]int{{60, 15}, {80, 24}, {120, 36}} {
			sc := specimenOn(t, "fetch", shape, size[0], size[1]).press("right", "right", "right")
			name := fmt.Sprintf("%s, %dx%d", shape, size[0], size[1])
			got.Files = append(got.Files, txtar.File{Name: name, Data: []byte(sc.View() + "\n")})
		}
	}
	loop := show(t, stepper.NewLoop(stepper.Scenario{Name: "bartender", Parts: bartender.Demo.Parts}, coro.ShapePull), 120, 36, false)
	loop.press("right", "right", "right", "right", "right", "right")
	got.Files = append(got.Files, txtar.File{Name: "loop, 120x36", Data: []byte(loop.View() + "\n")})
	file := filepath.Join("testdata", "views.txtar")
	if *update {
		if err := os.WriteFile(file, txtar.Format(&got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(txtar.Format(&got))); diff != "" {
		t.Errorf("(-want +got; -update rewrites):\n%s", diff)
	}
}

// What the last step changed is seen on the screens that most people have, for
// every machine: it comes first where there is no room for all slots, and how
// many lines there are more is said.
func TestWhatHasChangedIsSeen(t *testing.T) {
	fetch := specimenOn(t, "fetch", coro.ShapeStateMachine, 80, 24).press("n", "s", "enter", "s", `""`, "enter", "s", "hello", "enter")
	fetch.has(`* page    "hello"  was ""`)
	fetch.press("t", "timeout", "enter")
	fetch.has("* failed  timeout  was nil")
	fetch.has(" … 2 more ─")
	fetch.send(tea.WindowSizeMsg{Width: 60, Height: 15})
	fetch.has("* failed  timeout  was nil")
	for _, sp := range specimen.All() {
		if sp.OnLoop {
			continue
		}
		for _, size := range [][2]int{{80, 24}, {120, 36}} {
			sc := specimenOn(t, sp.Name, coro.ShapeStateMachine, size[0], size[1])
			for sc.session.Upcoming() != "" {
				sc.press("right")
				for _, slot := range stepper.Now(sc.session).Coroutine.Frame {
					if slot.Changed {
						sc.has("* " + strings.Repeat("  ", slot.Depth) + slot.Name + " ")
					}
				}
			}
		}
	}
}

// In a pane that stands alone the slots keep their order, and the first that
// has changed is in view.
func TestFrameAlone(t *testing.T) {
	sc := specimenOn(t, "fetch", coro.ShapeStateMachine, 60, 7).press("right", "right", "right", "tab", "tab")
	sc.has("* page")
	sc.has("… 2 more ─")
	if wait, page := strings.Index(sc.View(), "wait "), strings.Index(sc.View(), "* page"); wait < 0 || wait > page {
		t.Errorf("the slots are not in their order in\n%s", sc.View())
	}
}
