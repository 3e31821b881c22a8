package specimen

// This file defines the binary trees that the walks walk.

import "strconv"

// A Tree is a node of a binary tree with what is beneath it. Nil is the empty
// tree. It is made by [NewTree] and not changed.
type Tree struct {
	Left   *Tree
	Value  int
	Right  *Tree
	height int
}

// NewTree returns the tree with the given parts.
func NewTree(left *Tree, value int, right *Tree) *Tree {
	return &Tree{Left: left, Value: value, Right: right, height: 1 + max(left.Height(), right.Height())}
}

// Leaf returns a tree that is one node.
func Leaf(value int) *Tree { return NewTree(nil, value, nil) }

// PerfectTree returns the tree of the given height, all of whose leaves are at
// the bottom: 2^height - 1 nodes, numbered from 1 in order.
func PerfectTree(height int) *Tree { return perfect(height, 0) }

func perfect(height, before int) *Tree {
	if height <= 0 {
		return nil
	}
	half := 1<<(height-1) - 1
	return NewTree(perfect(height-1, before), before+half+1, perfect(height-1, before+half+1))
}

// Height returns the number of nodes on the longest path downwards. It is
// known, not counted.
func (t *Tree) Height() int {
	if t == nil {
		return 0
	}
	return t.height
}

// String names the node, not what is beneath it.
func (t *Tree) String() string {
	if t == nil {
		return "none"
	}
	return "node " + strconv.Itoa(t.Value)
}
