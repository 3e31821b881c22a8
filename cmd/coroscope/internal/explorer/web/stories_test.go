package web

// This file defines the tests of what one does on the page, compared with the
// timeline.

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

// words returns what is awaited.
func words(s timeline.Suspension) string { return strings.TrimPrefix(s.On, "await ") }

// find returns a coroutine by its name.
func find(t *testing.T, tl *timeline.Timeline, name string) *timeline.Coroutine {
	t.Helper()
	i := slices.IndexFunc(tl.Coroutines, func(c *timeline.Coroutine) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("there is no %s", name)
	}
	return tl.Coroutines[i]
}

// middle returns an instant in a span.
func middle(s timeline.Span) time.Duration { return (s.Start + s.End) / 2 }

// shows checks that all panes say that c is in a suspension.
func (p *tab) shows(c *timeline.Coroutine, s *timeline.Suspension) {
	p.Helper()
	at := fmt.Sprintf("%s, suspended on %s", c, s.On)
	if got, want := p.text("#coroutine .status"), c.String()+" suspended on "+words(*s); got != want && got != c.String()+" ready to go on from "+words(*s) {
		p.Errorf("%s: the status is %q, want %q", at, got, want)
	}
	if got := p.text("#source .where code"); got != s.At {
		p.Errorf("%s: the source is at %q, want %q", at, got, s.At)
	}
	line := s.At[strings.LastIndexByte(s.At, ':')+1:]
	if got := eval[string](p, "String(document.querySelector('#source [aria-current]')?.value)"); got != line {
		p.Errorf("%s: line %s of the source is marked, want %s", at, got, line)
	}
	if lit := eval[[]string](p, "[...document.querySelectorAll('#machine .lit')].map(e => e.textContent)"); len(lit) != 1 || !strings.Contains(lit[0], s.On) {
		p.Errorf("%s: states %q are lit", at, lit)
	}
	if taken := eval[int](p, "document.querySelectorAll('#machine .edge.taken').length"); taken == 0 {
		p.Errorf("%s: no edge is marked", at)
	}
}

// What is clicked is shown in all panes, in the shape of a machine with its
// frame, and in one with a stack.
func TestClick(t *testing.T) {
	for _, shape := range []coro.Shape{coro.ShapeStateMachine, coro.ShapePull} {
		t.Run(shape.String(), func(t *testing.T) {
			trace := theBar(t, shape)
			tl := read(t, trace)
			s := serve(t, "bar.trace", trace)
			p := openTab(t, s.URL())
			var want []string
			want = append(want, "loop bar")
			for _, c := range tl.Coroutines {
				want = append(want, c.String())
			}
			if diff := cmp.Diff(want, p.texts("#rows .row")); diff != "" {
				t.Errorf("rows (-want +on the page):\n%s", diff)
			}
			for _, name := range []string{"Ann", "Cleo"} {
				c := find(t, tl, name)
				for i := range c.Suspensions {
					if sus := &c.Suspensions[i]; sus.Len() > 15*time.Millisecond {
						p.click(p.at(fmt.Sprint("c", c.ID), middle(sus.Span)))
						p.shows(c, sus)
						if shape == coro.ShapePull {
							continue // it has no frame
						}
						if got := p.texts("#coroutine .frame th"); !slices.Contains(got, "name") {
							t.Errorf("slots %q", got)
						}
						if got := p.text("#coroutine .frame"); !strings.Contains(got, `"`+name+`"`) {
							t.Errorf("the frame is %q", got)
						}
					}
				}
			}
			p.quiet()
		})
	}
}

