package coro

// WithoutFramePointers runs f as on a machine where a stack's top is found by
// runtime.Callers.
func WithoutFramePointers(f func()) {
	defer func(was bool) { framePointers = was }(framePointers)
	framePointers = false
	f()
}

// FramePointers says whether this machine's frame pointers can be followed, and
// whether they are.
func FramePointers() (can, are bool) { return hasReturnPCs, framePointers }
