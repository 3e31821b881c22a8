"""Records what random programs of asyncio's primitives do in CPython, for TestPrimitivePrograms.

    python3 testdata/record_primitives.py 1 300 > testdata/primitives-cpython-3.14.json

It needs CPython 3.13 or later. Programs are as those of record_programs.py, whose loop it plays them on; a body may hold
blocks, which are lists of operations inside of a timeout or a task group. What is changed in CPython, beside the order of
equal deadlines, is that a task group cancels its tasks in the order in which they were made, which its set leaves open.
"""
import asyncio, json, random, sys, warnings

from record_programs import Loop

TASKS = 5


def kind(e):
    """What an exception is called in a trace."""
    if isinstance(e, BaseExceptionGroup):
        return "group of " + ", ".join(kind(x) for x in e.exceptions)
    if isinstance(e, (asyncio.QueueEmpty, asyncio.QueueFull, asyncio.QueueShutDown, asyncio.BrokenBarrierError)):
        return type(e).__name__
    if isinstance(e, TimeoutError):
        return "timeout"
    if isinstance(e, RuntimeError):
        words = str(e)
        return "group ended" if words.endswith("is finished") else "group aborting" if words.endswith("shutting down") else "not held"
    return "raised" if str(e) == "raised" else "too often"


class OrderedSet(dict):
    def add(self, x):
        self[x] = True

    def discard(self, x):
        self.pop(x, None)


class Group(asyncio.TaskGroup):
    def __init__(self):
        super().__init__()
        self._tasks = OrderedSet()


