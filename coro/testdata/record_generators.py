"""Records what random generators do in CPython, for TestGeneratorPrograms.

    python3 testdata/record_generators.py 1 200 > testdata/generators-cpython-3.13.json

A program is the body of a generator, which is a list of operations, and what its resumer does with it. CPython must be
3.13 or later, whose close returns what the generator returned. Left out are programs in which a generator ignores its
close, since then it stays suspended in Python and is unwound in Go, and those that send something to a list iterator.
"""
import json, random, sys

ERRORS = {"ValueError": ValueError, "KeyError": KeyError, "GeneratorExit": GeneratorExit}


def show(e):
    text = e.args[0] if e.args else ""
    return type(e).__name__ + (":" + str(text) if text else "")


class Source:
    """Writes programs as Python functions, so that each generator is one frame."""

    def __init__(self):
        self.functions, self.names = [], 0

    def function(self, ops):
        name, self.names = f"g{self.names}", self.names + 1
        lines = [f"def {name}(log):", "    if False: yield", "    log('begins')"] + self.block(ops, "    ") + ["    log('ends')"]
        self.functions.append("\n".join(lines))
        return name

    def block(self, ops, indent):
        lines = []
        for name, *args in ops:
            do = {
                "yield": lambda: [f"log('sent', (yield {args[0]!r}))"],
                "from": lambda: [f"log('from gave', (yield from {self.function(args[0])}(log)))"],
                "list": lambda: [f"log('list gave', (yield from {[args[0] + str(i) for i in range(3)]!r}))"],
                "try": lambda: ["try:"] + self.block(args[0], "    ") + ["finally:", f"    log('finally', {args[1]})"],
                "return": lambda: [f"return {args[0]!r}"],
                "raise": lambda: [f"raise {args[0]}({args[1]!r})"],
            }[name]()
            policy = args[-1]
            at_exit = "return 'bye'" if "r" in policy else "raise KeyError('exit')" if "e" in policy else "raise"
            lines += ["try:"] + ["    " + line for line in do] + [
                "except GeneratorExit:",
                f"    log('exit at', {name!r})",
                f"    {at_exit}",
                "except (ValueError, KeyError) as e:",
                "    log('caught', show(e))",
                f"    if show(e)[0] not in {policy!r}: raise",
            ]
        return [indent + line for line in lines]


class Play:
    def __init__(self):
        self.lines = []

    def log(self, *parts):
        self.lines.append(" ".join(map(str, parts)))

    def run(self, ops, driver):
        source = Source()
        name = source.function(ops)
        scope = {"show": show}
        exec("\n".join(source.functions), scope)
        generator = scope[name](self.log)
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
            except (RuntimeError, AttributeError):
                return None  # it ignored its close, or a list iterator was sent something
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
    sys.unraisablehook = lambda _: None  # of generators that were left out
    print(json.dumps({"python": sys.version.split()[0], "plays": plays}, separators=(",", ":")).replace('{"seed"', '\n{"seed"'))


if __name__ == "__main__":
    main()
