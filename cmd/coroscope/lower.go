package main

// This file defines the command lower: iterators and bodies in, state machines
// out.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"coroscope/cmd/coroscope/internal/nearest"
	"coroscope/cmd/coroscope/internal/terminal"
	"coroscope/statemachine/lower"

	"github.com/spf13/cobra"
)

const lowerLong = `Lower makes a state machine of an ordinary Go iterator: iter.Pull at compile time,
without a goroutine; and of the body of a coroutine: coro.Pull without a stack. It looks at the packages that are named as for the go
command (default: the one in this folder) for functions with the line

  //coro:lower

above them, and at those whose name --func matches, Walk or Tree.All. Beside
walk.go it writes walk_lowered.go, in which a function

  func Walk(n int) iter.Seq[int]

has become a type WalkMachine, and PullWalk(n) returns one: its methods Next and
Stop do what iter.Pull's next and stop do, and its method Pull returns both. A
body of a coroutine, a function that returns a coro.Body, or one like

  func Guest(y *coro.Async, name string) (int, error)

becomes a GuestMachine, and LoweredGuest(name) returns one, to be handed to
coro.New or coro.Spawn.

PullWalk does what Walk does before it returns. Where Walk returns one of several
iterators, an error beside one, or what another function returns, so does
PullWalk, with machines. A function that is given a yield beside other parameters
is chosen in the same way, and the yield is left out.

A function that is given the yield is lowered, too, and one that is ranged over
while the body suspends. What is ranged over and has no source in the package
goes through iter.Pull, which is said.

What cannot be lowered is refused with its place, the reason and what to do, and
then nothing is written, in any of the packages. With --fallback it gets the same
type and the same methods over iter.Pull or coro.Pull, and the report says which
and why.

What lower writes says with which flags it was made, and lower, with or without
--check, does as if they were given again for that package; to have it forget
them, remove the file. A file that is generated and has no source any more is
removed. One that lower did not write, or that was changed since, is left alone,
and nothing is written. With --check nothing is ever written, and the exit code
is 1 if a file is old, missing, changed or without a source. Functions of tests
are lowered, too: what becomes of those in walk_test.go is in
walk_lowered_test.go.

With --json the report is one object, of the format "` + loweredFormat + `".

With --line nothing of that is touched. Instead the folder .coroscope, or DIR with
--line=DIR, gets an overlay for the go command: with it, the machines are built
such that a debugger, and the stack of a panic, show the source of Walk and its
variables while the machine runs. How to build and debug with it is printed. After
a change of the source it has to be written anew; with --check lower says whether
it has.

With --stress OUT lower tests itself on code that nobody wrote for it. It makes
the folder OUT, a module with a copy of the packages and their tests, in which
every function, whether it is an iterator or not, keeps its signature and runs
as a machine that is suspended before each of its statements. It prints how
many functions there are, and which it could not lower; those stay as they were
and make it fail. What runs in the copy prints how often it was suspended if
COROSCOPE_SUSPENSIONS=1 is in the environment. With --json the report is one
object, whose format is "` + stressFormat + `".`

// A lowering says what to lower.
type lowering struct {
	patterns []string
	funcs    string // a regular expression
	check    bool
	stdout   bool
	describe bool
	fallback bool
	line     string // the folder of the overlay
	dump     string // a pass, or help
	stress   string // where the copy goes
	json     bool
}

