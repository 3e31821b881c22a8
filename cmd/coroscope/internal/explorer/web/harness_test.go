package web

// This file defines what the tests in a browser have in common: traces that are
// recorded, a page that is opened, and what is done there.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"coroscope/cmd/coroscope/internal/browsertest"
	"coroscope/cmd/coroscope/internal/explorer"
	"coroscope/coro"
	"coroscope/statemachine/specimen"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is for how long a browser is waited for, on the slowest of machines.
const patience = 3 * time.Minute

// record returns the trace of what body does on a loop called bar.
func record(t *testing.T, body coro.Resumable[struct{}, coro.Await, int], l *coro.Loop, opts ...coro.Option) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := cotrace.Start(&b); err != nil {
		t.Skip(err) // go test -trace
	}
	_, err := coro.RunUntil(l, coro.Spawn(l, body, opts...))
	l.Close()
	cotrace.Stop()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// theBar is one bartender for three guests, in a shape, with frames.
func theBar(t *testing.T, shape coro.Shape) []byte {
	l := coro.NewLoop(coro.WithName("bar"), cotrace.Loop(cotrace.WithFrames()))
	bar := specimen.Bar{
		Guests: []string{"Ann", "Bob", "Cleo"}, Shakers: 1, Ovens: 1,
		Order: 5 * time.Millisecond, Mix: 25 * time.Millisecond, Bake: 35 * time.Millisecond, Serve: 5 * time.Millisecond,
		Act: func(string, string) {},
	}
	return record(t, specimen.BartenderIn(shape, l, bar), l, coro.Named("bartender"), coro.InFunc("specimen.bartender"))
}

func read(t *testing.T, trace []byte) *timeline.Timeline {
	t.Helper()
	tl, err := timeline.Read(bytes.NewReader(trace), timeline.Options{Full: true, Goroutines: true})
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

// serve serves a trace until the test's end.
func serve(t *testing.T, name string, trace []byte) *Server {
	t.Helper()
	s, err := Listen("127.0.0.1:0", explorer.New(name, read(t, trace), explorer.NewSources(t.TempDir(), time.Time{})))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return s
}

// A tab is a page in a browser.
type tab struct {
	testing.TB
	ctx context.Context

	mu         sync.Mutex
	complaints []string // what the browser had to complain of
}

// browser is one for all tests; each has tabs of its own in it.
var browser struct {
	once sync.Once
	ctx  context.Context
	end  func()
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.end != nil {
		browser.end()
	}
	os.Exit(code)
}

// openTab opens a page in a tab, and waits until it is there.
func openTab(t testing.TB, url string) *tab {
	t.Helper()
	path := browsertest.Find(t)
	browser.once.Do(func() {
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WSURLReadTimeout(patience))
		if os.Getuid() == 0 {
			options = append(options, chromedp.NoSandbox) // Chromium wants it so for root
		}
		ctx, endAll := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, end := chromedp.NewContext(ctx)
		browser.ctx, browser.end = ctx, func() { end(); endAll() }
		browser.err = chromedp.Do(ctx) // starts it
	})
	if browser.err != nil {
		t.Fatal(browser.err)
	}
	p := &tab{TB: t}
	ctx, cancel := chromedp.NewContext(browser.ctx, chromedp.WithListener(p.listen))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // opens the tab
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	p.ctx = ctx
	p.look(1280, 1000, "light")
	p.do(chromedp.Navigate(url))
	p.settle()
	return p
}

// listen takes what the browser complains of.
func (p *tab) listen(ev any) {
	text := ""
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		text = fmt.Sprint(ev.ExceptionDetails.Text, " ", ev.ExceptionDetails.Exception)
	case *log.EventEntryAdded:
		text = ev.Entry.Text + " " + ev.Entry.URL
	}
	if text != "" {
		p.mu.Lock()
		p.complaints = append(p.complaints, text)
		p.mu.Unlock()
	}
}

// quiet fails the test if the browser had anything to complain of, such as a
// script that the policy forbids.
func (p *tab) quiet() {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.complaints) > 0 {
		p.Errorf("the browser complains: %q", p.complaints)
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// look sets how wide and high the page is, and whether it is light or dark.
func (p *tab) look(width, height int64, scheme string) {
	p.Helper()
	p.do(chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// settled is true once no answer is awaited and what came was drawn.
const settled = `(async () => {
	const frame = () => new Promise(done => requestAnimationFrame(done));
	for (let still = 0; still < 2;) {
		await frame();
		await frame();
		still = document.body.dataset.pending === "0" ? still + 1 : 0;
		if (!still) await new Promise(done => setTimeout(done, 5));
	}
	return true;
})()`

// settle waits until no answer is awaited and what came was drawn.
func (p *tab) settle() {
	p.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](settled, chromedp.EvalAwaitPromise)); err != nil {
		p.Fatal(err)
	}
}

// eval returns what a script says.
func eval[T any](p *tab, script string) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		p.Fatalf("%s: %v", script, err)
	}
	return v
}

// text returns the text of an element with its spaces made one, "" if there is none.
func (p *tab) text(selector string) string {
	p.Helper()
	s := eval[string](p, "(document.querySelector("+quote(selector)+")?.innerText ?? '')")
	return strings.Join(strings.Fields(s), " ")
}

// texts returns those of all elements.
func (p *tab) texts(selector string) []string {
	p.Helper()
	return eval[[]string](p, "[...document.querySelectorAll("+quote(selector)+")].map(e => e.innerText.replace(/\\s+/g, ' ').trim())")
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// press presses keys, one after the other, and waits for what comes of each.
func (p *tab) press(keys ...string) {
	p.Helper()
	for _, k := range keys {
		var opts []chromedp.KeyOption
		if rest, shift := strings.CutPrefix(k, "Shift+"); shift {
			k, opts = rest, append(opts, chromedp.KeyModifiers(chromedp.ModifierShift))
		}
		p.do(chromedp.KeyEvent(k, opts...))
		p.settle()
	}
}

// A point is a place on the page.
type point struct{ X, Y float64 }

// at returns where an instant of a row is on the page.
func (p *tab) at(key string, t time.Duration) point {
	p.Helper()
	return eval[point](p, fmt.Sprintf(`(() => {
		const c = document.getElementById('canvas'), box = c.getBoundingClientRect();
		const row = document.getElementById(%s).getBoundingClientRect();
		const from = Number(c.dataset.from), to = Number(c.dataset.to);
		return {X: box.left + (%d - from) / (to - from) * box.width, Y: row.top + row.height / 2};
	})()`, quote("row-"+key), t))
}

func (p *tab) click(at point) {
	p.Helper()
	p.do(chromedp.MouseClickXY(at.X, at.Y))
	p.settle()
}

// screenshot leaves a picture of the page in the test's output folder.
func (p *tab) screenshot(name string) {
	p.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.Fatal(err)
	}
	file := filepath.Join(browsertest.Screenshots(p), name+".png")
	if err := os.WriteFile(file, png, 0o666); err != nil {
		p.Fatal(err)
	}
	p.Logf("screenshot: %s", file)
}
