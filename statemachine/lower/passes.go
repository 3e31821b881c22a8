package lower

// This file defines the list of the passes, and how each is printed.

import (
	"fmt"
	"io"
	"strings"
)

// A Pass is a step of the compiler.
type Pass struct {
	Name string
	Does string
	Here string // why it stands where it stands

	run    func(*Func)
	print  func(io.Writer, *Func)
	verify func(*Func) error
}

// Passes are all passes, in their order.
var Passes = []Pass{
	{
		Name: "select", Does: "finds the body, its yield, and what it yields",
		Here: "first: it says what is looked at", run: runSelect, print: printSelect, verify: verifySelect,
	},
	{
		Name: "suspend", Does: "finds the suspension points and everything that they are in; refuses what cannot be lowered",
		Here: "before anything is changed, so that a refusal names the source", run: runSuspend, print: printSuspend, verify: verifySuspend,
	},
	{
		Name: "rename", Does: "gives unique names to what is declared where scopes will vanish",
		Here: "after suspend, which says where that is", run: runRename, print: printRename, verify: verifyRename,
	},
	{
		Name: "capture", Does: "finds the variables that closures and pointers may see, and those that keep their value",
		Here: "before hoist, which needs no copy of what keeps its value", run: runCapture, print: printCapture,
	},
	{
		Name: "hoist", Does: "takes statements that suspend apart, in the order of evaluation, and copies everything else",
		Here: "before flow: it makes the tree that flow reads", run: runHoist, print: printHoist, verify: verifyHoist,
	},
	{
		Name: "flow", Does: "makes blocks of the tree, with jumps between them",
		Here: "before live, which walks over blocks", run: runFlow, print: printFlow, verify: verifyFlow,
	},
	{
		Name: "live", Does: "finds what is needed after each suspension",
		Here: "before frame, which keeps that", run: runLive, print: printLive, verify: verifyLive,
	},
	{
		Name: "frame", Does: "decides where each variable lives, and lays out what is kept",
		Here: "before emit, which writes variables as what they have become", run: runFrame, print: printFrame, verify: verifyFrame,
	},
	{
		Name: "emit", Does: "writes the machine",
		Here: "last", run: runEmit, print: printEmit, verify: verifyEmit,
	},
}

// lower runs all passes over f, as far as nothing is refused.
func (f *Func) lower(opt *Options) error {
	for i := range Passes {
		p := &Passes[i]
		p.run(f)
		if len(f.Refused) > 0 {
			return nil
		}
		if opt.Verify && p.verify != nil {
			if err := p.verify(f); err != nil {
				return fmt.Errorf("%s: after %s: %w", f.Name, p.Name, err)
			}
		}
		if opt.Dump == p.Name {
			fmt.Fprintf(opt.DumpTo, "%s after %s\n", f.Name, p.Name)
			var b strings.Builder
			p.print(&b, f)
			for line := range strings.Lines(b.String()) {
				fmt.Fprintf(opt.DumpTo, "\t%s", line)
			}
			fmt.Fprintln(opt.DumpTo)
		}
	}
	return nil
}