func (a *app) lowerCommand() *cobra.Command {
	var l lowering
	cmd := &cobra.Command{
		Use:   "lower [PACKAGES]",
		Short: "Make state machines of iterators and of coroutines' bodies",
		Long:  lowerLong,
		RunE: func(cmd *cobra.Command, args []string) error {
			l.patterns = args
			if cmd.Flags().Changed("stress") {
				return a.stress(l)
			}
			return a.lower(l)
		},
	}
	cmd.Flags().StringVar(&l.funcs, "func", "", "lower the functions whose name `REGEXP` matches, too")
	cmd.Flags().BoolVar(&l.check, "check", false, "write nothing; exit with 1 if a file is not up to date")
	cmd.Flags().BoolVar(&l.stdout, "stdout", false, "print what is generated, and write nothing")
	cmd.Flags().BoolVar(&l.describe, "describe", false, "beside each file write another that describes its machines, for diagrams, traces and the checker of coroscope/statemachine")
	cmd.Flags().BoolVar(&l.fallback, "fallback", false, "give what cannot be lowered the same API over iter.Pull or coro.Pull, instead of refusing it")
	cmd.Flags().StringVar(&l.line, "line", "", "change nothing, and write an overlay to the folder `DIR` with which a debugger shows the sources instead of what is generated")
	cmd.Flags().Lookup("line").NoOptDefVal = overlayDir
	cmd.Flags().StringVarP(&l.dump, "dump", "d", "", "print each function after `PASS`, and write nothing; help lists the passes")
	cmd.Flags().StringVar(&l.stress, "stress", "", "copy the packages to the folder `OUT`, with every function lowered")
	cmd.Flags().BoolVar(&l.json, "json", false, "print the report as JSON; with -d frame, the tables of what is kept")
	cmd.RegisterFlagCompletionFunc("dump", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return passNames(), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

func passNames() []string {
	var names []string
	for _, p := range lower.Passes {
		names = append(names, p.Name)
	}
	return names
}

// options returns what to lower, or an error for flags that make no sense.
func (l *lowering) options(a *app) (lower.Options, error) {
	opt := lower.Options{Describe: l.describe, Fallback: l.fallback, Dump: l.dump, DumpTo: a.stdout}
	opt.Line = l.line != ""
	if opt.Line && l.describe {
		return opt, usagef("--line is for a debugger, and writes no descriptions")
	}
	if l.json && (l.stdout || l.dump != "" && l.dump != "frame") {
		return opt, usagef("--json prints the report, or with -d frame the frames, and cannot be used with --stdout or another pass")
	}
	if l.check && (l.stdout || l.dump != "") {
		return opt, usagef("--check compares files, and cannot be used with --stdout or -d")
	}
	if l.dump != "" {
		known := false
		for _, name := range passNames() {
			known = known || name == l.dump
		}
		if !known {
			return opt, &usageError{nearest.Unknown("pass", l.dump, append(passNames(), "help"))}
		}
	}
	if l.funcs != "" {
		re, err := regexp.Compile(l.funcs)
		if err != nil {
			return opt, usagef("--func %q is not a regular expression: %v", l.funcs, err)
		}
		opt.Func = re
	}
	return opt, nil
}

func (a *app) lower(l lowering) error {
	if l.dump == "help" {
		for _, p := range lower.Passes {
			fmt.Fprintf(a.stdout, "%-8s %s\n", p.Name, p.Does)
		}
		return nil
	}
	opt, err := l.options(a)
	if err != nil {
		return err
	}
	report := loweredReport{Format: loweredFormat, Files: []loweredFile{}, Refused: []refusal{}}
	if l.json && l.dump != "" {
		opt.Frames = func(t lower.FrameTable) { report.Frames = append(report.Frames, t) }
		opt.DumpTo = nil
	}
	status := terminal.NewStatus(a.stderr)
	opt.Context, opt.Progress = a.ctx, status.Tell
	files, err := lower.Lower(opt, l.patterns...)
	status.Done()
	switch refused, ok := errors.AsType[lower.Refusals](err); {
	case ok:
		err = a.refused(refused, &report)
		if !l.json {
			return err
		}
	case err != nil:
		return err
	case l.dump != "" && !l.json:
		return nil
	case l.stdout:
		for _, f := range files {
			a.stdout.Write(f.Content)
		}
		return nil
	case l.line != "":
		return a.writeOverlay(l, files)
	case l.dump == "" && l.check:
		err = a.checkLowered(l, files, &report)
	case l.dump == "":
		err = a.writeLowered(l, files, &report)
	}
	if l.json {
		if err := a.printJSON(report); err != nil {
			return err
		}
	}
	return err
}

// refused tells what cannot be lowered, and returns the error for it.
func (a *app) refused(refused lower.Refusals, report *loweredReport) error {
	falls := false
	for _, r := range refused {
		fmt.Fprintln(a.stderr, r)
		falls = falls || r.Falls
		report.Refused = append(report.Refused, newRefusal(r))
	}
	hint := ""
	if falls {
		hint = "; --fallback gives such functions the same API over iter.Pull or coro.Pull"
	}
	return fmt.Errorf("%s, and nothing is written%s", plural(len(refused), "refusal"), hint)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// again returns the command that writes what --check has missed.
func (l *lowering) again(a *app) string {
	args := []string{"lower"}
	if l.funcs != "" {
		args = append(args, "--func", l.funcs)
	}
	if l.describe {
		args = append(args, "--describe")
	}
	if l.fallback {
		args = append(args, "--fallback")
	}
	return a.command(append(args, l.patterns...)...)
}

// checkLowered tells which files are not what would be generated.
func (a *app) checkLowered(l lowering, files []*lower.File, report *loweredReport) error {
	differ := 0
	for _, f := range files {
		status, why := "current", ""
		switch fresh, err := f.Check(); {
		case err != nil:
			status, why = "blocked", err.Error()
		case fresh:
		case f.Orphan != "":
			status, why = "orphaned", fmt.Sprintf("%s has no source any more: %s", here(f.Path), f.Orphan)
		case missing(f.Path):
			status, why = "missing", fmt.Sprintf("%s is missing", here(f.Path))
		default:
			status, why = "stale", fmt.Sprintf("%s is not what %s becomes now", here(f.Path), here(f.Source))
		}
		if why != "" {
			differ++
			fmt.Fprintln(a.stderr, why)
		}
		report.add(f, status, why)
	}
	if differ > 0 {
		return fmt.Errorf("%s not up to date; type %s", plural(differ, "file"), l.again(a))
	}
	return nil
}

func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// writeLowered writes files, all or none, and tells what it did.
func (a *app) writeLowered(l lowering, files []*lower.File, report *loweredReport) error {
	changed, err := lower.WriteAll(files)
	if err != nil && len(changed) == 0 {
		return err
	}
	for _, f := range files {
		status := "current"
		text := fmt.Sprintf("%s is up to date", here(f.Path))
		if slices.Contains(changed, f) {
			status, text = "written", fmt.Sprintf("%s: %s", here(f.Path), strings.Join(f.Funcs, ", "))
			if f.Orphan != "" {
				status, text = "removed", fmt.Sprintf("%s is removed: %s", here(f.Path), f.Orphan)
			}
			for _, note := range f.Notes {
				text += "\n  " + note
			}
		}
		if !l.json {
			fmt.Fprintln(a.stdout, text)
		}
		report.add(f, status, f.Orphan)
	}
	return err
}

// here returns path as seen from the current folder, if that is shorter.
func here(path string) string {
	if dir, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(dir, path); err == nil && len(rel) < len(path) {
			return rel
		}
	}
	return path
}
