package specimen_test

import (
	"fmt"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

// A specimen is stepped one resumption at a time, and looked at in between.
func ExampleSpecimen_New() {
	c := specimen.Find("fibonacci").New(coro.ShapeStateMachine)
	for range 4 {
		out, _, _ := c.Next()
		p, _ := c.Point()
		fmt.Printf("%v, %s in state %d %s, frame %v\n", out, c.Status(), p.State, p.Name, c.Frame())
	}
	c.Close()
	fmt.Println(c.Status())
	// Output:
	// 0, suspended in state 1 term, frame [{n 7} {a 0} {b 1}]
	// 1, suspended in state 1 term, frame [{n 6} {a 1} {b 1}]
	// 1, suspended in state 1 term, frame [{n 5} {a 1} {b 2}]
	// 2, suspended in state 1 term, frame [{n 4} {a 2} {b 3}]
	// done
}

// The same script comes to the same in every shape.
func ExampleSpecimen_Run() {
	script := specimen.Script{specimen.Next(), specimen.Send(10.0), specimen.Send(20.0), specimen.Close()}
	fmt.Print(specimen.Find("average").Run(coro.ShapePull, script))
	// Output:
	// next -> 0 | await resumer value
	// send 10 -> 10 | await resumer value
	// send 20 -> 15 | await resumer value
	// close -> 15 | done
	// result: 15
}
