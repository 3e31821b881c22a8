package browsertest

import (
	"bytes"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	neturl "net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/trace"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// The viewer of go tool trace is catapult's, the one of chrome://tracing: what
// export writes for that is put in the place of go tool trace's own.
func TestChromeExportInBrowser(t *testing.T) {
	browser := Find(t)
	program := build(t)
	for _, demo := range []string{"bartender", "eventloop", "underhood"} {
		t.Run(demo, func(t *testing.T) {
			dir := t.TempDir()
			file, exported := filepath.Join(dir, "x.trace"), filepath.Join(dir, "x.json")
			for _, args := range [][]string{
				{"demo", demo, "-o", file},
				{"export", "--format", "chrome", file, "-o", exported},
			} {
				if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
					t.Fatalf("%q: %v\n%s", args, err, out)
				}
			}
			tl := read(t, file)
			url, _ := open(t, program, file)

			var p exportPage
			collect(t, browser, instead(t, url, exported), hideBanner+";"+showArrows,
				filepath.Join(Screenshots(t), "export-"+demo+".png"), exportScript, &p)
			if len(p.Warnings) > 0 {
				t.Errorf("the viewer warns: %q", p.Warnings)
			}
			for _, c := range tl.Coroutines {
				p.hasCoroutine(t, c)
			}
			if p.hasArrows(t, tl); len(p.Arrows) == 0 && demo == "bartender" {
				t.Error("there is no arrow to be looked at")
			}
			p.hasLoops(t, tl)
			for i, c := range tl.Coroutines {
				if i < 10 && !slices.Contains(p.Headings, c.String()) {
					t.Errorf("no heading %s can be read; there are %q", c, p.Headings)
				}
			}
		})
	}
}

// Anybody's trace can be exported too: its coroutines of iter.Pull, and its
// goroutines.
func TestForeignExportInBrowser(t *testing.T) {
	browser := Find(t)
	program := build(t)
	dir := t.TempDir()
	file, exported := filepath.Join(dir, "x.trace"), filepath.Join(dir, "x.json")
	if err := os.WriteFile(file, foreignTrace(t), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "export", "--goroutines", file, "-o", exported).CombinedOutput(); err != nil {
		t.Fatalf("export: %v\n%s", err, out)
	}
	url, _ := open(t, program, file)

	var p exportPage
	url = strings.TrimSuffix(url, "/") + "/trace?view=proc" // from the main page
	collect(t, browser, instead(t, url, exported), hideBanner, filepath.Join(Screenshots(t), "export-foreign.png"), exportScript, &p)
	if len(p.Warnings) > 0 {
		t.Errorf("the viewer warns: %q", p.Warnings)
	}
	pulls, workers := 0, 0
	for _, track := range p.Tracks {
		switch {
		case track.Process == "iter.Pull":
			pulls++
			if len(track.in("run")) != 5 || len(track.in("await")) < 4 { // the last one ends it
				t.Errorf("%s: runs %q, suspensions %q", track.Name, track.in("run"), track.in("await"))
			}
		case strings.Contains(track.Name, "foreignWorker"):
			workers++
			if life := track.in("life"); !slices.Contains(track.in("await"), "sync in "+life[0][:len(life[0])-len(" in ")]) {
				t.Errorf("%s was never blocked on the mutex: %q", track.Name, track.in("await"))
			}
		}
	}
	if pulls != 1 || workers != 1 {
		t.Errorf("%d coroutines of iter.Pull and %d workers, want one each", pulls, workers)
	}
}

// foreignTrace returns the trace of a program that knows nothing of Coroscope.
func foreignTrace(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := trace.Start(&b); err != nil {
		t.Skip(err) // go test -trace
	}
	var mu sync.Mutex
	done := make(chan bool)
	mu.Lock()
	go foreignWorker(&mu, done)
	next, stop := iter.Pull(slices.Values([]int{1, 2, 3, 4}))
	for _, ok := next(); ok; _, ok = next() {
		time.Sleep(time.Millisecond) // real time: there is no clock to be exchanged in a foreign program
	}
	stop()
	mu.Unlock()
	<-done
	trace.Stop()
	return b.Bytes()
}

func foreignWorker(mu *sync.Mutex, done chan<- bool) {
	mu.Lock()
	defer mu.Unlock()
	done <- true
}

// instead returns the address of a page that is the viewer at url, with the
// content of file in it.
func instead(t *testing.T, url, file string) string {
	t.Helper()
	u, err := neturl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&neturl.URL{Scheme: u.Scheme, Host: u.Host})
	}}
	mux := http.NewServeMux()
	mux.Handle("/", proxy)
	mux.HandleFunc("/jsontrace", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + u.RequestURI()
}

// An exportPage is what the viewer has of an export.
type exportPage struct {
	Warnings []string
	Tracks   []exportTrack
	Arrows   []exportArrow
	Headings []string
}

type exportTrack struct {
	Process, Name string
	Slices        []exportSlice
}

type exportSlice struct {
	Title, Category, Parent string
	Start, End              float64 // milliseconds
	Args                    map[string]any
}

// An exportArrow leads from the slice that encloses its beginning to the one
// that begins at its end.
type exportArrow struct {
	Category, From, FromTrack, To, ToTrack string
	Start, End                             float64
}

const showArrows = `(() => {
	const viewport = document.querySelector('tr-ui-timeline-view').trackView.viewport;
	viewport.selectedFlowEvents.add('ready');
	viewport.selectedFlowEvents.add('spawn');
	viewport.dispatchChangeEvent();
})()`

