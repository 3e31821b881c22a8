package browsertest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/trace/timeline"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

func TestBartenderInBrowser(t *testing.T) {
	browser := Find(t)
	program := build(t)
	for _, shape := range demo.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "bartender.trace")
			if out, err := exec.Command(program, "demo", "bartender", "--shape", shape.String(), "-o", file).CombinedOutput(); err != nil {
				t.Fatalf("demo: %v\n%s", err, out)
			}
			tl := read(t, file)
			url, complaints := open(t, program, file)
			p := load(t, browser, url, filepath.Join(Screenshots(t), "bartender-"+shape.String()+".png"))

			for _, c := range tl.Coroutines {
				p.hasCoroutine(t, c, shape)
			}
			if !shape.Stackful() {
				p.hasRuns(t, tl)
			}
			p.shows(t, tl)
			if s := complaints(); s != "" {
				t.Errorf("open and go tool trace said:\n%s", s)
			}
		})
	}
}

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "coroscope")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", program, "coroscope/cmd/coroscope").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

func read(t *testing.T, file string) *timeline.Timeline {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tl, err := timeline.Read(f, timeline.Options{Full: true})
	if err != nil || len(tl.Lost) > 0 {
		t.Fatalf("read %s: %v, lost %q", file, err, tl.Lost)
	}
	return tl
}

// open runs "coroscope open" until the test's end. It returns the page's
// address, and a function that returns what was complained about, such as a
// misuse of regions.
func open(t *testing.T, program, file string) (url string, complaints func() string) {
	t.Helper()
	cmd := exec.Command(program, "open", "--no-browser", file)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := func() {
		// Killed, it could not end go tool trace.
		if runtime.GOOS == "windows" {
			exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run()
		} else {
			cmd.Process.Signal(os.Interrupt)
		}
		cmd.Wait()
	}
	t.Cleanup(end)
	url, err = bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		end()
		t.Fatalf("open %s: %v\n%s", file, err, stderr.String())
	}
	return strings.TrimSpace(url), func() string {
		end()
		return stderr.String()
	}
}

// A page is what the trace viewer has on a page.
type page struct {
	Rows     []row    // what it knows
	Headings []string // what it shows, that is what a person can read at the left
}

// A row is one goroutine's.
type row struct {
	Name    string
	Slices  []string // when it ran, and logs
	Regions []string
}

// script collects a page. The viewer draws with custom elements, each in a
// shadow tree of its own.
const script = `(() => {
	const view = document.querySelector('tr-ui-timeline-view');
	const rows = [];
	for (const process of view.model.getAllProcesses()) {
		if (process.name !== 'G') continue;
		for (const thread of Object.values(process.threads)) {
			rows.push({
				Name: thread.name,
				Slices: thread.sliceGroup.slices.map(s => s.title),
				Regions: thread.asyncSliceGroup.slices.map(s => s.title),
			});
		}
	}
	const headings = [];
	const walk = node => {
		if (node.nodeName === 'HEADING') {
			const text = node.textContent.trim();
			if (text && node.getBoundingClientRect().height > 0) headings.push(text.split('\n').pop().trim());
		}
		if (node.shadowRoot) walk(node.shadowRoot);
		node.childNodes.forEach(walk);
	};
	walk(document);
	return JSON.stringify({Rows: rows, Headings: headings});
})()`

// ready is true once the viewer has read the trace, drawn it, and zoomed such
// that all of it can be seen.
const ready = `(() => {
	const view = document.querySelector('tr-ui-timeline-view');
	if (!view || !view.model || view.model.bounds.isEmpty || !view.trackView || !view.trackView.hasVisibleContent) return false;
	const viewport = view.trackView.viewport;
	const world = x => viewport.currentDisplayTransform.xViewToWorld(x);
	const shown = world(viewport.modelTrackContainer.canvas.clientWidth * window.devicePixelRatio) - world(0);
	return shown > view.model.bounds.range && shown < 1.5 * view.model.bounds.range;
})()`

