package inspect_test

// This file tests snapshots as text.

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/coro/inspect"
)

// dinner is a snapshot with all that can be in one.
func dinner() *inspect.Snapshot {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	since := now.Add(-12340 * time.Millisecond)
	state := 2
	return &inspect.Snapshot{
		Version: 1, PID: 4242, Program: "kitchen", Go: "go1.26", Time: now,
		Loops: []*coro.LoopSnapshot{{
			ID: 1, Name: "main", State: coro.LoopIdle, Pending: 8, Timers: 1, Ready: 2, Held: 1, Omitted: 1,
			Tasks: []coro.TaskSnapshot{
				{ID: 1, Name: "waiter", Status: "suspended", On: "await task cook", Kind: "task", Detail: "cook#2", At: "main.go:21", Since: &since, Awaits: []coro.AwaitSnapshot{{Task: 2}}},
				{ID: 2, Name: "cook", Status: "suspended", On: "await lock stove", Kind: "lock", Detail: "1st in line", State: &state, At: "main.go:18", Awaits: []coro.AwaitSnapshot{{Task: 3, Holding: "lock stove"}}, AwaitedBy: []uint64{1, 4}},
				{ID: 3, Name: "baker", Status: "running", AwaitedBy: []uint64{2}, Holds: []string{"lock stove"}, Parent: 1, Created: "main.go:7"},
				{ID: 4, Name: "guest\x1b[2J\nx", Status: "suspended", On: "await group all", Detail: "2 left", Inner: []string{"eat#9"}, Awaits: []coro.AwaitSnapshot{{Task: 2}, {Task: 99}}},
				{ID: 5, Name: "a", Status: "suspended", On: "await task b", Kind: "task", At: "x.go:1", Awaits: []coro.AwaitSnapshot{{Task: 6}}, AwaitedBy: []uint64{6}},
				{ID: 6, Name: "b", Status: "suspended", On: "await task a", Kind: "task", At: "x.go:2", Awaits: []coro.AwaitSnapshot{{Task: 5}}, AwaitedBy: []uint64{5}},
				{ID: 7, Name: "new", Status: "created"},
			},
			Cycles: [][]coro.CycleLinkSnapshot{{
				{Task: 5, Name: "a#5", On: "await lock l", At: "x.go:1"},
				{Task: 6, Name: "b#6", On: "await task a", At: "x.go:2", Holding: "lock l"},
			}},
		}, {
			ID: 2, Name: "side", State: coro.LoopBusy, Busy: &coro.BusySnapshot{For: 3.21, In: "hog#8", Task: 8, Func: "main.hog"},
		}, {
			ID: 3, Name: "side", State: coro.LoopBusy, Busy: &coro.BusySnapshot{For: 1, AtLeast: true},
		}, {
			ID: 4, Name: "old", State: coro.LoopStopped,
		}},
	}
}

const dinnerTree = `kitchen (process 4242), go1.26: 4 loops
loop main: idle, 8 tasks, 2 ready, 1 timer, 1 outside
├─ waiter#1  await task cook  main.go:21  12.3s
│  └─ cook#2  await lock stove, 1st in line  state 2, main.go:18
│     └─ baker#3  running  holds lock stove
├─ guest�[2J�x#4  await group all, 2 left  in eat#9
│  ├─ cook#2, as above
│  └─ #99, omitted
├─ new#7  created
└─ a#5  await task b  x.go:1
   └─ b#6  await task a  x.go:2
      └─ a#5, a circle
   and 1 task more
a circle: a#5 -> await lock l (x.go:1), held by b#6 -> await task a (x.go:2), a#5
loop side#2: busy for 3.2s in hog#8 (main.hog): it cannot be asked for its tasks
loop side#3: busy for at least 1s: it cannot be asked for its tasks
loop old: stopped: it is not being run, so it is not asked for its tasks
`

func TestWriteTree(t *testing.T) {
	var b strings.Builder
	if err := dinner().WriteTree(&b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(dinnerTree, b.String()); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
}

func TestWriteTable(t *testing.T) {
	var b strings.Builder
	if err := dinner().WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	var rows []string
	for row := range strings.Lines(b.String()) {
		rows = append(rows, strings.Join(strings.Fields(row), " "))
	}
	want := []string{
		"ID NAME SHAPE STATUS FOR ON AT AWAITS AWAITED BY MADE BY MADE AT",
		"1 waiter - suspended 12.3s await task cook main.go:21 #2 - - -",
		"2 cook - suspended - await lock stove, 1st in line state 2, main.go:18 #3 #1 #4 - -",
		"3 baker - running - - - - #2 #1 main.go:7",
	}
	if diff := cmp.Diff(want, rows[2:6]); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteToAFullDisk(t *testing.T) {
	if dinner().WriteTree(fullDisk{}) == nil || dinner().WriteTable(fullDisk{}) == nil {
		t.Error("an error of the writer is lost")
	}
}

// A chain as long as there are tasks is printed in little room.
func TestWriteTreeOfALongChain(t *testing.T) {
	l := &coro.LoopSnapshot{Name: "main"}
	const n = 5000
	for id := uint64(1); id <= n; id++ {
		task := coro.TaskSnapshot{ID: id, Name: "t"}
		if id < n {
			task.Awaits = []coro.AwaitSnapshot{{Task: id + 1}}
		}
		if id > 1 {
			task.AwaitedBy = []uint64{id - 1}
		}
		l.Tasks = append(l.Tasks, task)
	}
	var b strings.Builder
	(&inspect.Snapshot{Loops: []*coro.LoopSnapshot{l}}).WriteTree(&b)
	if lines := strings.Count(b.String(), "\n"); lines != n+2 || b.Len() > n*250 {
		t.Errorf("%d lines, %d bytes", lines, b.Len())
	}
}