const exportScript = `(() => {
	const model = document.querySelector('tr-ui-timeline-view').model;
	const tracks = [];
	for (const process of model.getAllProcesses()) {
		for (const thread of Object.values(process.threads)) {
			tracks.push({
				Process: process.name,
				Name: thread.name,
				Slices: thread.sliceGroup.slices.map(s => ({
					Title: s.title, Category: s.category, Parent: s.parentSlice ? s.parentSlice.title : '',
					Start: s.start, End: s.end, Args: s.args,
				})),
			});
		}
	}
	const arrows = model.flowEvents.map(f => ({
		Category: f.category,
		From: f.startSlice.title, FromTrack: f.startSlice.parentContainer.name,
		To: f.endSlice.title, ToTrack: f.endSlice.parentContainer.name,
		Start: f.start, End: f.endSlice.start,
	}));
	return JSON.stringify(Object.assign(JSON.parse(` + script + `), {
		Warnings: model.importWarnings.map(w => w.message), Tracks: tracks, Arrows: arrows,
	}));
})()`

// track returns the track with a name.
func (p *exportPage) track(t *testing.T, name string) exportTrack {
	t.Helper()
	for _, track := range p.Tracks {
		if track.Name == name {
			return track
		}
	}
	t.Errorf("there is no track %s", name)
	return exportTrack{}
}

// in returns the titles of a track's slices of one category, and of which slice
// each is in.
func (tr exportTrack) in(category string) []string {
	var all []string
	for _, s := range tr.Slices {
		if s.Category == category {
			all = append(all, fmt.Sprintf("%s in %s", s.Title, s.Parent))
		}
	}
	return all
}

// hasCoroutine checks that a coroutine's track has its runs and suspensions,
// each once and where it belongs.
func (p *exportPage) hasCoroutine(t *testing.T, c *timeline.Coroutine) {
	t.Helper()
	track := p.track(t, c.String())
	life := strings.TrimSpace(c.String() + " " + c.Func)
	if diff := cmp.Diff([]string{life + " in "}, track.in("life")); diff != "" {
		t.Errorf("%s: life (-want +on the page):\n%s", c, diff)
	}
	var awaits, runs []string
	for _, s := range c.Suspensions {
		awaits = append(awaits, s.On+" in "+life)
	}
	for range c.Runs {
		runs = append(runs, "run in "+life)
	}
	if diff := cmp.Diff(awaits, track.in("await")); diff != "" {
		t.Errorf("%s: suspensions (-want +on the page):\n%s", c, diff)
	}
	if diff := cmp.Diff(runs, track.in("run")); diff != "" {
		t.Errorf("%s: runs (-want +on the page):\n%s", c, diff)
	}
}

// hasArrows checks that an arrow leads to each run that somebody else made
// possible.
func (p *exportPage) hasArrows(t *testing.T, tl *timeline.Timeline) {
	t.Helper()
	want := make(map[string]int)
	for _, c := range tl.Coroutines {
		for _, s := range c.Suspensions {
			if s.Ready >= 0 && !s.ReadyBy.IsZero() && !s.Open {
				want[fmt.Sprintf("ready %s -> %s run", s.ReadyBy, c)]++
			}
		}
		for _, by := range tl.Coroutines {
			if by.ID == c.Parent {
				want[fmt.Sprintf("spawn %s -> %s %s", by, c, strings.TrimSpace(c.String()+" "+c.Func))]++
			}
		}
	}
	got := make(map[string]int)
	for _, a := range p.Arrows {
		got[fmt.Sprintf("%s %s -> %s %s", a.Category, a.FromTrack, a.ToTrack, a.To)]++
		if what := map[string]string{"ready": "make ready " + a.ToTrack, "spawn": "spawn " + a.ToTrack}[a.Category]; !strings.HasPrefix(a.From, what) {
			t.Errorf("an arrow begins at %q, want %q", a.From, what)
		}
		if a.End < a.Start {
			t.Errorf("an arrow leads back from %vms to %vms", a.Start, a.End)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("arrows (-want +on the page):\n%s", diff)
	}
}

// hasLoops checks the tracks of the loops.
func (p *exportPage) hasLoops(t *testing.T, tl *timeline.Timeline) {
	t.Helper()
	for _, l := range tl.Loops {
		track := p.track(t, "loop "+l.Name)
		if got := len(track.in("loop")); got != len(l.Running) {
			t.Errorf("%s ran %d times, want %d", track.Name, got, len(l.Running))
		}
		if got := len(track.in("idle")); got != len(l.Idles) {
			t.Errorf("%s was idle %d times, want %d", track.Name, got, len(l.Idles))
		}
		if got := len(track.in("turn")); got != l.Turns {
			t.Errorf("%s took %d turns, want %d", track.Name, got, l.Turns)
		}
		runs := 0
		for _, c := range tl.Coroutines {
			if c.Loop == l {
				runs += len(c.Runs)
			}
		}
		if got := len(track.in("step")); got != runs {
			t.Errorf("%s ran coroutines %d times, want %d", track.Name, got, runs)
		}
		for _, s := range track.in("step") {
			if !strings.Contains(s, " in turn ") && !strings.HasSuffix(s, " in ") { // none but when the loop is closed
				t.Errorf("%s: %s", track.Name, s)
			}
		}
	}
	slow := 0
	for _, track := range p.Tracks {
		if track.Name == "slow steps" {
			slow += len(track.in("slow"))
		}
	}
	if slow != len(tl.Slow) {
		t.Errorf("%d slow steps, want %d", slow, len(tl.Slow))
	}
}
