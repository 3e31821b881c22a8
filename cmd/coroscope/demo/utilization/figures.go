package utilization

// This file defines the demo's figures, all of them computed from its trace.

import (
	"fmt"
	"io"
	"strings"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/trace/timeline"
)

// A way is what the trace says of one way to do the jobs.
type way struct {
	threads  int
	done     int           // jobs
	took     time.Duration // from when the first thread began until the last ended
	busy     time.Duration // all threads together
	lived    time.Duration // all threads together
	waits    int           // how often a thread had nothing to do but wait
	switches int           // how often a coroutine was resumed
	memory   int           // bytes that a job takes while it waits; 0 if not known
}

// utilization returns how much of its time a thread was busy.
func (w way) utilization() float64 {
	if w.lived <= 0 {
		return 0
	}
	return float64(w.busy) / float64(w.lived)
}

// measure computes what there is of each way.
func measure(tl *timeline.Timeline) (sequence, threads, loop way, err error) {
	sequence, threads = wayOf(tl, oneByOne), wayOf(tl, threadEach)
	for _, l := range tl.Loops {
		if l.Name == loopName {
			loop.threads++
			loop.took += l.Busy + l.Idle
			loop.lived += l.Busy + l.Idle
			loop.busy += l.Busy
			loop.waits += len(l.Idles)
		}
	}
	for _, c := range tl.Coroutines {
		if c.Loop != nil && c.Loop.Name == loopName {
			loop.switches += c.RunCount
			if c.Outcome == coro.Returned.String() {
				loop.done++
			}
		}
	}
	for _, l := range tl.LogsOf(demo.FactCategory) {
		fmt.Sscanf(l.Message, threadFact, &threads.memory)
		fmt.Sscanf(l.Message, coroutineFact, &loop.memory)
	}
	if sequence.threads == 0 || threads.threads == 0 || loop.threads == 0 {
		err = fmt.Errorf("the trace is not one of the demo utilization: expected goroutines with regions %q and %q and a loop %q, found %d, %d and %d",
			oneByOne, threadEach, loopName, sequence.threads, threads.threads, loop.threads)
	}
	return sequence, threads, loop, err
}

// wayOf computes what there is of the threads with the region.
func wayOf(tl *timeline.Timeline, region string) way {
	var w way
	var begin, end time.Duration
	for _, g := range tl.Goroutines {
		if g.Region(region).Count == 0 {
			continue
		}
		if w.threads == 0 || g.Created < begin {
			begin = g.Created
		}
		end = max(end, g.Ended)
		w.threads++
		w.done += g.Region(jobRegion).Count
		w.busy += g.Running
		w.lived += g.Ended - g.Created
		for _, wait := range g.Waits {
			if wait.Reason != demo.OnBegin {
				w.waits += wait.Count
			}
		}
	}
	w.took = end - begin
	return w
}

// barWidth is how many cells the bar of a thread's time has.
const barWidth = 40

func figures(w io.Writer, tl *timeline.Timeline) error {
	sequence, threads, loop, err := measure(tl)
	if err != nil {
		return err
	}
	var b strings.Builder
	row := func(what string, values ...any) {
		fmt.Fprintf(&b, "  %-32s %13v %13v %13v\n", append([]any{what}, values...)...)
	}
	b.WriteString("\nFrom the trace:\n")
	row("", "one by one", "a thread each", "one loop")
	row("jobs done", sequence.done, threads.done, loop.done)
	row("took", ms(sequence.took), ms(threads.took), ms(loop.took))
	row("threads", sequence.threads, threads.threads, loop.threads)
	row("busy, all threads together", ms(sequence.busy), ms(threads.busy), ms(loop.busy))
	row("busy, of one thread's time", percent(sequence), percent(threads), percent(loop))
	row("switches, of threads", sequence.waits, threads.waits, loop.waits)
	row("switches, of coroutines", "", "", loop.switches)
	row("memory of a job that waits", "", memory(threads), memory(loop))
	b.WriteString("\n  What a thread does with its time:\n")
	for _, one := range []struct {
		name string
		way
	}{{"one by one", sequence}, {"a thread each", threads}, {"one loop", loop}} {
		fmt.Fprintf(&b, "  %-13s  %s %s\n", one.name, bar(one.utilization()), percent(one.way))
	}
	b.WriteString(`
  Waiting is what takes the time, and computing hardly any. One by one, a thread
  waits with each job. With a thread each, the jobs wait together, and all those
  threads do nothing but wait with them. The loop's one thread computes while the
  jobs wait, and what waits is only a coroutine. If there were more to compute,
  the loop would be the bottleneck: it uses one processor, the threads use all.
  (The memory is what Go's runtime has in use, measured without a trace, for the
  shape that was run. What the system keeps for a thread comes on top of it.)
  The page below is the loop's. The threads' are the tasks "one after another" and
  "a thread each" under /usertasks.
`)
	_, err = io.WriteString(w, b.String())
	return err
}

// bar draws a part of a whole.
func bar(part float64) string {
	n := min(max(int(part*barWidth+0.5), 0), barWidth)
	return strings.Repeat("█", n) + strings.Repeat("·", barWidth-n)
}

func percent(w way) string { return fmt.Sprintf("%.0f%%", 100*w.utilization()) }

func memory(w way) string {
	if w.memory == 0 {
		return "not measured"
	}
	return fmt.Sprintf("%.1f kB", float64(w.memory)/1000)
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