// Everything can be done with keys: rows are chosen, events gone through forward and
// back, the view zoomed and moved, filtered, grouped and unfolded.
func TestKeys(t *testing.T) {
	trace := theBar(t, coro.ShapeStateMachine)
	tl := read(t, trace)
	p := openTab(t, serve(t, "bar.trace", trace).URL())
	bob, cleo := find(t, tl, "Bob"), find(t, tl, "Cleo").String()
	p.press(kb.ArrowDown, kb.ArrowDown)
	if got := p.text("#rows [aria-selected=true]"); got != bob.String() {
		t.Fatalf("%q is selected", got)
	}

	// Forward through all that Bob does, and back again.
	type step struct {
		At   time.Duration
		What string
	}
	here := func() step {
		_, what, _ := strings.Cut(p.text("#said"), ": ") // after the instant in words
		return step{time.Duration(eval[int64](p, "Number(document.getElementById('canvas').dataset.at)")), what}
	}
	var forward []step
	for range 2*len(bob.Suspensions) + 2 {
		p.press(kb.ArrowRight)
		forward = append(forward, here())
	}
	want := []string{"is made at bar.go:62", "starts"}
	instants := []time.Duration{bob.Spawned, bob.Runs[0].Start}
	for i, s := range bob.Suspensions {
		want = append(want, fmt.Sprintf("is suspended on %s at %s", words(s), s.At), fmt.Sprintf("goes on from %s at %s", words(s), s.At))
		instants = append(instants, s.Start, bob.Runs[i+1].Start)
	}
	want, instants = append(want, "returned"), append(instants, bob.Ended)
	for i, got := range forward { // the cursor began where the first coroutine did, before Bob
		if w := (step{instants[i], bob.String() + " " + want[i]}); got != w {
			t.Errorf("step %d forward: %v, want %v", i, got, w)
		}
	}
	for i := len(forward) - 2; i >= 0; i-- {
		p.press(kb.ArrowLeft)
		if got := here(); got != forward[i] {
			t.Errorf("back at step %d: %v, want %v", i, got, forward[i])
		}
	}

	// The next event of anybody is that of the one who did it.
	p.press("Shift+" + kb.ArrowRight)
	if got := p.text("#rows [aria-selected=true]"); got == "" || !strings.Contains(p.text("#said"), got) {
		t.Errorf("%q is selected, and said is %q", got, p.text("#said"))
	}

	span := func() float64 {
		return eval[float64](p, "(c => Number(c.dataset.to) - Number(c.dataset.from))(document.getElementById('canvas'))")
	}
	whole := span()
	p.press("+", "w")
	if got := span(); got > whole/3.9 || got < whole/4.1 {
		t.Errorf("zoomed in twice, %v of %v is seen", got, whole)
	}
	from := eval[float64](p, "Number(document.getElementById('canvas').dataset.from)")
	p.press("d")
	if now := eval[float64](p, "Number(document.getElementById('canvas').dataset.from)"); now <= from {
		t.Errorf("moved to the right from %v to %v", from, now)
	}
	p.press("a", "-", "0")
	if got := span(); got != whole {
		t.Errorf("all of it is %v, was %v", got, whole)
	}

	p.press("g")
	if diff := cmp.Diff([]string{"loop bar", "▸ specimen.bartender 1×", "▸ specimen.guest 3×"}, p.texts("#rows .row")); diff != "" {
		t.Errorf("rows grouped (-want +on the page):\n%s", diff)
	}
	p.press(kb.ArrowDown, kb.ArrowDown, kb.ArrowDown, kb.Enter)
	if diff := cmp.Diff([]string{"loop bar", "▸ specimen.bartender 1×", "▾ specimen.guest 3×", find(t, tl, "Ann").String(), bob.String(), cleo}, p.texts("#rows .row")); diff != "" {
		t.Errorf("rows unfolded (-want +on the page):\n%s", diff)
	}
	p.press("g", "/", kb.Backspace) // the test's / arrives as a character too, which no person's does
	p.press("oven", kb.Enter)
	hits := 0
	for _, c := range tl.Coroutines {
		for _, s := range c.Suspensions {
			if words(s) == "future oven" {
				hits++
			}
		}
	}
	if got := len(p.texts("#numbers tbody tr")); got != hits {
		t.Errorf("%d suspensions on the oven are found, want %d", got, hits)
	}
	p.press(kb.Escape)
	if got := p.texts("#rows .row"); slices.Contains(got, find(t, tl, "Ann").String()) || !slices.Contains(got, cleo) {
		t.Errorf("rows filtered by oven: %q", got)
	}
	p.press(kb.Escape) // takes the filter away
	if got := p.texts("#rows .row"); len(got) != 1+len(tl.Coroutines) {
		t.Errorf("rows without a filter: %q", got)
	}
	p.press("?")
	if got := p.text("#help"); !strings.Contains(got, "next event of the selected row") {
		t.Errorf("the keys are %q", got)
	}
	p.press(kb.Escape)
	p.quiet()
}

