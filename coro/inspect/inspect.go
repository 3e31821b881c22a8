// Package inspect shows what the loops of a program are doing, from outside,
// while they do it: which tasks there are, where each is suspended, on what and
// since when, who waits for whom, and which wait for each other in a circle. The
// command "coroscope ps" prints it.
//
// A program that is to be looked at imports, in its main package,
//
//	import _ "coroscope/coro/inspect/auto"
//
// or calls [Listen], which is the same with an error; or mounts [Handler] beside
// net/http/pprof, in a server that it has already:
//
//	http.Handle(inspect.Path, inspect.Handler())
//
// Then "coroscope ps PID", or "coroscope ps 127.0.0.1:6060", shows it.
//
// # What it costs
//
// From then on loops are watched ([coro.WatchLoops]). A snapshot is taken by each
// loop itself, between two steps, and only when somebody asks; that a loop does
// not answer is an answer, too: it is busy, with what and for how long. A
// snapshot of a loop asks each suspended body on its stack, which takes a few
// microseconds a task, and of no more tasks than the limit that was asked for.
//
// # Who may look
//
// Listen makes a socket in a folder that only the user can enter. Where it
// listens at a port of the loopback interface, which other users can reach too,
// it asks for a secret, which is in a file that only the user can read. Handler
// answers to this machine only, and to no page of another site: it looks at the
// addresses, at the Host and at the Sec-Fetch-Site header. It asks for no secret,
// so whoever mounts it lets all users of the machine look.
//
// # JSON
//
// What is served is a [Snapshot], whose fields have the names in JSON that stand
// beside them. They are kept; new ones may come, of which readers take no notice.
// Version changes if ever that cannot be so.
package inspect

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"coroscope/coro"
)

// Version is the version of Snapshot that this package serves and reads.
const Version = 1

// Path is where Handler is to be mounted, so that it is found.
const Path = "/debug/coroscope"

// A Snapshot is what all loops of a program did at one moment, or close to it:
// each tells of its own.
type Snapshot struct {
	Version int                  `json:"version"`
	PID     int                  `json:"pid"`
	Program string               `json:"program"` // the name of its file
	Go      string               `json:"go"`      // the version that it was built with
	Time    time.Time            `json:"time"`    // when it was taken
	Loops   []*coro.LoopSnapshot `json:"loops"`   // in the order in which they were made
}

// The defaults of Options.
const (
	DefaultLimit    = 1000
	DefaultPatience = time.Second
)

// Options say how a snapshot is taken.
type Options struct {
	Limit    int           // how many tasks of each loop are told of, the oldest; DefaultLimit if it is 0, all if it is negative
	Patience time.Duration // how long to wait for a loop that is held by a step; DefaultPatience if it is 0
}

// Take takes a snapshot of this program. It must not be called by a task, or a
// callback, of a loop: that loop would be busy.
func Take(o Options) *Snapshot {
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	if o.Patience == 0 {
		o.Patience = DefaultPatience
	}
	loops := coro.Loops()
	s := &Snapshot{
		Version: Version, PID: os.Getpid(), Program: filepath.Base(os.Args[0]), Go: runtime.Version(), Time: time.Now(),
		Loops: make([]*coro.LoopSnapshot, len(loops)),
	}
	var all sync.WaitGroup
	for i, l := range loops {
		all.Go(func() { s.Loops[i] = l.Look(o.Patience, o.Limit) })
	}
	all.Wait()
	return s
}