class Play:
    """One program being played."""

    def __init__(self, program):
        self.program, self.lines, self.loop = program, [], Loop()
        self.loop.set_exception_handler(lambda *_: None)
        self.tasks = [None] * TASKS
        self.lock = asyncio.Lock()
        self.cond = asyncio.Condition(self.lock)
        self.event = asyncio.Event()
        self.sems = [asyncio.Semaphore(2), asyncio.BoundedSemaphore(1)]
        self.barrier = asyncio.Barrier(3)
        self.queues = [asyncio.Queue(1), asyncio.LifoQueue(2), asyncio.PriorityQueue()]

    def log(self, *parts):
        self.lines.append(" ".join([f"{self.loop.now:g}", str(self.loop.turns), *map(str, parts)]))

    def look(self):
        """The state of everything."""
        return " ".join(map(str, [
            self.lock.locked(), self.event.is_set(), self.sems[0].locked(), self.sems[0]._value, self.sems[1].locked(),
            self.barrier.n_waiting, self.barrier.broken, *[f"{q.qsize()}/{q._unfinished_tasks}" for q in self.queues]]))

    def act(self, who, op):
        """Does what needs no await."""
        name, *args = op
        if name == "soon":
            return self.loop.call_soon(self.act, who + "'", args[0])
        if name == "later":
            return self.loop.call_later(args[0], self.act, who + "+", args[1])
        answer = "ok"
        try:
            if name == "cancel":
                t = self.tasks[args[0]]
                answer = "none" if t is None else t.cancel()
            elif name == "spawn":
                if self.tasks[args[0]] is None:
                    self.tasks[args[0]] = self.loop.create_task(self.body(args[0]))
            elif name == "release":
                self.lock.release()
            elif name == "give":
                self.sems[args[0]].release()
            elif name == "set":
                self.event.set()
            elif name == "clear":
                self.event.clear()
            elif name == "notify":
                self.cond.notify(args[0])
            elif name == "notifyall":
                self.cond.notify_all()
            elif name == "reset":  # which never suspends
                self.sync(self.barrier.reset())
            elif name == "abort":
                self.sync(self.barrier.abort())
            elif name == "tryput":
                self.queues[args[0]].put_nowait(args[1])
            elif name == "tryget":
                answer = self.queues[args[0]].get_nowait()
            elif name == "taskdone":
                self.queues[args[0]].task_done()
            elif name == "shutdown":
                self.queues[args[0]].shutdown(args[1])
            elif name == "look":
                answer = self.look()
            else:
                raise AssertionError(op)
        except Exception as e:
            answer = kind(e)
        self.log(who, *op, answer)

    def sync(self, coroutine):
        try:
            coroutine.send(None)
        except StopIteration:
            return
        raise AssertionError("suspended")

    def those(self, numbers, pending=False):
        return [t for t in map(self.tasks.__getitem__, numbers) if t is not None and not (pending and t.done())]

    def numbers(self, tasks):
        return "+".join(str(i) for i, t in enumerate(self.tasks) if t in tasks)

    async def several(self, who, op):
        """Does op, which waits for other tasks."""
        name, *args = op
        ts = self.those(args[-2], name == "completed")
        if name == "gather":
            return " ".join(map(str, await asyncio.gather(*ts)))
        if name == "settled":
            rs = await asyncio.gather(*ts, return_exceptions=True)
            return " ".join("canceled" if isinstance(r, asyncio.CancelledError) else kind(r) if isinstance(r, Exception) else r
                            for r in rs)
        if not ts:
            return "none"
        if name == "wait":
            until = [asyncio.ALL_COMPLETED, asyncio.FIRST_COMPLETED, asyncio.FIRST_EXCEPTION][args[0]]
            done, pending = await asyncio.wait(ts, timeout=args[1] or None, return_when=until)
            return f"{self.numbers(done)} of {self.numbers(done | pending)}"
        if name == "completed":
            async for t in asyncio.as_completed(ts, timeout=args[0] or None):
                self.log(who, "has", self.tasks.index(t))
            return "ok"
        if name == "shield":
            return await asyncio.shield(ts[0])
        if name == "within":
            return await asyncio.wait_for(ts[0], args[0])

    async def do(self, who, op, blocks):
        """Does op, which may suspend, and returns what it gives."""
        name, *args = op
        if name in ("gather", "settled", "wait", "completed", "shield", "within"):
            return await self.several(who, op)
        if name == "sleep":
            await asyncio.sleep(args[0])
        elif name == "acquire":
            await self.lock.acquire()
        elif name == "take":
            await self.sems[args[0]].acquire()
        elif name == "event":
            await self.event.wait()
        elif name == "cond":
            await self.cond.wait()
        elif name == "barrier":
            return await self.barrier.wait()
        elif name == "put":
            await self.queues[args[0]].put(args[1])
        elif name == "get":
            return await self.queues[args[0]].get()
        elif name == "join":
            await self.queues[args[0]].join()
        elif name == "raise":
            raise ValueError("raised")
        elif name == "timeout":
            async with asyncio.timeout(args[0]) as t:
                await self.run(who, args[1], blocks + [t])
        elif name == "group":
            async with Group() as g:
                await self.run(who, args[0], blocks + [g])
        elif name == "reschedule":
            t = [b for b in blocks if isinstance(b, asyncio.Timeout)][-1]
            expired = t.expired()
            if not expired:
                t.reschedule(self.loop.time() + args[0])
            return f"{t.when():g} {expired}"
        elif name == "child":
            if self.tasks[args[0]] is not None:
                return "none"
            g = [b for b in blocks if isinstance(b, asyncio.TaskGroup)][-1]
            body = self.body(args[0])
            self.tasks[args[0]] = g.create_task(body)
        else:
            raise AssertionError(op)
        return "ok"

    async def run(self, who, ops, blocks=[]):
        for op in ops:
            if not isinstance(op[-1], str) or len(op) == 1:
                self.act(who, op)
                continue
            try:
                self.log(who, op[0], "gave", await self.do(who, op, blocks))
            except asyncio.CancelledError:
                self.log(who, "canceled at", op[0])
                if "c" not in op[-1]:
                    raise
            except Exception as e:
                self.log(who, kind(e), "at", op[0])
                if "v" not in op[-1]:
                    raise

    async def body(self, i):
        self.log(f"t{i}", "begins")
        await self.run(f"t{i}", self.program[i])
        self.log(f"t{i}", "ends")
        return f"of t{i}"

    async def main(self):
        for op in self.program[TASKS]:
            self.act("main", op)
        await asyncio.sleep(1000)

    def end(self, t):
        if not t.done():
            return "pending"
        if t.cancelled():
            return "canceled"
        return kind(t.exception()) if t.exception() else "ended"

    def play(self):
        self.loop.run_until_complete(self.main())
        for i, t in enumerate(self.tasks):
            if t is not None:
                self.log("task", i, self.end(t), "requests", t.cancelling())
        self.log(self.look())
        lines = self.lines
        self.lines = []
        for t in self.tasks:
            for _ in range(100):  # a condition may wait for its lock for good
                if t is not None and not t.done():
                    t.cancel()
                    self.lock._locked = False
                    self.loop.call_soon(self.loop.stop)
                    self.loop.run_forever()
        self.loop.close()
        return lines


