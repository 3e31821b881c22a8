package main

// This file defines the root of the command tree, which is the main job, and
// what all commands have in common.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"coroscope/cmd/coroscope/internal/nearest"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootLong = `Coroscope shows coroutines from the inside: each suspension and each resumption
of each coroutine lands in a Go execution trace, which this command reads, and
opens in "go tool trace".

Without a command it runs the demo bartender, writes bartender.trace into the
current folder, and prints what is in that.

Exit codes: 0 all went well; 1 something went wrong, or part of a trace could
not be read (what could be read is shown); 2 the command was not understood;
130 interrupted. Texts are as wide as the terminal; where there is none, as
wide as $COLUMNS says, or 100. Colors are for terminals only, and not for those
where $NO_COLOR is set.`

func (a *app) rootCommand() *cobra.Command {
	var output string
	root := &cobra.Command{
		Use:           "coroscope",
		Short:         "See every suspension of every coroutine",
		Long:          rootLong,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownCommand(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runDemo(cmd.Context(), demoRun{name: mainDemo, output: output, whole: true})
		},
	}
	outputFlag(root, &output)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return &usageError{flagError(cmd, err)} })
	root.SetHelpCommand(helpCommand())
	root.AddCommand(
		a.demoCommand(),
		a.stepCommand(),
		a.eventsCommand(),
		a.summaryCommand(),
		a.timelineCommand(),
		a.viewCommand(),
		a.openCommand(),
		a.exportCommand(),
		a.lowerCommand(),
		a.psCommand(),
	)
	return root
}

// unknownCommand returns the error for a command that there is none of.
func unknownCommand(root *cobra.Command, name string) error {
	if _, err := os.Stat(name); err == nil {
		return usagef("unknown command %q: it is a file; to see what is in it, put view, open, summary, timeline or events before it", name)
	}
	if _, err := findDemo(name); err == nil {
		return usagef("unknown command %q: it is a demo; put demo before it", name)
	}
	return &usageError{nearest.Unknown("command", name, commandNames(root))}
}

// flagError returns the error for what is wrong with the flags of cmd: for one
// that there is none of, which there are.
func flagError(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return nearest.Unknown("flag", "--"+unknown.GetSpecifiedName(), names)
}

// helpCommand is cobra's, but for names that there are none of.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Tell more about a command",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(cmd.Root(), args[0])
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// outputFlag gives cmd the flag -o.
func outputFlag(cmd *cobra.Command, output *string) {
	cmd.Flags().StringVarP(output, "output", "o", "", "write the trace to `FILE` (default the demo's name and .trace)")
	cmd.MarkFlagFilename("output", "trace")
}

// oneFile is the Args of a command that takes one FILE.
func oneFile(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return usagef("expected the path of a trace")
	case 1:
		if args[0] == "" {
			return usagef("expected the path of a trace, found an empty one")
		}
		return nil
	}
	return usagef("expected the path of one trace, found %d arguments", len(args))
}

// completeTrace completes the name of a trace.
func completeTrace(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []string{"trace", "out"}, cobra.ShellCompDirectiveFilterFileExt
}

// helpOf returns what to type for help on cmd.
func (a *app) helpOf(cmd *cobra.Command) string {
	return strings.Replace(cmd.CommandPath(), "coroscope", a.name, 1) + " --help"
}

// programName returns how the person can type this program's name: as they
// did, which for "go run" is not what the program was called by.
func programName() string {
	if !builtByGoRun(os.Args[0]) {
		return quoteArg(os.Args[0])
	}
	if _, err := os.Stat(filepath.Join("cmd", "coroscope", "main.go")); err == nil {
		return "go run ./cmd/coroscope"
	}
	return "go run coroscope/cmd/coroscope"
}

// goRunFolder is where "go run" puts what it builds: its cache, or a temporary
// folder.
var goRunFolder = regexp.MustCompile(`[/\\]([0-9a-f]{64}-d|go-build\d+[/\\]b\d+[/\\]exe)[/\\][^/\\]+$`)

func builtByGoRun(path string) bool { return goRunFolder.MatchString(path) }

// quoteArg quotes an argument, if it must be, for the shell that it will be
// typed into.
func quoteArg(s string) string {
	if len(s) > 1 && s[0] == '-' {
		s = "./" + s // a file, and no flag
	}
	if s != "" && !strings.ContainsAny(s, " \t\n\"'`\\$&|;<>()*?[]{}~#!^%") {
		return s
	}
	if filepath.Separator == '\\' {
		if !strings.ContainsAny(s, " \t&|;<>()^%\"") {
			return s // backslashes mean nothing there
		}
		return `"` + s + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// command returns a command of this program as the person can type it.
func (a *app) command(args ...string) string {
	words := []string{a.name}
	for _, arg := range args {
		words = append(words, quoteArg(arg))
	}
	return strings.Join(words, " ")
}

// say prints a line for people on standard error.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.stderr, "coroscope: "+format+"\n", args...)
}
