package timeline_test

// This file tests what is read back from real traces.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"runtime/trace"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

var nobody protocol.Ref

// bar records a loop with two machines: a guest who waits for a lock that a
// baker holds, and the baker, who sleeps and fails.
func bar(tb testing.TB) []byte {
	return record(tb, func() {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		defer l.end()
		guest := spawn(l.ctx, "guest", 1, nobody)
		guest.ready(nobody, protocol.CauseSpawn)
		l.nextTurn(1, 0)
		guest.start()
		baker := spawn(l.ctx, "baker", 2, guest.ref)
		baker.ready(guest.ref, protocol.CauseSpawn)
		guest.suspend("lock", "oven", 2, 44)
		l.nextTurn(1, 0)
		baker.start()
		baker.suspend("sleep", "bake", 1, 60)
		l.idle(func() { spin(2 * time.Millisecond) })
		baker.ready(nobody, protocol.CauseTimer)
		l.nextTurn(1, 1)
		baker.resume()
		guest.ready(baker.ref, "")
		baker.end(protocol.OutcomeFailed, "burned")
		l.nextTurn(1, 0)
		guest.resume()
		spin(time.Millisecond)
		guest.end(protocol.OutcomeReturned, "")
	})
}

// spin uses up time on the clock on the wall.
func spin(d time.Duration) {
	for begin := time.Now(); time.Since(begin) < d; {
	}
}

