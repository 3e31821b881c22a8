package scroll

// This file defines the feed, and the shelf between who loads its videos and
// who plays them.

import (
	"fmt"
	"time"

	"coroscope/coro"
)

const (
	pageSize = 6 // videos that are loaded where all are loaded up front
	watches  = 4 // videos that are watched before somebody stops scrolling
)

// What the coroutines are suspended on, in the trace's words.
const (
	onLoad  = "await sleep load"
	onPlay  = "await sleep play"
	onVideo = "await queue video"
)

// A video takes so long to load, and plays for so long.
type video struct{ load, play time.Duration }

// clips are the videos that the feed repeats. Each loads in less time than the
// one before it plays; where that is not so, one video ahead is not enough.
var clips = [...]video{
	{load: 100 * time.Millisecond, play: 150 * time.Millisecond},
	{load: 120 * time.Millisecond, play: 140 * time.Millisecond},
	{load: 110 * time.Millisecond, play: 150 * time.Millisecond},
}

// feed returns video number n of the feed, from 0. There is one for every n.
func feed(n int) video { return clips[n%len(clips)] }

// A shelf has room for some videos that were loaded and wait to be played. One
// coroutine puts them there, another takes them off, and both run on one loop:
// there is no lock.
type shelf struct {
	loop    *coro.Loop
	size    int                    // at least 1
	videos  int                    // that stand there
	waiting *coro.Future[struct{}] // of who waits for the other to do something; may be nil
}

// wait returns what is done when the shelf has changed. Who puts waits while it
// is full and who takes while it is empty, so there is one of them at most.
func (s *shelf) wait(label string) *coro.Future[struct{}] {
	s.waiting = coro.NewFuture[struct{}](s.loop, label).OfKind(coro.OnQueue)
	return s.waiting
}

func (s *shelf) full() bool { return s.videos == s.size }

func (s *shelf) empty() bool { return s.videos == 0 }

// add puts a video on the shelf, which is not full, or takes one off (-1),
// which is not empty.
func (s *shelf) add(n int) {
	s.videos += n
	if w := s.waiting; w != nil {
		s.waiting = nil
		if !w.Done() { // else who waited was canceled
			w.SetResult(struct{}{})
		}
	}
}

// String says how much stands there.
func (s *shelf) String() string { return fmt.Sprintf("%d of %d", s.videos, s.size) }