// hideBanner takes away the viewer's warning of missing features, which covers
// the top rows.
const hideBanner = `(() => {
	const walk = node => {
		if (node.nodeName === 'TR-UI-B-INFO-BAR') node.style.display = 'none';
		if (node.shadowRoot) walk(node.shadowRoot);
		node.childNodes.forEach(walk);
	};
	walk(document);
})()`

// load opens a page of go tool trace in a browser, and leaves a screenshot.
func load(t *testing.T, browser, url, screenshot string) *page {
	t.Helper()
	p := &page{}
	collect(t, browser, url, hideBanner, screenshot, script, p)
	return p
}

// patience is for how long a browser is waited for, on the slowest of machines.
const patience = 3 * time.Minute

// collect opens a page with the viewer in a browser, prepares it with a script,
// leaves a screenshot, and unmarshals the text that another script returns.
func collect(t *testing.T, browser, url, prepare, screenshot, script string, v any) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser),
		chromedp.Flag("enable-blink-features", "ShadowDOMV0,CustomElementsV0,HTMLImports"),
		chromedp.WSURLReadTimeout(patience),
		chromedp.WindowSize(1500, 1900))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium wants it so for root
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	if err := chromedp.Do(ctx); err != nil { // starts the browser
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, patience)
	defer cancel()

	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](ready, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(0))); err != nil {
		t.Fatalf("%s: the viewer did not come up: %v", url, err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](prepare)); err != nil {
		t.Fatal(err)
	}
	// The viewer draws in an animation frame; two later it has.
	const frames = `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](frames, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatal(err)
	}
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(screenshot, png, 0o666); err != nil {
		t.Fatal(err)
	}
	t.Logf("screenshot: %s", screenshot)

	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatal(err)
	}
}

// hasCoroutine checks that a coroutine has a row of its own, with its name and
// exactly the suspensions that the timeline has.
func (p *page) hasCoroutine(t *testing.T, c *timeline.Coroutine, shape coro.Shape) {
	t.Helper()
	for _, r := range p.Rows {
		if !slices.Contains(r.Regions, c.String()) {
			continue
		}
		want := []string{c.String()}
		for _, s := range c.Suspensions {
			want = append(want, s.On)
		}
		got := slices.Clone(r.Regions)
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: regions on its row (-want +on the page):\n%s", c, diff)
		}
		logs := 0
		for _, s := range r.Slices {
			if strings.HasPrefix(s, "[suspend]") {
				logs++
			}
		}
		if shape.Stackful() && logs != len(c.Suspensions) {
			t.Errorf("%s: %d suspend logs on its row, want %d", c, logs, len(c.Suspensions))
		}
		return
	}
	t.Errorf("%s has no row; the rows are %s", c, p)
}

// hasRuns checks that the loop's row has each run of each machine.
func (p *page) hasRuns(t *testing.T, tl *timeline.Timeline) {
	t.Helper()
	want, got := make(map[string]int), make(map[string]int)
	for _, c := range tl.Coroutines {
		want["run "+c.Func] += c.RunCount
	}
	loop := "loop " + tl.Loops[0].Name
	for _, r := range p.Rows {
		if !slices.Contains(r.Regions, loop) {
			continue
		}
		for _, name := range r.Regions {
			if strings.HasPrefix(name, "run ") {
				got[name]++
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs on the row of the %s (-want +on the page):\n%s", loop, diff)
	}
}

// shows checks that what a person looks for can be read on the page.
func (p *page) shows(t *testing.T, tl *timeline.Timeline) {
	t.Helper()
	want := []string{"idle", "loop " + tl.Loops[0].Name}
	for _, c := range tl.Coroutines {
		want = append(want, c.String())
		for _, s := range c.Suspensions {
			want = append(want, s.On)
		}
	}
	for _, name := range want {
		if !slices.Contains(p.Headings, name) {
			t.Errorf("no heading %q can be read; there are %q", name, p.Headings)
			return
		}
	}
}

func (p *page) String() string {
	var b strings.Builder
	for _, r := range p.Rows {
		fmt.Fprintf(&b, "\n%s: %q", r.Name, r.Regions)
	}
	return b.String()
}
