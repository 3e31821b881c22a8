"""Records what random generators do in CPython, for TestGeneratorPrograms.

    python3 testdata/record_generators.py 1 150 > testdata/generators-cpython-3.13.json

A program is the body of a generator, which is a list of operations, and what its resumer does with it. CPython must be
3.13 or later, whose close returns what the generator returned. A generator that ignores its close stays suspended in
Python and is unwound in Go, so programs in which one does are left out.
"""
import json, random, sys

ERRORS = {"ValueError": ValueError, "KeyError": KeyError, "GeneratorExit": GeneratorExit}


def show(e):
    text = e.args[0] if e.args else ""
    return type(e).__name__ + (":" + str(text) if text else "")


class Play:
    def __init__(self):
        self.lines = []

    def log(self, *parts):
        self.lines.append(" ".join(map(str, parts)))

    def block(self, ops):
        """Does ops; gives (True, value) if they return."""
        for op in ops:
            name, *args = op
            try:
                if name == "yield":
                    self.log("sent", (yield args[0]))
                elif name == "from":
                    self.log("from gave", (yield from self.body(args[0])))
                elif name == "list":
                    self.log("list gave", (yield from [f"{args[0]}{i}" for i in range(3)]))
                elif name == "try":
                    try:
                        returned = yield from self.block(args[0])
                    finally:
                        self.log("finally", args[1])
                    if returned[0]:
                        return returned
                elif name == "return":
                    return True, args[0]
                elif name == "raise":
                    raise ERRORS[args[0]](args[1])
            except GeneratorExit:
                self.log("exit at", name)
                if "r" in args[-1]:
                    return True, "bye"
                if "e" in args[-1]:
                    raise KeyError("exit")
                raise
            except (ValueError, KeyError) as e:
                self.log("caught", show(e))
                if show(e)[0] not in args[-1]:
                    raise
        return False, None

    def body(self, ops):
        self.log("begins")
        returned, value = yield from self.block(ops)
        self.log("ends")
        return value

    def run(self, ops, driver):
        generator = self.body(ops)
        for name, *args in driver:
            try:
                if name == "next":
                    self.log("->", next(generator))
                elif name == "send":
                    self.log("->", generator.send(args[0]))
                elif name == "throw":
                    self.log("->", generator.throw(ERRORS[args[0]](args[1]) if args[1] else ERRORS[args[0]]()))
                elif name == "close":
                    self.log("->", generator.close())
            except StopIteration as e:
                self.log("!!", "StopIteration" + (":" + str(e.value) if e.value is not None else ""))
            except TypeError:
                self.log("!!", "TypeError")
            except RuntimeError:
                return None  # it ignored its close
            except BaseException as e:
                self.log("!!", show(e))
        return self.lines


def block(r, depth):
    ops = []
    for i in range(r.randint(1, 4)):
        policy = "".join(r.sample("VKre", r.randint(0, 3)))
        kind = r.random()
        if kind < 0.45 or depth == 3 and kind < 0.85:
            ops.append(["yield", r.choice("abcdef") + str(i), policy])
        elif kind < 0.65:
            ops.append(["from", block(r, depth + 1), policy])
        elif kind < 0.70:
            ops.append(["list", r.choice("abcdef"), policy.replace("e", "")])
        elif kind < 0.85:
            ops.append(["try", block(r, depth + 1), r.randrange(10), policy])
        elif kind < 0.92:
            ops.append(["return", r.choice("xyz"), ""])
        else:
            ops.append(["raise", r.choice(["ValueError", "KeyError"]), "own", policy])
    return ops


def driver(r):
    ops = []
    if r.random() < 0.9:
        ops.append(["next"])
    for i in range(r.randint(1, 10)):
        kind = r.random()
        if kind < 0.35:
            ops.append(["next"])
        elif kind < 0.60:
            ops.append(["send", str(i)])
        elif kind < 0.92:
            name = r.choice(["ValueError", "KeyError", "ValueError", "KeyError", "GeneratorExit"])
            ops.append(["throw", name, "" if name == "GeneratorExit" else str(i)])
        else:
            ops.append(["close"])
    return ops + [["close"]]


def main():
    first, count = int(sys.argv[1]), int(sys.argv[2])
    plays = []
    for seed in range(first, first + count):
        r = random.Random(seed)
        program = block(r, 0)
        resumer = driver(r)
        trace = Play().run(program, resumer)
        if trace is not None:
            plays.append({"seed": seed, "program": [program, resumer], "trace": trace})
    print(json.dumps({"python": sys.version.split()[0], "plays": plays}, separators=(",", ":")).replace('{"seed"', '\n{"seed"'))


if __name__ == "__main__":
    main()
