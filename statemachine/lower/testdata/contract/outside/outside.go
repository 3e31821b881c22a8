// Package outside has bodies of tasks that talk to what is outside of their loop.
package outside

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	. "corpus/drive"

	"coroscope/coro"
	"coroscope/coro/process"
	"coroscope/coro/signals"
	"coroscope/coro/stream"
)

//lower:run Reads(y, "one\ntwo\nthree")
//lower:run Reads(y, "")
//coro:lower
func Reads(y *coro.Async, text string) (all string, err error) {
	r := stream.NewReader(coro.LoopOf(y), "text", strings.NewReader(text))
	defer r.Close()
	for range 2 {
		line, err := r.ReadLine(y)
		all += fmt.Sprintf("%q %v, ", line, err)
		if err != nil {
			return all, err
		}
	}
	chunk, err := r.Read(y)
	all += fmt.Sprintf("%q %v, ", chunk, err)
	rest, failed := (&wrapped{r}).ReadAll(y)
	all += fmt.Sprintf("%q %v", rest, failed)
	return all, err
}

type wrapped struct{ *stream.Reader }

//lower:run Interrupted(y)
//coro:lower
func Interrupted(y *coro.Async) (string, error) {
	_, err := signals.Wait(y)
	Log("no signals", err)
	var got os.Signal
	err = coro.WithTimeout(y, time.Second, func(*coro.Timeout) error {
		s, err := signals.Wait(y, os.Interrupt)
		got = s
		return err
	})
	Log("waited", got, err)
	n, err := signals.NewListener(coro.LoopOf(y), os.Interrupt)
	if err != nil {
		return "", err
	}
	err = coro.WithTimeout(y, time.Second, func(*coro.Timeout) error {
		got, err = n.Wait(y)
		return err
	})
	return fmt.Sprint(got), err
}

//lower:run Talks(y, nil)
//lower:run Talks(y, drive.ErrA)
//lower:run Talks(y, drive.ErrB)
//coro:lower
func Talks(y *coro.Async, with error) (int, error) {
	n := 0
	err := process.With(y, exec.Command(os.Args[0], ChildFlag), process.Stdin|process.Stdout, func(p *process.Process) error {
		for _, word := range []string{"soup", "pie"} {
			if _, err := p.Stdin.WriteString(word + "\n").Await(y); err != nil {
				return err
			}
			line, err := p.Stdout.ReadLine(y)
			Log("said", line, err)
			if err != nil {
				return err
			}
			n++
		}
		if errors.Is(with, ErrB) {
			panic(with)
		}
		return with
	})
	_, failed := p(y, exec.Command("there is no such program"))
	var none *exec.Error
	Log("none", errors.As(failed, &none))
	return n, err
}

func p(y *coro.Async, cmd *exec.Cmd) (int, error) {
	return 0, process.With(y, cmd, 0, func(p *process.Process) error {
		_, err := p.Stdout.Read(y)
		return err
	})
}
