"""Records what random asyncio programs do in CPython, for TestLoopPrograms.

    python3 testdata/record_programs.py 1 150 > testdata/programs-cpython-3.13.json

A program is a list of bodies, of the tasks and then of main; a body is a list of operations that are done one after
the other. Each line of a trace has the time, the loop's iteration, and what happened. The one thing that is changed in CPython is that timers
with equal deadlines go off in the order they were set, which its heap leaves open.
"""
import asyncio, heapq, itertools, json, random, sys, warnings
from asyncio import base_events, events

FUTURES = 3
TASKS = 4


class Timer(events.TimerHandle):
    numbers = itertools.count()

    def __init__(self, *args):
        super().__init__(*args)
        self.number = next(Timer.numbers)

    def __lt__(self, other):
        return (self._when, self.number) < (other._when, other.number)


class Selector:
    def __init__(self, loop):
        self.loop = loop

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("deadlock")
        self.loop.now += max(0, timeout)
        return []


class Loop(base_events.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self.now, self.turns, self._clock_resolution = 0.0, 0, 1e-9
        self._selector = Selector(self)

    def time(self):
        return self.now

    def call_at(self, when, callback, *args, context=None):
        timer = Timer(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def _process_events(self, _):
        pass

    def _write_to_self(self):
        pass

    def _run_once(self):
        self.turns += 1
        super()._run_once()


class Play:
    """One program being played."""

    def __init__(self, program):
        self.program, self.lines, self.loop = program, [], Loop()
        self.loop.set_exception_handler(lambda *_: None)
        self.futures = [self.loop.create_future() for _ in range(FUTURES)]
        self.tasks = [None] * TASKS

    def log(self, *parts):
        self.lines.append(" ".join([f"{self.loop.now:g}", str(self.loop.turns), *map(str, parts)]))

    def end(self, f):
        if not f.done():
            return "pending"
        if f.cancelled():
            return "canceled"
        return f"error {f.exception()}" if f.exception() else f"result {f.result()}"

    def act(self, who, op):
        """Does what needs no await."""
        name, *args = op
        if name == "set":
            f = self.futures[args[0]]
            self.log(who, "set", args[0], "again" if f.done() else "ok")
            if not f.done():
                f.set_result(f"by {who}")
        elif name == "fail":
            f = self.futures[args[0]]
            self.log(who, "fail", args[0], "again" if f.done() else "ok")
            if not f.done():
                f.set_exception(ValueError(f"by {who}"))
        elif name == "cancelfuture":
            self.log(who, "cancel future", args[0], self.futures[args[0]].cancel())
        elif name == "cancel":
            t = self.tasks[args[0]]
            self.log(who, "cancel task", args[0], "none" if t is None else t.cancel())
        elif name == "soon":
            self.loop.call_soon(self.act, who + "'", args[0])
        elif name == "later":
            self.loop.call_later(args[0], self.act, who + "+", args[1])
        elif name == "stopped":
            h = self.loop.call_later(args[0], self.act, who + "?", args[1])
            self.loop.call_later(args[2], h.cancel)
        elif name == "whendone":
            self.futures[args[0]].add_done_callback(lambda _: self.act(who + "!", args[1]))
        elif name == "whenended":
            t = self.tasks[args[0]]
            if t is not None:
                t.add_done_callback(lambda _: self.act(who + "!!", args[1]))
        elif name == "spawn":
            i = args[0]
            if self.tasks[i] is None:
                self.log(who, "spawn", i)
                self.tasks[i] = self.loop.create_task(self.body(i))
        elif name == "uncancel":
            t = asyncio.current_task()
            self.log(who, "uncancel", t.uncancel() if t is not None else "none")
        elif name == "note":
            self.log(who, "note")
        else:
            raise AssertionError(op)

    async def body(self, i):
        who = f"t{i}"
        self.log(who, "begins")
        for op in self.program[i]:
            name, *args = op
            try:
                if name == "sleep":
                    await asyncio.sleep(args[0])
                    self.log(who, "slept")
                elif name == "await":
                    self.log(who, "got", await self.futures[args[0]])
                elif name == "join":
                    t = self.tasks[args[0]]
                    if t is not None:
                        self.log(who, "joined", await t)
                elif name == "return":
                    self.log(who, "returns")
                    return f"of {who}"
                elif name == "raise":
                    self.log(who, "raises")
                    raise ValueError(f"of {who}")
                else:
                    self.act(who, op)
            except asyncio.CancelledError:
                self.log(who, "canceled at", name)
                if "c" not in args[-1]:
                    raise
            except ValueError as e:
                self.log(who, "caught", e)
                if name == "raise" or "v" not in args[-1]:
                    raise
        self.log(who, "ends")
        return f"of {who}"

    async def main(self):
        for op in self.program[TASKS]:
            self.act("main", op)
        await asyncio.sleep(1000)

    def run(self):
        self.loop.run_until_complete(self.main())
        for i, t in enumerate(self.tasks):
            if t is not None:
                self.log("task", i, self.end(t), "requests", t.cancelling())
        for i, f in enumerate(self.futures):
            self.log("future", i, self.end(f))
        lines = self.lines
        self.lines = []
        for t in self.tasks:
            while t is not None and not t.done():
                t.cancel()
                self.loop.call_soon(self.loop.stop)
                self.loop.run_forever()
        self.loop.close()
        return lines


def action(r, deep=0):
    """A random operation that needs no await."""
    name = r.choice(["set", "fail", "cancelfuture", "cancel", "cancel", "cancel", "soon", "later", "stopped",
                     "whendone", "whenended", "spawn", "uncancel", "note"])
    if name in ("soon", "later", "stopped", "whendone", "whenended") and deep > 1:
        name = "note"
    if name in ("set", "fail", "cancelfuture"):
        return [name, r.randrange(FUTURES)]
    if name in ("cancel", "spawn"):
        return [name, r.randrange(TASKS)]
    if name == "soon":
        return [name, action(r, deep + 1)]
    if name == "later":
        return [name, r.randrange(4), action(r, deep + 1)]
    if name == "stopped":
        return [name, r.randrange(4), action(r, deep + 1), r.randrange(4)]
    if name == "whendone":
        return [name, r.randrange(FUTURES), action(r, deep + 1)]
    if name == "whenended":
        return [name, r.randrange(TASKS), action(r, deep + 1)]
    return [name]


def body(r, i):
    """A random body. It joins only tasks of higher numbers, so that there are no circles."""
    ops = []
    for _ in range(r.randint(1, 7)):
        policy = r.choice(["", "c", "v", "cv"])
        kind = r.random()
        if kind < 0.30:
            ops.append(["sleep", r.randrange(4), policy])
        elif kind < 0.42:
            ops.append(["await", r.randrange(FUTURES), policy])
        elif kind < 0.55 and i + 1 < TASKS:
            ops.append(["join", r.randrange(i + 1, TASKS), policy])
        elif kind < 0.58:
            ops.append([r.choice(["return", "raise"]), ""])
        else:
            ops.append(action(r))
    return ops


def start(r):
    """What main does: it spawns most of the tasks, and has things done later."""
    ops = [["spawn", i] for i in range(TASKS) if r.random() < 0.8]
    ops += [["later", r.randrange(6), action(r)] for _ in range(r.randint(0, 8))]
    r.shuffle(ops)
    return ops


def main():
    warnings.simplefilter("ignore")  # of bodies that were canceled before they began
    first, count = int(sys.argv[1]), int(sys.argv[2])
    plays = []
    for seed in range(first, first + count):
        r = random.Random(seed)
        program = [body(r, i) for i in range(TASKS)] + [start(r)]
        plays.append({"seed": seed, "program": program, "trace": Play(program).run()})
    print(json.dumps({"python": sys.version.split()[0], "plays": plays}, separators=(",", ":")).replace('{"seed"', '\n{"seed"'))


if __name__ == "__main__":
    main()
