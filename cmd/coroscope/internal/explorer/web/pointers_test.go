package web

// This file defines the tests of pointers on the timeline.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
	"coroscope/trace/timeline"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// A seen is what can be seen of the time.
type seen struct{ From, To float64 }

func (s seen) span() float64 { return s.To - s.From }

func (p *tab) seen() seen {
	p.Helper()
	return eval[seen](p, "(c => ({From: Number(c.dataset.from), To: Number(c.dataset.to)}))(document.getElementById('canvas'))")
}

// mouse does one thing with the mouse, and waits for what comes of it.
func (p *tab) mouse(what input.DispatchMouseEventType, at point, opts ...chromedp.MouseOption) {
	p.Helper()
	p.do(chromedp.MouseEvent(what, at.X, at.Y, opts...))
	p.settle()
}

// wheel turns the wheel. Neither part may be 0, which would not be sent.
func wheel(dx, dy float64) chromedp.MouseOption {
	return func(e *input.DispatchMouseEventParams) { e.DeltaX, e.DeltaY = dx, dy }
}

// The wheel zooms around what it is over, and moves; a drag moves and leaves the
// cursor where it was; two fingers zoom; hovering tells what is there.
func TestPointers(t *testing.T) {
	trace := theBar(t, coro.ShapeStateMachine)
	tl := read(t, trace)
	p := openTab(t, serve(t, "bar.trace", trace).URL())
	cleo := find(t, tl, "Cleo")
	var long timeline.Suspension
	for _, s := range cleo.Suspensions {
		if s.Len() > long.Len() {
			long = s
		}
	}
	key := fmt.Sprint("c", cleo.ID)
	at := p.at(key, middle(long.Span))

	p.mouse(input.DispatchMouseEventTypeMouseMoved, at)
	hover := p.text("#hover")
	for _, want := range []string{cleo.String(), "suspended on " + words(long), long.At} {
		if !strings.Contains(hover, want) {
			t.Errorf("hovering tells %q, want %q in it", hover, want)
		}
	}

	before := p.seen()
	p.mouse(input.DispatchMouseEventTypeMouseWheel, at, wheel(0.01, -300))
	zoomed := p.seen()
	if zoomed.span() >= before.span()*0.7 {
		t.Errorf("the wheel zoomed from %v to %v", before, zoomed)
	}
	if now := p.at(key, middle(long.Span)); now.X < at.X-3 || now.X > at.X+3 {
		t.Errorf("what the wheel was over moved from %v to %v", at, now)
	}
	p.mouse(input.DispatchMouseEventTypeMouseWheel, at, wheel(-100, 0.01))
	if moved := p.seen(); moved.From >= zoomed.From {
		t.Errorf("the wheel moved from %v to %v", zoomed, moved)
	}

	cursor := func() string { return eval[string](p, "document.getElementById('canvas').dataset.at") }
	stood, from := cursor(), p.seen()
	p.mouse(input.DispatchMouseEventTypeMousePressed, at, chromedp.ButtonLeft)
	p.mouse(input.DispatchMouseEventTypeMouseMoved, point{at.X - 80, at.Y}, chromedp.ButtonLeft)
	p.mouse(input.DispatchMouseEventTypeMouseReleased, point{at.X - 80, at.Y}, chromedp.ButtonLeft)
	if dragged := p.seen(); dragged.From <= from.From || dragged.span() < from.span()*0.999 || dragged.span() > from.span()*1.001 {
		t.Errorf("dragged from %v to %v", from, dragged)
	}
	if cursor() != stood {
		t.Errorf("the drag took the cursor from %s to %s", stood, cursor())
	}

	from = p.seen()
	eval[bool](p, fmt.Sprintf(`(() => {
		const canvas = document.getElementById('canvas'), y = %f;
		canvas.setPointerCapture = () => {}; // there is no finger to be captured
		const finger = (type, pointerId, clientX) => canvas.dispatchEvent(new PointerEvent(type, {pointerId, pointerType: 'touch', clientX, clientY: y, button: 0, bubbles: true}));
		finger('pointerdown', 101, 600);
		finger('pointerdown', 102, 700);
		for (let d = 0; d <= 100; d += 10) {
			finger('pointermove', 101, 600 - d);
			finger('pointermove', 102, 700 + d);
		}
		finger('pointerup', 101, 500);
		finger('pointerup', 102, 800);
		return true;
	})()`, at.Y))
	p.settle()
	if pinched := p.seen(); pinched.span() > from.span()*0.4 || pinched.span() < from.span()*0.25 {
		t.Errorf("two fingers three times as far apart zoomed from %v to %v", from, pinched)
	}
	if cursor() != stood {
		t.Errorf("two fingers took the cursor from %s to %s", stood, cursor())
	}
	p.quiet()
}

// Of a damaged trace is shown what could be read, and said what could not.
func TestDamagedOnPage(t *testing.T) {
	trace := theBar(t, coro.ShapePull)
	cut := trace[:len(trace)*3/4]
	tl := read(t, cut)
	if len(tl.Lost) == 0 {
		t.Fatal("nothing is lost")
	}
	p := openTab(t, serve(t, "cut.trace", cut).URL())
	if got := p.text("#notice"); !strings.Contains(got, "Not read: ") {
		t.Errorf("said is %q, lost is %q", got, tl.Lost)
	}
	if got, want := len(p.texts("#rows .row")), len(tl.Loops)+len(tl.Coroutines)+len(tl.Pulls); got != want && want > 0 {
		t.Errorf("%d rows, want %d", got, want)
	}
	p.quiet()
}

// Playing goes from event to event, until the end or until it is stopped.
func TestPlay(t *testing.T) {
	trace := theBar(t, coro.ShapeStateMachine)
	p := openTab(t, serve(t, "bar.trace", trace).URL())
	at := func() time.Duration {
		return time.Duration(eval[int64](p, "Number(document.getElementById('canvas').dataset.at)"))
	}
	start := at()
	p.press(" ")
	if got := p.text("#play"); got != "Stop" {
		t.Errorf("while it plays the button says %q", got)
	}
	if got := at(); got <= start {
		t.Errorf("after the first event the cursor is at %v, was at %v", got, start)
	}
	p.press(" ")
	if got := p.text("#play"); got != "Play" {
		t.Errorf("stopped, the button says %q", got)
	}
	p.quiet()
}
