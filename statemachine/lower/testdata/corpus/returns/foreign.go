package returns

import (
	"fmt"
	"iter"

	"corpus/elsewhere"
	"corpus/rec"
)

var nodes = &elsewhere.Node{
	Left:  &elsewhere.Node{Value: 1},
	Right: &elsewhere.Node{Value: 3, Right: &elsewhere.Node{Value: 4}},
	Value: 2,
}

// Words is given to a function that needs what is not imported here.
//
//lower:run Words("a b")
//coro:lower
func Words(text string) iter.Seq[string] {
	return func(yield func(string) bool) { elsewhere.Upper(text, yield) }
}

// Foreign gives its yield to functions of another package.
//
//lower:run Foreign(nodes)
//coro:lower
func Foreign(n *elsewhere.Node) iter.Seq[int] {
	return func(yield func(int) bool) {
		if !elsewhere.Walk(n, yield) {
			rec.Log("Walk has ended")
		}
		if n.Push(2, yield) < 2 {
			return
		}
		if err := elsewhere.Each(yield, 7, 8); err != nil {
			rec.Log(fmt.Sprint("error ", err))
		}
	}
}
