package alone

import (
	"errors"

	"coroscope/coro"
)

// This file has functions that do something before they return a body.

// Early returns its body in one of several places, or nil and an error.
//
//lower:run mustBody(Early(3))
//coro:lower
func Early(n int) (coro.Body[int, int, int], error) {
	if n < 0 {
		return nil, errors.New("negative")
	}
	for i := range n {
		if i > 1 {
			return func(y *coro.Yielder[int, int]) (int, error) {
				sum := i
				for range n {
					in, err := y.Yield(sum)
					if err != nil {
						return sum, err
					}
					sum += in
				}
				return sum, nil
			}, nil
		}
	}
	return nil, nil
}

func mustBody[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// Held has a variable for its body, which captures what is changed later.
//
//lower:run Held("b")
//coro:lower
func Held(name string) coro.Body[string, string, int] {
	var body coro.Body[string, string, int]
	count := 1
	body = func(y *coro.Yielder[string, string]) (int, error) {
		for range 2 {
			count++
			if _, err := y.Yield(name); err != nil {
				return count, err
			}
		}
		return count, nil
	}
	count, name = 7, name+name
	return body
}
