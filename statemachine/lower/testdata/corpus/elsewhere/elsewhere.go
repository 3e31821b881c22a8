// Package elsewhere has helpers that are given a yield by another package.
package elsewhere

import (
	"fmt"
	"strings"

	"corpus/rec"
)

// A Node is of a tree that others can walk.
type Node struct {
	Left, Right *Node
	Value       int
}

// Walk calls itself, and names what the package exports.
func Walk(n *Node, yield func(int) bool) bool {
	if n == nil {
		return true
	}
	if n.Value == Limit {
		rec.Log(fmt.Sprint("limit ", n.Value))
		return false
	}
	return Walk(n.Left, yield) && yield(n.Value) && Walk(n.Right, yield)
}

// Limit is where Walk ends.
const Limit = 4

// Push is a method.
func (n *Node) Push(times int, yield func(int) bool) (pushed int) {
	defer func() { rec.Log("pushed", pushed) }()
	for range times {
		if !yield(n.Value) {
			return
		}
		pushed++
	}
	return
}

// Upper needs packages that who calls it does not import.
func Upper(text string, yield func(string) bool) {
	var b strings.Builder
	for _, word := range strings.Fields(text) {
		b.WriteString(word)
		if !yield(strings.ToUpper(b.String())) {
			return
		}
	}
}

// Each is generic.
func Each[V any](yield func(V) bool, values ...V) error {
	for i, v := range values {
		if !yield(v) {
			return fmt.Errorf("stopped at %d", i)
		}
	}
	return nil
}
