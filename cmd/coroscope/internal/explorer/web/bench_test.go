package web

// This file defines what the page of a large trace costs.

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"sync"
	"testing"
	"time"

	"coroscope/cmd/coroscope/internal/explorer"
	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"

	"github.com/chromedp/chromedp"
	"golang.org/x/exp/trace"
)

// million is a trace with 1,000,000 suspensions: of 1,000 coroutines, each of
// which waits for the loop's next turn 1,000 times.
var million = sync.OnceValues(func() ([]byte, error) {
	var b bytes.Buffer
	if err := cotrace.Start(&b); err != nil {
		return nil, err
	}
	l := coro.NewLoop(coro.WithName("many"), cotrace.Loop())
	var last *coro.Task[int]
	for range 1000 {
		last = coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			for range 1000 {
				if err := coro.Wait(y, coro.NextTurn()); err != nil {
					return 0, err
				}
			}
			return 0, nil
		}), coro.Named("worker"), coro.InFunc("main.worker"))
	}
	_, err := coro.RunUntil(l, last)
	l.Close()
	cotrace.Stop()
	return b.Bytes(), err
})

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkMillion measures how long it takes until the first picture of a large
// trace is there, as a multiple of reading the trace and throwing it away.
func BenchmarkMillion(b *testing.B) {
	data, err := million()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		start := time.Now()
		r, err := trace.NewReader(bytes.NewReader(data))
		for err == nil {
			_, err = r.ReadEvent()
		}
		if err != io.EOF {
			b.Fatal(err)
		}
		discard := time.Since(start)

		before := heap()
		start = time.Now()
		tl, err := timeline.Read(bytes.NewReader(data), timeline.Options{Full: true})
		if err != nil {
			b.Fatal(err)
		}
		t := explorer.New("million.trace", tl, nil)
		_, end := t.Bounds()
		w := t.Window(explorer.View{To: end, Pixels: 1280, Rows: 40})
		first := time.Since(start)
		if len(w.Rows) != 40 {
			b.Fatalf("%d rows", len(w.Rows))
		}
		b.ReportMetric(float64(first)/float64(discard), "×discard")
		b.ReportMetric(first.Seconds(), "s/first")
		b.ReportMetric(float64(heap()-before)/1e6, "B/suspension")
		runtime.KeepAlive(t)
	}
}

// frames moves and zooms the view in each frame for some seconds, and returns
// how many frames a second there were.
const frames = `(async () => {
	const canvas = document.getElementById('canvas'), box = canvas.getBoundingClientRect();
	const wheel = (deltaX, deltaY) => canvas.dispatchEvent(new WheelEvent('wheel', {
		deltaX, deltaY, ctrlKey: deltaY !== 0, clientX: box.left + box.width / 2, clientY: box.top + 40, bubbles: true, cancelable: true,
	}));
	const frame = () => new Promise(done => requestAnimationFrame(done));
	await frame();
	const start = performance.now();
	let n = 0;
	for (; performance.now() - start < 3000; n++) {
		if (n % 120 < 40) wheel(0, -4);
		else if (n % 120 < 80) wheel(n % 2 ? 30 : 25, 0);
		else wheel(0, 4);
		await frame();
	}
	const perSecond = n * 1000 / (performance.now() - start);
	// What the machine can do: frames in which nothing is to be drawn.
	const idle = performance.now();
	let m = 0;
	for (; performance.now() - idle < 1000; m++) await frame();
	return [perSecond, m * 1000 / (performance.now() - idle)];
})()`

// BenchmarkFrames measures how many frames a second the page draws while a large
// trace is zoomed and moved. No browser draws more than its screen does, which is
// 60 where there is none.
func BenchmarkFrames(b *testing.B) {
	data, err := million()
	if err != nil {
		b.Fatal(err)
	}
	tl, err := timeline.Read(bytes.NewReader(data), timeline.Options{Full: true})
	if err != nil {
		b.Fatal(err)
	}
	s, err := Listen("127.0.0.1:0", explorer.New("million.trace", tl, nil))
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go s.Serve(ctx)
	p := openTab(b, s.URL())
	p.press("g") // a row for each coroutine
	for b.Loop() {
		fps, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]float64](frames, chromedp.EvalAwaitPromise))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(fps[0], "frames/s")
		b.ReportMetric(fps[1], "frames/s-at-rest")
	}
	p.screenshot("million")
}