// Numbers are those of the timeline, and lead to the place.
func TestNumbers(t *testing.T) {
	trace := theBar(t, coro.ShapeStateMachine)
	tl := read(t, trace)
	p := openTab(t, serve(t, "bar.trace", trace).URL())
	p.press("n")
	counts := make(map[string]string)
	for _, row := range p.texts("#numbers tbody tr") {
		name, rest, _ := strings.Cut(row, " ")
		counts[name], _, _ = strings.Cut(rest, " ")
	}
	want := make(map[string]string)
	longest := tl.Coroutines[0]
	for _, c := range tl.Coroutines {
		want[c.String()] = fmt.Sprint(c.SuspensionCount)
		if c.Longest > longest.Longest {
			longest = c
		}
	}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("suspensions (-want +on the page):\n%s", diff)
	}
	p.press(kb.Escape, "Shift+L")
	if got, want := p.text("#coroutine .status"), longest.String()+" suspended on "+strings.TrimPrefix(longest.LongestOn, "await "); got != want {
		t.Errorf("the longest suspension is %q, want %q", got, want)
	}
	p.press("l")
	if got := p.text("#coroutine .chip"); got != "running" {
		t.Errorf("at the longest step it is %s", got)
	}
	p.press("e", "c")
	if got := p.text("#said"); got != "There is none in this trace." {
		t.Errorf("of errors is said %q", got)
	}
	p.quiet()
}

// A trace whose names are markup has them shown as text, wherever they stand.
func TestHostileNames(t *testing.T) {
	const markup = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`
	var b bytes.Buffer
	if err := cotrace.Start(&b); err != nil {
		t.Skip(err) // go test -trace
	}
	l := coro.NewLoop(coro.WithName(markup), cotrace.Loop(cotrace.WithFrames()))
	f := coro.NewFuture[int](l, markup)
	task := coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
		other := coro.Spawn(coro.LoopOf(y), coro.Pull(func(y *coro.Async) (int, error) { return f.Await(y) }), coro.Named(markup), coro.InFunc(markup))
		if err := coro.Wait(y, coro.Sleep(time.Millisecond).As(markup)); err != nil {
			return 0, err
		}
		f.SetError(fmt.Errorf("%s", markup))
		_, err := other.Await(y)
		return 0, err
	}), coro.Named(markup), coro.InFunc(markup))
	_, err := coro.RunUntil(l, task)
	l.Close()
	cotrace.Stop()
	if err == nil {
		t.Fatal("it did not fail")
	}
	p := openTab(t, serve(t, markup, b.Bytes()).URL())
	for range 8 {
		p.press("Shift+" + kb.ArrowRight)
	}
	p.press("e", "n", kb.Escape, "g")
	if got := p.text("#rows"); !strings.Contains(got, "<img src=x") {
		t.Errorf("rows %q", got)
	}
	if got := p.text("#jump"); !strings.Contains(got, "<script>") {
		t.Errorf("places to go to %q", got)
	}
	if n := eval[int](p, "document.querySelectorAll('img, main script, #machine script').length"); n > 0 {
		t.Errorf("%d elements were made of names", n)
	}
	if got := eval[string](p, "document.title"); got == "taken" {
		t.Error("a name was run")
	}
	p.quiet()
}
