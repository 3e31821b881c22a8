package library

// This file has functions of package coro/stream.

import (
	"io"

	"coroscope/coro"
	"coroscope/coro/stream"
)

func ReaderReadAll(r *stream.Reader, y *coro.Async) ([]byte, error) {
	var all []byte
	for {
		chunk, err := r.Read(y)
		if err == io.EOF {
			return all, nil
		} else if err != nil {
			return all, err
		}
		all = append(all, chunk...)
	}
}