# What a program is about: what its bodies wait for, and what they do without waiting.
THEMES = [
    (["acquire"], ["release", "release"]),
    (["acquire", "cond", "cond"], ["release", "notify", "notifyall"]),
    (["take"], ["give", "give"]),
    (["event"], ["set", "clear"]),
    (["barrier"], ["reset", "abort"]),
    (["put", "get", "get"], ["tryput", "tryget"]),
    (["put", "get", "join"], ["tryput", "taskdone", "taskdone", "shutdown"]),
    (["gather", "settled", "wait", "raise"], []),
    (["completed", "shield", "within", "raise"], []),
    (["timeout", "timeout", "within", "acquire", "get"], ["release", "tryput"]),
    (["group", "group", "group", "raise", "raise"], []),
    (["group", "timeout", "gather", "raise"], []),
]


def fill(r, name, theme, i, deep):
    """An operation called name, with arguments, of task i. It waits only for tasks of higher numbers, so that there are
    no circles."""
    higher = r.sample(range(i + 1, TASKS), r.randint(0, min(3, TASKS - i - 1)))
    if name in ("gather", "settled"):
        return [name, higher + higher[:r.randrange(2)]]
    if name == "wait":
        return [name, r.randrange(3), r.randrange(3), higher]
    if name in ("completed", "within"):
        return [name, r.randrange(4), higher]
    if name == "shield":
        return [name, higher]
    if name in ("timeout", "group"):
        if deep > 2:
            return ["raise"]
        inner = body(r, theme, i, deep + 1)
        if name == "timeout":
            if r.random() < 0.3:
                inner.insert(r.randrange(len(inner) + 1), ["reschedule", r.randrange(4), "v"])
            return [name, r.randrange(5), inner]
        for child in higher:
            inner.insert(r.randrange(len(inner) + 1), ["child", child, "v"])
        return [name, inner]
    if name in ("take", "give"):
        return [name, r.randrange(2)]
    if name in ("put", "tryput"):
        return [name, r.randrange(3), r.randrange(10)]
    if name in ("get", "tryget", "join", "taskdone"):
        return [name, r.randrange(3)]
    if name == "shutdown":
        return [name, r.randrange(3), r.random() < 0.4]
    if name == "notify":
        return [name, r.randrange(3)]
    if name in ("cancel", "spawn"):
        return [name, r.randrange(TASKS)]
    return [name]


def action(r, theme, deep=0):
    """A random operation that needs no await."""
    name = r.choice(theme[1] * 3 + ["cancel"] * 3 + ["look", "soon", "later", "spawn"])
    if deep and name in ("soon", "later"):
        name = "cancel"
    if name == "soon":
        return [name, action(r, theme, deep + 1)]
    if name == "later":
        return [name, r.randrange(4), action(r, theme, deep + 1)]
    if name in ("reset", "abort", "shutdown") and r.random() < 0.6:
        name = "look"
    return fill(r, name, theme, TASKS - 1, 0)


def suspending(r, theme, i, deep):
    """A random operation that may suspend; the last argument says what the body catches."""
    policy = r.choice(["", "c", "v", "cv", "cv"])
    kind = r.random()
    if kind < 0.3:
        return ["sleep", r.randrange(3), policy]
    return [*fill(r, r.choice(theme[0]), theme, i, deep), policy]


def body(r, theme, i, deep=0):
    ops = [["acquire", "v"]] if "cond" in theme[0] else []
    for _ in range(r.randint(2, 8 - 2 * deep)):
        ops.append(suspending(r, theme, i, deep) if r.random() < 0.6 else action(r, theme))
    return ops


def start(r, theme):
    """What main does: it spawns the tasks, and has things done later."""
    ops = [["spawn", i] for i in range(TASKS) if i == 0 or "group" not in theme[0]]
    ops += [["later", r.randrange(5), action(r, theme, 1)] for _ in range(r.randint(2, 12))]
    return ops


def main():
    warnings.simplefilter("ignore")  # of bodies that were canceled before they began
    first, count = int(sys.argv[1]), int(sys.argv[2])
    plays = []
    for seed in range(first, first + count):
        r = random.Random(seed)
        theme = THEMES[seed % len(THEMES)]
        program = [body(r, theme, i) for i in range(TASKS)] + [start(r, theme)]
        plays.append({"seed": seed, "program": program, "trace": Play(program).play()})
    print(json.dumps({"python": sys.version.split()[0], "plays": plays}, separators=(",", ":")).replace('{"seed"', '\n{"seed"'))


if __name__ == "__main__":
    main()
