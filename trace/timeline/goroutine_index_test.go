package timeline

// This file tests how goroutines are found and sorted by their ids.

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/exp/trace"
)

// A goroutineIndex does what a map does, for ids that have neighbors and for any
// others that a damaged trace may have.
func TestGoroutineIndex(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	ids := []trace.GoID{-1, math.MinInt64, math.MaxInt64, 1 << 40}
	for i := range trace.GoID(3 * pageSize) {
		ids = append(ids, i)
	}
	var index goroutineIndex
	want := make(map[trace.GoID]*goroutineState)
	for range 10_000 {
		id := ids[rng.IntN(len(ids))]
		if got := index.get(id); got != want[id] {
			t.Fatalf("goroutine %d: %p, want %p", id, got, want[id])
		}
		if want[id] != nil {
			index.remove(id)
			delete(want, id)
		} else {
			want[id] = new(goroutineState)
			index.add(id, want[id])
		}
		if rng.IntN(100) > 0 {
			continue
		}
		got := make(map[*goroutineState]int)
		for g := range index.all() {
			got[g]++
		}
		all := make(map[*goroutineState]int)
		for g := range maps.Values(want) {
			all[g] = 1
		}
		if !maps.Equal(got, all) {
			t.Fatalf("%d goroutines, want %d", len(got), len(all))
		}
	}
	for id := range want {
		index.remove(id)
	}
	if n := len(index.pages); n > 0 {
		t.Errorf("%d pages of none", n)
	}
}

func TestSortByID(t *testing.T) {
	for _, ids := range [][]int64{
		{}, {5}, {3, 1, 2}, {9, 2, 4, 30, 8}, {7, 7, 1}, {-3, 2, -1},
		{1 << 40, 1, 3}, {math.MaxInt64, math.MinInt64, 0}, {math.MinInt64, math.MinInt64 + 1},
	} {
		gs := make([]*Goroutine, len(ids))
		for i, id := range ids {
			gs[i] = &Goroutine{ID: id}
		}
		sortByID(gs)
		got := make([]int64, len(gs))
		for i, g := range gs {
			got[i] = g.ID
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(ids)), got, equateEmpty); diff != "" {
			t.Errorf("%d (-want +got):\n%s", ids, diff)
		}
	}
}

// equateEmpty takes an empty slice for none.
var equateEmpty = cmp.FilterValues(func(x, y []int64) bool { return len(x)+len(y) == 0 }, cmp.Ignore())
