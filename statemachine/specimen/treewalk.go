package specimen

// This file defines treewalk: recursion, which a machine does with a stack of
// its own.

import (
	"coroscope/coro"
	"coroscope/statemachine"
)

// TreeWalkBody hands out the values of a tree in order: left, node, right. It
// returns how many there are.
//
//coro:lower
func TreeWalkBody(t *Tree) coro.Body[struct{}, int, int] {
	return func(y *coro.Yielder[struct{}, int]) (int, error) {
		count := 0
		err := walk(y, t, &count)
		return count, err
	}
}

// walk suspends from as deep as the tree is: the stack that is kept while it
// is suspended has a call of walk for each node above.
func walk(y *coro.Yielder[struct{}, int], t *Tree, count *int) error {
	if t == nil {
		return nil
	}
	if err := walk(y, t.Left, count); err != nil {
		return err
	}
	*count++
	if _, err := y.YieldAs("node", t.Value); err != nil {
		return err
	}
	return walk(y, t.Right, count)
}

// TreeWalk is TreeWalkBody as a machine. Of each call of walk that has not
// returned, one thing is needed later: the node, if the call is in its left
// part. So a stack of nodes stands for the stack of calls.
type TreeWalk struct {
	state treeWalkState
	node  *Tree
	stack []*Tree
	count int
	err   error
}

type treeWalkState uint8

const (
	treeWalkStart treeWalkState = iota
	treeWalkNode
	treeWalkDone
)

var treeWalkMachine = statemachine.Description{
	Name:  "treewalk",
	Func:  "specimen.TreeWalk",
	File:  statemachine.ThisFile(),
	Frame: "TreeWalk",
	States: []statemachine.State{
		treeWalkStart: {Name: "start", Role: statemachine.Start, Means: "nothing has run yet"},
		treeWalkNode:  {Name: "node", Label: "node", Line: 107, Means: "node was handed out, and so was all that is left of it"},
		treeWalkDone:  {Name: "done", Role: statemachine.End, Means: "all nodes were handed out, or an error was thrown in"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "node"},
		{From: "start", To: "done", When: "the tree is empty"},
		{From: "node", To: "node", When: "there are more"},
		{From: "node", To: "done", When: "that was the last, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "node", Type: "*Tree", Means: "what was handed out; before the start, the root"},
		{Name: "stack", Type: "[]*Tree", Means: "the nodes above whose left part is being walked"},
		{Name: "count", Type: "int", Means: "how many nodes were handed out"},
	},
}

// NewTreeWalk returns the machine that does what TreeWalkBody(t) does. Its
// stack has room for the tree's height, so no resumption allocates.
func NewTreeWalk(t *Tree) *TreeWalk {
	return &TreeWalk{node: t, stack: make([]*Tree, 0, t.Height())}
}

// Resume implements [coro.Resumable].
func (m *TreeWalk) Resume(_ struct{}, thrown error) (int, bool) {
	switch m.state {
	case treeWalkStart:
		m.descend(m.node)
	case treeWalkNode: // what is right of the node comes next
		if thrown != nil {
			return m.end(thrown)
		}
		m.descend(m.node.Right)
	case treeWalkDone:
		return 0, false
	}
	top := len(m.stack) - 1
	if top < 0 {
		return m.end(nil)
	}
	m.node, m.stack = m.stack[top], m.stack[:top]
	m.count++
	m.state = treeWalkNode
	return m.node.Value, true
}

// descend calls, so to speak, walk for t and for all that is left of it.
func (m *TreeWalk) descend(t *Tree) {
	for ; t != nil; t = t.Left {
		m.stack = append(m.stack, t)
	}
}

func (m *TreeWalk) end(err error) (int, bool) {
	m.state, m.err = treeWalkDone, err
	return 0, false
}

// Result implements [coro.Resumable].
func (m *TreeWalk) Result() int { return m.count }

// Err implements [coro.Resumable].
func (m *TreeWalk) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *TreeWalk) Func() string { return treeWalkMachine.Func }

// Point implements [coro.Pointer].
func (m *TreeWalk) Point() coro.Point { return treeWalkMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *TreeWalk) Frame() []coro.Slot {
	return []coro.Slot{{Name: "node", Value: m.node}, {Name: "stack", Value: m.stack}, {Name: "count", Value: m.count}}
}
