package coroutines

// This file defines the site that everything is fetched from. It is in memory,
// and as slow as one far away.

import (
	"fmt"
	"time"

	"coroscope/coro"
)

// A page comes after latency, and has links to others.
type page struct {
	latency time.Duration
	size    int // in kB
	links   []string
}

const msec = time.Millisecond

// site has all pages that there are.
var site = map[string]page{
	"home":    {100 * msec, 12, []string{"news", "shop", "about"}},
	"news":    {120 * msec, 30, []string{"home", "today", "archive"}},
	"shop":    {80 * msec, 25, []string{"home", "tea", "coffee", "cart"}},
	"about":   {90 * msec, 8, []string{"home", "team"}},
	"today":   {100 * msec, 16, []string{"news", "weather"}},
	"archive": {80 * msec, 22, []string{"news", "spring", "summer"}},
	"tea":     {100 * msec, 9, []string{"shop", "cart"}},
	"coffee":  {80 * msec, 9, []string{"shop", "cart"}},
	"cart":    {90 * msec, 4, []string{"shop"}},
	"team":    {100 * msec, 14, []string{"about"}},
	"weather": {120 * msec, 6, []string{"today"}},
	"spring":  {80 * msec, 18, []string{"archive"}},
	"summer":  {100 * msec, 21, []string{"archive"}},
	"video":   {800 * msec, 900, nil}, // no page has a link to it
}

// latency returns how long the answer takes. That a page does not exist takes
// some time to be said too.
func latency(path string) time.Duration {
	if p, ok := site[path]; ok {
		return p.latency
	}
	return 60 * msec
}

// lookup returns a page.
func lookup(path string) (page, error) {
	p, ok := site[path]
	if !ok {
		return page{}, fmt.Errorf("get %s: no such page", path)
	}
	return p, nil
}

// get suspends the body of y until the answer is there, and returns the page's
// size.
func get(y *coro.Async, path string) (int, error) {
	if err := coro.Wait(y, coro.Sleep(latency(path)).As("get")); err != nil {
		return 0, err
	}
	p, err := lookup(path)
	return p.size, err
}
