package explorer

// This file defines what is looked for: in rows, and in suspensions.

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
	"strings"
	"time"

	"coroscope/trace/timeline"
)

// A Filter is what was typed to look for: words, each of which must occur in
// the name, the function or what is awaited, whatever its case, and ">10ms" or
// "<1s" for how long a suspension took.
type Filter struct {
	words           []string
	longer, shorter time.Duration // 0 if not asked for
}

// ParseFilter reads a filter. Error: a duration that is none.
func ParseFilter(text string) (Filter, error) {
	var f Filter
	for word := range strings.FieldsSeq(text) {
		sign := word[0]
		if sign != '>' && sign != '<' {
			f.words = append(f.words, strings.ToLower(word))
			continue
		}
		d, err := time.ParseDuration(word[1:])
		if err != nil || d < 0 {
			return Filter{}, fmt.Errorf("%q: expected a duration after %c, as in %c10ms", word, sign, sign)
		}
		if sign == '>' {
			f.longer = d
		} else {
			f.shorter = d
		}
	}
	return f, nil
}

func (f *Filter) empty() bool { return len(f.words) == 0 && !f.timed() }

// timed reports whether how long something took matters.
func (f *Filter) timed() bool { return f.longer > 0 || f.shorter > 0 }

func (f *Filter) took(d time.Duration) bool {
	return d >= f.longer && (f.shorter == 0 || d <= f.shorter)
}

// row reports whether a row is looked for.
func (f *Filter) row(r *row) bool {
	if f.empty() {
		return true
	}
	name := strings.ToLower(r.name + " " + r.fn)
	if c := r.coroutine; c != nil {
		return f.coroutine(c, name)
	}
	return !f.timed() && allIn(f.words, name)
}

// coroutine reports whether c has a suspension that is looked for; where no
// time is asked for its name alone may do.
func (f *Filter) coroutine(c *coroutine, name string) bool {
	if !f.timed() && allIn(f.words, name) {
		return true
	}
	for _, on := range c.ons {
		if !allIn(f.words, name+" "+strings.ToLower(on)) {
			continue
		}
		if !f.timed() || slices.ContainsFunc(c.Suspensions, func(s timeline.Suspension) bool { return s.On == on && f.took(s.Len()) }) {
			return true
		}
	}
	return false
}

func allIn(words []string, text string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// maxHits is how many hits there are at most in an answer.
const maxHits = 100

// A Hit is a suspension that was found.
type Hit struct {
	Key     string `json:"key"`
	Who     string `json:"who"`
	StartNS int64  `json:"start_ns"`
	EndNS   int64  `json:"end_ns"`
	On      string `json:"on"` // "lock oven"
	At      string `json:"at"`
}

// Hits are the longest of the suspensions that were found, longest first.
type Hits struct {
	Total int   `json:"total"`
	Hits  []Hit `json:"hits"`
}

// Search returns the suspensions that a filter is about.
func (t *Trace) Search(f Filter) Hits {
	var longest hitHeap
	total := 0
	for _, c := range t.coroutines {
		name := strings.ToLower(c.String() + " " + c.Func)
		wanted := make(map[string]bool, len(c.ons))
		for _, on := range c.ons {
			wanted[on] = allIn(f.words, name+" "+strings.ToLower(on))
		}
		for i := range c.Suspensions {
			s := &c.Suspensions[i]
			if !wanted[s.On] || !f.took(s.Len()) {
				continue
			}
			total++
			if len(longest) == maxHits && s.Len() <= longest[0].took() {
				continue
			}
			heap.Push(&longest, Hit{
				Key: c.row.key, Who: c.row.name, StartNS: int64(s.Start), EndNS: int64(s.End), On: awaited(s.On), At: s.At,
			})
			if len(longest) > maxHits {
				heap.Pop(&longest)
			}
		}
	}
	slices.SortFunc(longest, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.took(), a.took()), cmp.Compare(a.StartNS, b.StartNS), cmp.Compare(a.Who, b.Who))
	})
	return Hits{Total: total, Hits: append([]Hit{}, longest...)}
}

func (h *Hit) took() time.Duration { return time.Duration(h.EndNS - h.StartNS) }

// A hitHeap has the shortest one first.
type hitHeap []Hit

func (h hitHeap) Len() int           { return len(h) }
func (h hitHeap) Less(i, j int) bool { return h[i].took() < h[j].took() }
func (h hitHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *hitHeap) Push(x any)        { *h = append(*h, x.(Hit)) }
func (h *hitHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
