package alone

// This file has bodies that hand their suspensions to others.

import (
	"errors"
	"fmt"
	"slices"

	. "corpus/drive"

	"coroscope/coro"
)

// Adder sums what it is sent up, until that is a multiple of five.
func Adder(n int) coro.Body[int, string, int] {
	return func(y *coro.Yielder[int, string]) (int, error) {
		sum := n
		for {
			in, err := y.Yield(fmt.Sprint("sum ", sum))
			switch {
			case errors.Is(err, ErrB):
				return sum, fmt.Errorf("adder: %w", err)
			case err != nil:
				Log("adder ends", err)
				return sum, err
			}
			if sum += in; sum%5 == 0 {
				return sum, nil
			}
		}
	}
}

//lower:run Delegates()
//coro:lower
func Delegates() coro.Body[int, string, int] {
	return func(y *coro.Yielder[int, string]) (int, error) {
		total := 0
		for i := range 3 {
			n, err := coro.Delegate(y, coro.New(coro.Pull(Adder(i+1)), coro.Named("adder"), coro.InFunc("adder")))
			if err != nil {
				return total, err
			}
			total += n
			if _, err := y.YieldAs("between", fmt.Sprint("total ", total)); errors.Is(err, ErrA) {
				total = -total
			} else if err != nil {
				return total, err
			}
		}
		return total, coro.DelegateSeq(y, slices.Values([]string{"a", "b"}))
	}
}

// Stubborn bodies ignore their close.
//
//lower:run Stubbornly()
//coro:lower
func Stubbornly() coro.Body[int, string, int] {
	return func(y *coro.Yielder[int, string]) (int, error) {
		defer Log("gone")
		inner := coro.New(coro.Pull(func(y *coro.Yielder[int, string]) (int, error) {
			defer Log("inner gone")
			for {
				Burn()
				y.Yield("no")
			}
		}), coro.Named("inner"), coro.InFunc("inner"))
		n, err := coro.Delegate(y, inner)
		Log("delegated", n, errors.Is(err, coro.ErrIgnoredClose))
		y.Yield("once more")
		return n, err
	}
}
