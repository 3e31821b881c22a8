// Package large is one part of the package that BenchmarkCompile lowers, which
// has it many times, with another number in the place of Nth.
package large

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"sort"
	"strings"
	"unicode"
)

// A tokenNth is a word, a number or a sign of a text.
type tokenNth struct {
	kind string
	text string
	line int
}

// TokensNth splits a text.
//
//coro:lower
func TokensNth(text string) iter.Seq[tokenNth] {
	return func(yield func(tokenNth) bool) {
		line, start := 1, 0
		word := func(end int) tokenNth {
			kind := "word"
			if unicode.IsDigit(rune(text[start])) {
				kind = "number"
			}
			return tokenNth{kind, text[start:end], line}
		}
		inside := false
		for i, r := range text {
			switch {
			case unicode.IsLetter(r) || unicode.IsDigit(r):
				if !inside {
					start, inside = i, true
				}
				continue
			case inside:
				inside = false
				if !yield(word(i)) {
					return
				}
			}
			switch r {
			case '\n':
				line++
			case ' ', '\t', '\r':
			default:
				if !yield(tokenNth{"sign", string(r), line}) {
					return
				}
			}
		}
		if inside {
			yield(word(len(text)))
		}
	}
}

// LinesNth reads lines, and closes what it read from.
//
//coro:lower
func LinesNth(r io.ReadCloser) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		defer r.Close()
		in := bufio.NewReader(r)
		for {
			line, err := in.ReadString('\n')
			if line != "" && !yield(strings.TrimRight(line, "\r\n"), nil) {
				return
			}
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield("", fmt.Errorf("line of part: %w", err))
				return
			}
		}
	}
}

// A treeNth is a search tree.
type treeNth[K cmp.Ordered, V any] struct {
	left, right *treeNth[K, V]
	key         K
	value       V
}

func (t *treeNth[K, V]) put(key K, value V) *treeNth[K, V] {
	switch {
	case t == nil:
		return &treeNth[K, V]{key: key, value: value}
	case key < t.key:
		t.left = t.left.put(key, value)
	case key > t.key:
		t.right = t.right.put(key, value)
	default:
		t.value = value
	}
	return t
}

// All hands out what is in the tree, in the order of the keys.
//
//coro:lower
func (t *treeNth[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.push(yield) }
}

func (t *treeNth[K, V]) push(yield func(K, V) bool) bool {
	return t == nil || t.left.push(yield) && yield(t.key, t.value) && t.right.push(yield)
}

// ReachableNth goes through a graph, breadth first.
//
//coro:lower
func ReachableNth(edges map[string][]string, from ...string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		distance := make(map[string]int)
		queue := slices.Clone(from)
		for _, node := range from {
			distance[node] = 0
		}
		for len(queue) > 0 {
			node := queue[0]
			queue = queue[1:]
			if !yield(node, distance[node]) {
				return
			}
			next := edges[node]
			sort.Strings(next)
			for _, to := range next {
				if _, seen := distance[to]; seen {
					continue
				}
				distance[to] = distance[node] + 1
				queue = append(queue, to)
			}
		}
	}
}

// PermutationsNth hands out all orders of some things, each in a new slice.
//
//coro:lower
func PermutationsNth[E any](things []E) iter.Seq[[]E] {
	return func(yield func([]E) bool) {
		var permute func(chosen []E, left []E) bool
		permute = func(chosen []E, left []E) bool {
			if len(left) == 0 {
				return yield(slices.Clone(chosen))
			}
			for i := range left {
				others := append(slices.Clone(left[:i]), left[i+1:]...)
				if !permute(append(chosen, left[i]), others) {
					return false
				}
			}
			return true
		}
		permute(nil, things)
	}
}

// WindowsNth hands out all runs of n values.
//
//coro:lower
func WindowsNth(seq iter.Seq[int], n int) iter.Seq[[]int] {
	if n < 1 {
		panic(fmt.Sprintf("windows of %d", n))
	}
	return func(yield func([]int) bool) {
		var window []int
		for v := range seq {
			window = append(window, v)
			if len(window) < n {
				continue
			}
			if !yield(slices.Clone(window[len(window)-n:])) {
				return
			}
		}
	}
}

// CountsNth counts tokens, and hands them out with their numbers, the most
// frequent first.
//
//coro:lower
func CountsNth(text string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		counts := make(map[string]int)
		for t := range TokensNth(text) {
			if t.kind == "word" {
				counts[strings.ToLower(t.text)]++
			}
		}
		words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
			return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
		})
		for _, w := range words {
			if !yield(w, counts[w]) {
				break
			}
		}
	}
}

// NumbersNth hands out the numbers of a text, and what stands around each.
//
//coro:lower
func NumbersNth(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		var before tokenNth
		for t := range TokensNth(text) {
			if t.kind != "number" {
				before = t
				continue
			}
			n := 0
			if _, err := fmt.Sscan(t.text, &n); err != nil {
				continue
			}
			if !yield(n, before.text) {
				return
			}
		}
	}
}

// SumsNth adds up, and starts anew where asked to.
//
//coro:lower
func SumsNth(rows [][]float64, reset func(float64) bool) iter.Seq[float64] {
	return func(yield func(float64) bool) {
		total := 0.0
	rows:
		for i, row := range rows {
			for j := range row {
				total += row[j]
				if reset != nil && reset(total) {
					if !yield(total) {
						return
					}
					total = 0
					continue rows
				}
			}
			if i%10 == 9 && !yield(total) {
				return
			}
		}
		yield(total)
	}
}

// averageNth is a function as others.
func averageNth(rows [][]float64) (average float64, err error) {
	n := 0
	for _, row := range rows {
		for _, v := range row {
			average += v
			n++
		}
	}
	if n == 0 {
		return 0, errors.New("no values")
	}
	return average / float64(n), nil
}
