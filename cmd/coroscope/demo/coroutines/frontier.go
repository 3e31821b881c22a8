package coroutines

// This file defines the frontier of a crawl: the pages that are known and were
// not fetched. The workers share it without a lock, since they run on one loop.

import (
	"fmt"
	"slices"

	"coroscope/coro"
)

// A frontier is what a crawl knows.
type frontier struct {
	loop    *coro.Loop
	known   map[string]bool // pages that were found
	todo    []string        // of these, what nobody has taken
	taken   int             // pages that are on their way
	fetched int             // pages that are there
	waiting []*coro.Future[struct{}]

	// Changed, if not nil, is called when any of it has.
	changed func(*frontier)
}

// newFrontier returns one that knows the page to begin with.
func newFrontier(l *coro.Loop, first string) *frontier {
	return &frontier{loop: l, known: map[string]bool{first: true}, todo: []string{first}}
}

// take takes a page; false if there is none at the moment.
func (f *frontier) take() (path string, ok bool) {
	if len(f.todo) == 0 {
		return "", false
	}
	path = f.todo[0]
	f.todo = slices.Delete(f.todo, 0, 1)
	f.taken++
	f.tell()
	return path, true
}

// over reports whether nobody will find a page any more.
func (f *frontier) over() bool { return len(f.todo) == 0 && f.taken == 0 }

// wait returns what is done when there may be a page to take, or it is over.
func (f *frontier) wait() *coro.Future[struct{}] {
	turn := coro.NewFuture[struct{}](f.loop, "link").OfKind(coro.OnQueue)
	f.waiting = append(f.waiting, turn)
	return turn
}

// fetch notes that a page that was taken is there, with its links. Who took it
// will take another.
func (f *frontier) fetch(p page) {
	f.fetched++
	for _, link := range p.links {
		if !f.known[link] {
			f.known[link] = true
			f.todo = append(f.todo, link)
		}
	}
	f.taken--
	f.tell()
	f.release(len(f.todo) - 1)
}

// giveBack notes that a page that was taken will not be there. Who took it will
// take no other.
func (f *frontier) giveBack() {
	f.taken--
	f.tell()
	f.release(len(f.todo))
}

// leave is for one whose wait was cut short, when it may have been its turn.
func (f *frontier) leave() { f.release(len(f.todo)) }

// release has n of those go on who wait, or all if it is over.
func (f *frontier) release(n int) {
	for len(f.waiting) > 0 && (n > 0 || f.over()) {
		turn := f.waiting[0]
		f.waiting = slices.Delete(f.waiting, 0, 1)
		if !turn.Done() { // else who waited was canceled
			turn.SetResult(struct{}{})
			n--
		}
	}
}

func (f *frontier) tell() {
	if f.changed != nil {
		f.changed(f)
	}
}

// String says how far the crawl is.
func (f *frontier) String() string {
	return fmt.Sprintf("%d of %d pages that are known", f.fetched, len(f.known))
}