func read(t testing.TB, data []byte, opt timeline.Options) *timeline.Timeline {
	t.Helper()
	tl, err := timeline.Read(bytes.NewReader(data), opt)
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

// lines returns the events in short.
func lines(t testing.TB, data []byte) []string {
	t.Helper()
	var out []string
	lost, err := timeline.Events(bytes.NewReader(data), func(e timeline.Event) error {
		out = append(out, strings.TrimRight(strings.Join([]string{e.Kind, e.Coroutine, e.On, e.At}, " "), " "))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lost {
		out = append(out, "lost: "+l)
	}
	return out
}

func TestEvents(t *testing.T) {
	want := []string{
		"spawn guest  bar.go:10",
		"ready guest",
		"resume guest",
		"spawn baker  bar.go:20",
		"ready baker",
		"suspend guest await lock oven bar.go:44",
		"resume baker",
		"suspend baker await sleep bake bar.go:60",
		"ready baker",
		"resume baker await sleep bake bar.go:60",
		"ready guest",
		"end baker",
		"resume guest await lock oven bar.go:44",
		"end guest",
	}
	if diff := cmp.Diff(want, lines(t, bar(t))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEventFields(t *testing.T) {
	var got []timeline.Event
	if _, err := timeline.Events(bytes.NewReader(bar(t)), func(e timeline.Event) error {
		got = append(got, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if e := got[3]; e.By != "guest#1" || e.Func != "main.baker" || e.Shape != "statemachine" || e.ID != 2 {
		t.Errorf("spawn of baker: %+v", e)
	}
	if e := got[5]; e.State == nil || *e.State != 2 {
		t.Errorf("suspend of guest: %+v", e)
	}
	if e := got[2]; !e.Start || e.State != nil {
		t.Errorf("start of guest: %+v", e)
	}
	if e := got[8]; e.Cause != "timer" || e.By != "" {
		t.Errorf("ready of baker: %+v", e)
	}
	if e := got[11]; e.Outcome != "failed" || e.Detail != "burned" {
		t.Errorf("end of baker: %+v", e)
	}
	for i := range got {
		if i > 0 && got[i].T < got[i-1].T {
			t.Errorf("event %d is at %v, before the one before it at %v", i, got[i].T, got[i-1].T)
		}
	}
}

func TestEventJSON(t *testing.T) {
	state := 2
	for _, c := range []struct {
		event timeline.Event
		want  string
	}{
		{timeline.Event{T: 1500, Kind: "suspend", Coroutine: "guest", ID: 1, On: "await lock oven", State: &state, At: "bar.go:44", Detail: "x"},
			`{"t_ns":1500,"event":"suspend","coroutine":"guest","id":1,"on":"await lock oven","state":2,"at":"bar.go:44"}`},
		{timeline.Event{Kind: "ready", Coroutine: "guest", ID: 1},
			`{"t_ns":0,"event":"ready","coroutine":"guest","id":1,"on":"","state":null,"at":null}`},
	} {
		got, err := json.Marshal(c.event)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestEventsStop(t *testing.T) {
	stop := errors.New("enough")
	n := 0
	_, err := timeline.Events(bytes.NewReader(bar(t)), func(timeline.Event) error {
		n++
		return stop
	})
	if err != stop || n != 1 {
		t.Errorf("got %v after %d events, want fn's error after one", err, n)
	}
}

func TestReadFull(t *testing.T) {
	tl := read(t, bar(t), timeline.Options{Full: true})
	if len(tl.Lost) != 0 {
		t.Errorf("lost: %q", tl.Lost)
	}
	if len(tl.Loops) != 1 || len(tl.Coroutines) != 2 {
		t.Fatalf("%d loops, %d coroutines", len(tl.Loops), len(tl.Coroutines))
	}
	l := tl.Loops[0]
	if l.Name != "bar" || l.ID != 1 || l.Turns != 4 || l.Task == 0 {
		t.Errorf("loop %+v", l)
	}
	if l.Idle < 2*time.Millisecond || l.Busy < time.Millisecond || l.Utilization() <= 0 || l.Utilization() >= 1 {
		t.Errorf("busy %v, idle %v, utilization %v", l.Busy, l.Idle, l.Utilization())
	}
	if got, want := l.Longest.String(), "guest#1, resumed at bar.go:44"; got != want || l.Longest.Took < time.Millisecond {
		t.Errorf("longest step %q took %v, want %q", got, l.Longest.Took, want)
	}

	guest, baker := tl.Coroutines[0], tl.Coroutines[1]
	if guest.Name != "guest" || guest.Func != "main.guest" || guest.Shape != "statemachine" || guest.Made != "bar.go:10" || guest.Loop != l || guest.Parent != 0 {
		t.Errorf("guest: %+v", guest)
	}
	if baker.Parent != 1 || baker.Outcome != "failed" || baker.Detail != "burned" || baker.Status != timeline.Done {
		t.Errorf("baker: %+v", baker)
	}
	if guest.Task == baker.Task || guest.Task == 0 || guest.Task == l.Task {
		t.Errorf("tasks: guest %d, baker %d, loop %d", guest.Task, baker.Task, l.Task)
	}
	if len(guest.Suspensions) != 1 || len(guest.Runs) != 2 || guest.RunCount != 2 || guest.SuspensionCount != 1 {
		t.Fatalf("guest has %d suspensions and %d runs", len(guest.Suspensions), len(guest.Runs))
	}
	s := guest.Suspensions[0]
	if s.On != "await lock oven" || s.State != 2 || s.At != "bar.go:44" || s.ReadyBy != baker.Ref() || s.Open || s.Older {
		t.Errorf("suspension: %+v", s)
	}
	if s.Start != guest.Runs[0].End || s.End != guest.Runs[1].Start || s.Ready < s.Start || s.Ready > s.End {
		t.Errorf("suspension %+v does not lie between the runs %+v", s, guest.Runs)
	}
	if guest.Suspended != s.Len() || guest.Longest != s.Len() || guest.LongestOn != s.On || guest.LongestAt != s.At {
		t.Errorf("totals of guest do not agree with its only suspension: %+v", guest)
	}
	if guest.Run != guest.Runs[0].Len()+guest.Runs[1].Len() {
		t.Errorf("guest ran for %v: %+v", guest.Run, guest.Runs)
	}
	if len(tl.Ready) != 4 || tl.Ready[3].By != baker.Ref() || tl.Ready[3].Who != guest.Ref() {
		t.Errorf("ready edges: %+v", tl.Ready)
	}
}

// With totals only, the totals are the same and nothing else is kept.
func TestReadTotals(t *testing.T) {
	data := bar(t)
	totals := read(t, data, timeline.Options{})
	full := read(t, data, timeline.Options{Full: true})
	if diff := cmp.Diff(full.Summary(), totals.Summary()); diff != "" {
		t.Errorf("summary (-full +totals):\n%s", diff)
	}
	for _, c := range totals.Coroutines {
		if c.Runs != nil || c.Suspensions != nil {
			t.Errorf("%v: runs or suspensions were kept", c)
		}
	}
	if totals.Ready != nil || totals.Loops[0].Idles != nil {
		t.Error("ready edges or idle spans were kept")
	}
}

// Whatever the sizes of the pieces in which a file arrives, the result is the
// same.
func TestReadInPieces(t *testing.T) {
	data := bar(t)
	want := read(t, data, timeline.Options{}).Summary()
	for _, r := range []io.Reader{
		iotest.OneByteReader(bytes.NewReader(data)),
		iotest.HalfReader(bytes.NewReader(data)),
		iotest.DataErrReader(bytes.NewReader(data)),
	} {
		tl, err := timeline.Read(r, timeline.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, tl.Summary()); diff != "" {
			t.Errorf("(-whole +pieces):\n%s", diff)
		}
	}
}

// Coroutines on iter.Pull write from goroutines of their own.
func TestPull(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		defer l.end()
		a := pull(l.ctx, "shaker", 7, func(yield func(string, string, int) bool) {
			for i := range 3 {
				yield("sleep", "shake", 20+i)
			}
		})
		b := pull(l.ctx, "server", 8, func(yield func(string, string, int) bool) {
			yield("resumer", "", 30)
		})
		for {
			_, more := a.next()
			b.next()
			if !more {
				break
			}
		}
	})
	want := []string{
		"spawn shaker  bar.go:70",
		"spawn server  bar.go:80",
		"resume shaker",
		"suspend shaker await sleep shake bar.go:20",
		"resume server",
		"suspend server await resumer bar.go:30",
		"resume shaker await sleep shake bar.go:20",
		"suspend shaker await sleep shake bar.go:21",
		"resume server await resumer bar.go:30",
		"end server",
		"resume shaker await sleep shake bar.go:21",
		"suspend shaker await sleep shake bar.go:22",
		"resume shaker await sleep shake bar.go:22",
		"end shaker",
	}
	if diff := cmp.Diff(want, lines(t, data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	tl := read(t, data, timeline.Options{Full: true, Goroutines: true})
	c := tl.Coroutines[0]
	if c.Shape != "pull" || len(c.Suspensions) != 3 || c.Suspensions[0].State != protocol.NoState || c.Loop != tl.Loops[0] {
		t.Errorf("%+v", c)
	}
	if c.Goroutine == tl.Coroutines[1].Goroutine || c.Goroutine == tl.Loops[0].Goroutine {
		t.Errorf("goroutines: shaker %d, server %d, loop %d", c.Goroutine, tl.Coroutines[1].Goroutine, tl.Loops[0].Goroutine)
	}
	for _, g := range tl.Goroutines {
		if g.ID != c.Goroutine {
			continue
		}
		if g.Coroutine != c.Ref() || g.Func != "runtime.corostart" || len(g.Regions) != 0 || g.Waiting(timeline.ReasonSwitch) == 0 {
			t.Errorf("goroutine of shaker: %+v", g)
		}
	}
}

// What is suspended when the trace ends is suspended till its end.
func TestOpen(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		c := spawn(l.ctx, "guest", 1, nobody)
		d := spawn(l.ctx, "baker", 2, nobody)
		spawn(l.ctx, "late", 3, nobody)
		c.start()
		c.suspend("event", "never", 1, 5)
		d.start()
		l.idle(func() { spin(time.Millisecond) })
	})
	tl := read(t, data, timeline.Options{Full: true})
	s := tl.Coroutines[0].Suspensions
	if len(s) != 1 || !s[0].Open || s[0].End != tl.Duration || s[0].Len() < time.Millisecond || s[0].Ready >= 0 {
		t.Errorf("suspensions of guest: %+v", s)
	}
	r := tl.Coroutines[1].Runs
	if len(r) != 1 || !r[0].Open || r[0].End != tl.Duration {
		t.Errorf("runs of baker: %+v", r)
	}
	var got []timeline.Status
	for _, c := range tl.Coroutines {
		got = append(got, c.Status)
		if c.Outcome != "" {
			t.Errorf("%v has the outcome %q", c, c.Outcome)
		}
	}
	if diff := cmp.Diff([]timeline.Status{timeline.Suspended, timeline.Running, timeline.Created}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if run := tl.Loops[0].Running; len(run) != 1 || !run[0].Open {
		t.Errorf("loop's running spans: %+v", run)
	}
}

// A trace begun midway has a snapshot of who is older. It is state, not
// events.
func TestSnapshot(t *testing.T) {
	data := record(t, func() {
		writeEpoch(3)
		l := beginLoop("bar", 1)
		defer l.end()
		ref := protocol.Ref{Name: "guest", ID: 4}
		ctx, task := trace.NewTask(l.ctx, "main.guest")
		on := protocol.Suspension{Who: ref, Kind: "lock", Label: "oven", State: 2, File: "bar.go", Line: 44}
		logMessage(ctx, protocol.CatSnapshot, protocol.Spawn{Who: ref, Shape: "statemachine", Func: "main.guest"})
		since := on
		since.Detail = protocol.Since(time.Hour, "")
		logMessage(ctx, protocol.CatSuspended, since)
		c := &fakeCoroutine{ref, ctx, task, on}
		c.resume()
		c.suspend("sleep", "nap", 3, 50)
		c.resume()
		c.end("returned", "")
	})
	want := []string{
		"snapshot guest",
		"snapshot guest await lock oven bar.go:44",
		"resume guest await lock oven bar.go:44",
		"suspend guest await sleep nap bar.go:50",
		"resume guest await sleep nap bar.go:50",
		"end guest",
	}
	if diff := cmp.Diff(want, lines(t, data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	tl := read(t, data, timeline.Options{Full: true})
	c := tl.Coroutines[0]
	if !c.Older || c.Func != "main.guest" || c.RunCount != 2 || c.SuspensionCount != 2 || c.Loop != tl.Loops[0] {
		t.Errorf("%+v", c)
	}
	if s := c.Suspensions[0]; !s.Older || s.Len() < time.Hour || s.Start > 0 {
		t.Errorf("older suspension: %+v", s)
	}
	if diff := cmp.Diff([]timeline.Epoch{{T: tl.Epochs[0].T, N: 3, Version: 1}}, tl.Epochs); diff != "" {
		t.Errorf("epochs (-want +got):\n%s", diff)
	}
	if len(tl.Lost) != 0 {
		t.Errorf("lost: %q", tl.Lost)
	}
}

// A later epoch in the same trace tells again what is known already.
func TestTwoEpochs(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		c := spawn(l.ctx, "guest", 4, nobody)
		c.start()
		c.suspend("lock", "oven", 2, 44)
		l.nextTurn(0, 0)
		l.end()

		writeEpoch(2)
		l = beginLoop("bar", 1)
		defer l.end()
		c.ctx, c.task = trace.NewTask(l.ctx, "main.guest")
		logMessage(c.ctx, protocol.CatSnapshot, protocol.Spawn{Who: c.ref, Shape: "statemachine", Func: "main.guest"})
		since := c.on
		since.Detail = protocol.Since(time.Microsecond, "")
		logMessage(c.ctx, protocol.CatSuspended, since)
		l.nextTurn(0, 0)
		c.resume()
		c.end("returned", "")
	})
	tl := read(t, data, timeline.Options{Full: true})
	if len(tl.Epochs) != 2 || len(tl.Loops) != 1 || len(tl.Coroutines) != 1 {
		t.Fatalf("%d epochs, %d loops, %d coroutines", len(tl.Epochs), len(tl.Loops), len(tl.Coroutines))
	}
	l := tl.Loops[0]
	if l.Turns != 2 || len(l.Tasks) != 2 || l.Task != l.Tasks[0] || len(l.Running) != 2 {
		t.Errorf("loop: %+v", l)
	}
	c := tl.Coroutines[0]
	if len(c.Suspensions) != 1 || c.Suspensions[0].Older || c.RunCount != 2 || c.Older {
		t.Errorf("coroutine: %+v", c)
	}
}

func TestTwoLoops(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		var wg sync.WaitGroup
		for i, name := range []string{"bar", "kitchen"} {
			id := uint64(i + 1)
			wg.Go(func() {
				l := beginLoop(name, id)
				defer l.end()
				c := spawn(l.ctx, "cook", 10*id, nobody)
				for range i + 1 {
					l.nextTurn(1, 0)
				}
				c.start()
				c.end("returned", "")
			})
		}
		wg.Wait()
	})
	tl := read(t, data, timeline.Options{})
	turns := map[string]int{}
	for _, l := range tl.Loops {
		turns[l.Name] = l.Turns
	}
	if diff := cmp.Diff(map[string]int{"bar": 1, "kitchen": 2}, turns); diff != "" {
		t.Errorf("turns (-want +got):\n%s", diff)
	}
	for _, c := range tl.Coroutines {
		if c.Loop == nil || c.Loop.ID != c.ID/10 {
			t.Errorf("%v is on %+v", c, c.Loop)
		}
	}
}

// A trace that begins, without an epoch, in the middle of things.
func TestWithoutBeginning(t *testing.T) {
	data := record(t, func() {
		ctx := context.Background()
		guest := &fakeCoroutine{ref: protocol.Ref{Name: "guest", ID: 4}, ctx: ctx}
		guest.on = protocol.Suspension{Who: guest.ref, Kind: "lock", Label: "oven", State: 2}
		baker := &fakeCoroutine{ref: protocol.Ref{Name: "baker", ID: 5}, ctx: ctx}
		spin(time.Millisecond)
		baker.suspend("sleep", "bake", 1, 60)
		guest.resume()
		guest.suspend("sleep", "nap", 1, 60)
	})
	tl := read(t, data, timeline.Options{Full: true})
	guest, baker := tl.Coroutines[0], tl.Coroutines[1]
	if s := guest.Suspensions; len(s) != 2 || !s[0].Older || s[0].On != "await lock oven" || s[0].Len() < time.Millisecond {
		t.Errorf("suspensions of guest: %+v", s)
	}
	if r := baker.Runs; len(r) != 1 || r[0].Start != 0 || r[0].Len() < time.Millisecond {
		t.Errorf("runs of baker: %+v", r)
	}
	want := []string{
		"the trace begins in the middle of what it shows: coroutines that were suspended then are missing until they are resumed",
		"2 coroutines are older than what can be read: function and shape are not known",
	}
	if diff := cmp.Diff(want, tl.Lost); diff != "" {
		t.Errorf("lost (-want +got):\n%s", diff)
	}
}

// Logs and regions of others that look a little like the protocol's.
func TestForeign(t *testing.T) {
	data := record(t, func() {
		ctx, task := trace.NewTask(context.Background(), "loop the loop")
		trace.Log(ctx, "end", "of the line")
		trace.Log(ctx, "ready", "steady")
		trace.Log(ctx, "coroscope", "?")
		trace.WithRegion(ctx, "loop the loop", func() {})
		trace.WithRegion(ctx, "idle", func() {})
		task.End()
	})
	tl := read(t, data, timeline.Options{Full: true, Goroutines: true})
	if tl.Speaks() || len(tl.Lost) != 0 {
		t.Errorf("%d loops, %d coroutines, lost %q", len(tl.Loops), len(tl.Coroutines), tl.Lost)
	}
	var names []string
	for _, g := range tl.Goroutines {
		for _, r := range g.Regions {
			names = append(names, r.Name)
		}
	}
	if diff := cmp.Diff([]string{"idle", "loop the loop"}, names); diff != "" {
		t.Errorf("regions (-want +got):\n%s", diff)
	}
	if ok, err := timeline.Identify(bytes.NewReader(data)); ok || err != nil {
		t.Errorf("Identify: %v, %v", ok, err)
	}
}

func TestIdentify(t *testing.T) {
	if ok, err := timeline.Identify(bytes.NewReader(bar(t))); !ok || err != nil {
		t.Errorf("Identify: %v, %v", ok, err)
	}
}

// Messages in our categories that are of no known form are counted.
func TestStrangeLogs(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		trace.Log(context.Background(), "suspend", "guest -> somewhere")
		logMessage(context.Background(), "coroscope", protocol.Limit{What: "lanes", Max: 1000, From: protocol.Ref{Name: "g", ID: 1001}})
		logMessage(context.Background(), "coroscope", protocol.Note{Text: "the clock is virtual"})
	})
	tl := read(t, data, timeline.Options{})
	want := []string{
		"1 log is not of the protocol's form (suspend: guest -> somewhere)",
		"more than 1000 lanes: g#1001 and later ones have no row of their own in go tool trace; nothing is missing here",
	}
	if diff := cmp.Diff(want, tl.Lost); diff != "" {
		t.Errorf("lost (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"the clock is virtual"}, tl.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestNewerVersion(t *testing.T) {
	data := record(t, func() { trace.Log(context.Background(), "coroscope", "version 9 epoch 1 color blue") })
	tl := read(t, data, timeline.Options{})
	if len(tl.Lost) != 1 || !strings.Contains(tl.Lost[0], "version 9 of the protocol") {
		t.Errorf("lost: %q", tl.Lost)
	}
}

func TestFramesAndSlowSteps(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		defer l.end()
		c := spawn(l.ctx, "guest", 1, nobody)
		c.start()
		c.suspend("turn", "", 1, 5)
		c.resume()
		logMessage(c.ctx, protocol.CatFrame, protocol.Frame{Who: c.ref, K: 1, N: 1, Slot: "drinks", Value: "3"})
		c.suspend("turn", "", 1, 5)
		logMessage(l.ctx, protocol.CatSlow, protocol.Slow{Callback: "main.hog", Took: time.Hour})
		logMessage(c.ctx, protocol.CatSlow, protocol.Slow{Who: c.ref, Took: time.Second, File: "bar.go", Line: 5})
	})
	tl := read(t, data, timeline.Options{Full: true})
	c := tl.Coroutines[0]
	if diff := cmp.Diff([]timeline.FrameValue{{T: c.Frames[0].T, Suspension: 1, Slot: "drinks", Value: "3"}}, c.Frames); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	if tl.SlowSteps != 2 || tl.Slow[0].String() != "callback main.hog" || tl.Slow[0].Loop != tl.Loops[0] || tl.Slow[1].Loop != tl.Loops[0] {
		t.Errorf("slow steps: %+v", tl.Slow)
	}
	if l := tl.Loops[0].Longest; l.Callback != "main.hog" || l.Took != time.Hour {
		t.Errorf("longest step: %+v", l)
	}
}

// Goroutines that wait for a lock are told apart by their regions.
func TestGoroutines(t *testing.T) {
	data := record(t, func() {
		var mu sync.Mutex
		var wg sync.WaitGroup
		mu.Lock()
		began := make(chan bool)
		wg.Go(func() { patron(&mu, began) })
		<-began
		time.Sleep(5 * time.Millisecond) // measured below
		mu.Unlock()
		wg.Wait()
	})
	tl := read(t, data, timeline.Options{Goroutines: true})
	found := false
	for _, g := range tl.Goroutines {
		r := g.Region("wait for shaker")
		if r.Count == 0 {
			continue
		}
		found = true
		if r.Count != 1 || r.Total < 4*time.Millisecond {
			t.Errorf("region: %+v", r)
		}
		if w := g.Waiting("sync"); w < 4*time.Millisecond || w > g.Waiting() {
			t.Errorf("waited for %v in sync, of %+v", w, g.Waits)
		}
		if g.Func == "" || g.Created == 0 || g.Alive || g.Ended <= g.Created || g.Running <= 0 {
			t.Errorf("goroutine: %+v", g)
		}
		if sum := g.Running + g.Runnable + g.Syscall + g.Waiting(); sum != g.Ended-g.Created {
			t.Errorf("lived for %v, accounted for %v", g.Ended-g.Created, sum)
		}
	}
	if !found {
		t.Error("no goroutine with the region")
	}
}

func patron(mu *sync.Mutex, began chan bool) {
	r := trace.StartRegion(context.Background(), "wait for shaker")
	close(began)
	mu.Lock()
	r.End()
	mu.Unlock()
}
