"""Sets scrubjay beside other programs, in turns, and writes the ratios into docs/performance.md.

Started by compare.sh, which builds what is measured. Needs nothing but Python; a program that is not installed is named as
not measured. Two commands are run alternately, as often as --pairs says, and what counts is the median of the ratios of
neighbours: a machine that slows down for a while slows both down. Nothing here is a promise; the table says where it was
measured.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/performance.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
MIB = 1 << 20


class Missing(Exception):
    """What would be measured is not there."""


# Running


def shell(command):
    """Seconds that a command line takes, from start to end."""
    start = time.perf_counter()
    subprocess.run(["bash", "-c", command], check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def measured(*command, environment=None):
    """Seconds of processor time for a megabyte, as a program of ours says."""
    environment = {**os.environ, **(environment or {})}
    out = subprocess.run(command, check=True, capture_output=True, env=environment).stdout
    figures = json.loads(out)
    return figures["cpu_ns"] / 1e3 / figures["bytes"]


def quartiles(values):
    values = sorted(values)
    at = lambda part: values[round(part * (len(values) - 1))]
    return at(0.5), at(0.25), at(0.75)


class Machine:
    """What is installed here, and the files that all measurements share."""

    def __init__(self, options, work):
        self.options, self.work = options, work
        self.home = options.binaries.resolve()
        self.scrubjay = str(self.home / "scrubjay")
        self.measure = str(self.home / "examples/measure")
        os.environ["SCRUBJAY_HOME"] = str(work / "home")
        # Two cores, of however many there are.
        cores = sorted(os.sched_getaffinity(0))[:2]
        os.sched_setaffinity(0, cores)
        self.cores = cores
        self.made = {}
        self.notes = []

    def scrub(self, threads=None):
        threads = f" --threads {threads}" if threads else ""
        return f"{self.scrubjay} scrub --no-record --quiet{threads}"

    def corpus(self, name):
        """A file with a corpus of ours, made once and then in the page cache."""
        if name == "logs":
            if not self.options.logs:
                raise Missing("no real logs were given (--logs FILE)")
            return str(self.options.logs)
        if name not in self.made:
            path = self.work / f"{name}.txt"
            with path.open("wb") as file:
                subprocess.run([self.measure, "corpus", name, str(self.options.size)], check=True, stdout=file)
            self.made[name] = str(path)
        return self.made[name]

    def patterns(self):
        """The shapes that scrubjay looks for, as pairs of flags and pattern: full ones, ones as short as may be, literals."""
        if "patterns" in self.made:
            return self.made["patterns"]
        known = json.loads(subprocess.run([self.measure, "patterns"], check=True, capture_output=True).stdout)
        full = [("", pattern) for pattern in ADDRESSES.values()]
        literals, words = {("", "@")}, set()
        for rule in known["rules"]:
            full.append(("", rule["pattern"]))
            literals.update(("i" if rule["ignore_case"] else "", re.escape(word)) for word in rule["keywords"])
        for key in known["keys"]:
            names = "|".join(re.escape(word) for word in key["words"])
            full.append(("i", rf"(?:{names})[\"']?[ \t]*[:=][ \t]*[\"']?[^\s\"',;]{{3,}}"))
            words.update(word for word in key["words"] if len(word) > 2)
        # A word that holds another one is met where that one is.
        shortest_words = [w for w in words if not any(other in w for other in words if other != w)]
        literals.update(("i", re.escape(word)) for word in shortest_words)
        shortest = [(flags, shorten(pattern)) for flags, pattern in full]
        self.made["patterns"] = full, shortest, sorted(literals)
        return self.made["patterns"]

    def tool(self, name):
        path = shutil.which(name)
        if not path:
            raise Missing(f"{name} is not installed")
        return path

    def ripgrep(self):
        """ripgrep's version, and the options with every pattern that it takes by itself."""
        rg = self.tool("rg")
        if "rg" not in self.made:
            taken = []
            for flags, pattern in self.patterns()[0]:
                pattern = f"(?i:{pattern})" if "i" in flags else pattern
                asked = [rg, "--no-config", "--no-unicode", "-c", "--", pattern, os.devnull]
                if subprocess.run(asked, capture_output=True).returncode < 2:
                    taken.append(pattern)
            path = self.work / "patterns.rg"
            path.write_text("\n".join(taken) + "\n")
            self.made["rg"] = path, len(taken)
        path, count = self.made["rg"]
        limits = "--regex-size-limit 2G --dfa-size-limit 2G"
        options = f"{rg} --no-config -a -N --no-unicode --passthru -j 1 {limits} -r REDACTED"
        return options, f"-f {path}", count

    def hyperscan(self, sort):
        """The command that times Hyperscan over literals, the shortest patterns, or the full ones with their starts."""
        program = self.work / "hyperscan"
        if not program.exists():
            compiled = subprocess.run(
                [os.environ.get("CC", "cc"), "-O2", "-o", program, ROOT / "benches/hyperscan.c", "-lhs"],
                capture_output=True,
            )
            if compiled.returncode:
                raise Missing("Hyperscan is not installed (libhyperscan-dev)")
        full, shortest, literals = self.patterns()
        chosen = {"literals": literals, "shortest": shortest, "starts": shortest}[sort]
        path = self.work / f"patterns.{sort}"
        start = "L" if sort == "starts" else ""
        path.write_text("".join(f"{(flags + start) or '-'} {pattern}\n" for flags, pattern in chosen))
        return [str(program), "{file}", str(path)]


ADDRESSES = {
    "e-mail": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    "IPv4": r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b",
    "IPv6": r"(?:[0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:)+:[0-9A-Fa-f]{1,4}",
}


def shorten(pattern):
    """A pattern whose last repetition is as short as may be, so that a match is told once and not at each of its ends."""
    pattern = re.sub(r"\{(\d+),\d*\}(\)?)$", r"{\1}\2", pattern)
    return re.sub(r"(?<!\\)\+(\)?)$", r"\1", pattern)


# Measurements


class Row:
    def __init__(self, goal, what, values, must, aim, form="{:.2f}", lower=False, note=""):
        self.goal, self.what, self.must, self.aim, self.form = goal, what, must, aim, form
        self.lower, self.note = lower, note
        self.middle, self.low, self.high = quartiles(values)

    def verdict(self):
        if self.must is None:
            return ""
        reaches = lambda goal: self.middle <= goal if self.lower else self.middle >= goal
        return "aim" if reaches(self.aim) else "must" if reaches(self.must) else "**missed**"

    def cells(self):
        show = lambda value: "" if value is None else self.form.format(value)
        spread = f"{show(self.low)}-{show(self.high)}"
        return [self.goal, self.what, show(self.middle), spread, show(self.must), show(self.aim), self.verdict(), self.note]


def pairs(machine, ours, theirs, run=shell):
    """How many times as fast ours is as theirs, for each pair of neighbours; the first runs are for warmth."""
    run(ours), run(theirs)
    ratios = []
    for turn in range(machine.options.pairs):
        first, second = (ours, theirs) if turn % 2 == 0 else (theirs, ours)
        times = {first: run(first), second: run(second)}
        ratios.append(times[theirs] / times[ours])
    return ratios


def in_memory(machine, ours, theirs, environments=(None, None)):
    """The same for programs of ours that time themselves: tuples of arguments."""
    environment = {ours + ("ours",): environments[0], theirs + ("theirs",): environments[1]}
    run = lambda command: measured(*command[:-1], environment=environment[command])
    return pairs(machine, ours + ("ours",), theirs + ("theirs",), run)


def goal_1(machine):
    f = machine.corpus("app")
    yield Row("1", "1 thread : `cat`", pairs(machine, f"{machine.scrub(1)} <{f} >/dev/null", f"cat {f} >/dev/null"), 0.35, 0.50)


def goal_2(machine):
    f = machine.corpus("app")
    yield Row("2", "2 threads : `cat`", pairs(machine, f"{machine.scrub()} <{f} >/dev/null", f"cat {f} >/dev/null"), 0.60, 0.85)


def goal_3(machine):
    for name, must, aim in [("app", 1.3, 2.0), ("sparse", 1.3, 2.0), ("logs", 1.3, 2.0), ("dense", 1.0, 1.3)]:
        if name == "logs" and not machine.options.logs:
            continue
        f = machine.corpus(name)
        ratios = pairs(machine, f"{machine.scrub(1)} <{f} >/dev/null", f"cat {f} | cat >/dev/null")
        yield Row("3", f"1 thread : `cat \\| cat`, {name}", ratios, must, aim)


def goal_4(machine):
    for name, must, aim in [("app", 0.9, 1.1), ("sparse", 0.9, 1.1), ("dense", 0.7, 1.1)]:
        f = machine.corpus(name)
        ours = f"cat {f} | {machine.scrub()} | cat >/dev/null"
        ratios = pairs(machine, ours, f"cat {f} | cat | cat >/dev/null")
        yield Row("4", f"`cat \\| scrubjay \\| cat` : `cat \\| cat \\| cat`, {name}", ratios, must, aim)


def goal_5(machine):
    f, memory = machine.corpus("app"), Path("/dev/shm")
    if not memory.is_dir():
        raise Missing("there is no /dev/shm")
    with tempfile.TemporaryDirectory(dir=memory) as into:
        ours = f"{machine.scrub()} {f} -o {into}/ours"
        # Each writes a new file.
        ratios = pairs(machine, f"rm -f {into}/ours; {ours}", f"rm -f {into}/cat; cat {f} >{into}/cat")
    yield Row("5", "2 threads, file to tmpfs : `cat`", ratios, 0.9, 1.05)


def goal_6(machine):
    f = machine.corpus("app")
    options, patterns, count = machine.ripgrep()
    ratios = pairs(machine, f"{machine.scrub(1)} <{f} >/dev/null", f"{options} {patterns} {f} >/dev/null")
    yield Row("6", f"1 thread : ripgrep with {count} patterns", ratios, 12, 20, "{:.1f}")


def goal_7(machine):
    f = machine.corpus("app")
    options, _, _ = machine.ripgrep()
    theirs = f"{options} -e '{ADDRESSES['e-mail']}' -e '{ADDRESSES['IPv4']}' {f} >/dev/null"
    ratios = pairs(machine, f"{machine.scrub(1)} <{f} >/dev/null", theirs)
    yield Row("7", "1 thread, all rules : ripgrep with e-mail and IPv4 only", ratios, 5, 8, "{:.1f}")


def hyperscan(machine, what, sort, f):
    theirs = tuple(part.format(file=f) for part in machine.hyperscan(sort))
    figures = json.loads(subprocess.run(theirs, check=True, capture_output=True).stdout)
    note = f"{figures['patterns']} patterns" + (f", {figures['refused']} refused" if figures["refused"] else "")
    machine.made["hyperscan"] = figures["version"]
    return in_memory(machine, (machine.measure, what, f), theirs), note


def goal_8(machine):
    for name in ["app", "sparse", "dense"]:
        ratios, note = hyperscan(machine, "scan", "shortest", machine.corpus(name))
        yield Row("8", f"scan in memory : Hyperscan, anchors only, {name}", ratios, 2.5, 4, note=note)


def goal_9(machine):
    for name in ["app", "sparse", "dense"]:
        ratios, note = hyperscan(machine, "filter", "literals", machine.corpus(name))
        yield Row("9", f"scan and rewrite in memory : Hyperscan, literals only, {name}", ratios, 0.9, 1.2, note=note)


def goal_10(machine):
    f = machine.corpus("app")
    full = machine.patterns()[0]
    listed = machine.work / "patterns.regex"
    listed.write_text("".join((f"(?i:{p})" if "i" in flags else p) + "\n" for flags, p in full))
    theirs = (machine.measure, "regex", f, str(listed))
    ratios = in_memory(machine, (machine.measure, "filter", f), theirs)
    yield Row("10", "scan and rewrite in memory : regex `replace_all`", ratios, 10, 20, "{:.1f}", note=f"{len(full)} patterns")
    ratios, note = hyperscan(machine, "filter", "starts", f)
    yield Row("10", "scan and rewrite in memory : Hyperscan with starts", ratios, 10, 20, "{:.1f}", note=note)


def goal_11(machine):
    if len(machine.cores) < 2:
        raise Missing("there is one core only")
    f = machine.corpus("app")
    # Long enough for the start of the threads not to count.
    fed = f"cat {' '.join([f] * 4)} >{machine.work}/long.txt"
    shell(fed)
    ours, alone = (f"{machine.scrub(threads)} <{machine.work}/long.txt >/dev/null" for threads in (2, 1))
    yield Row("11", "2 threads : 1 thread", pairs(machine, ours, alone), 1.6, 1.8)
    busy = subprocess.Popen(["bash", "-c", "while :; do :; done"])
    try:
        os.sched_setaffinity(busy.pid, machine.cores[1:])
        yield Row("11", "2 threads : 1 thread, the second core busy", pairs(machine, ours, alone), 0.9, 0.9)
    finally:
        busy.kill()
        busy.wait()
        (machine.work / "long.txt").unlink()


def has(flag):
    return flag in Path("/proc/cpuinfo").read_text().split()


def goal_12(machine):
    f = machine.corpus("app")
    command = (machine.measure, "filter", f)
    isa = lambda name: {"SCRUBJAY_ISA": name}
    if has("avx2") and has("avx512_vbmi2"):
        ratios = in_memory(machine, command, command, (isa("avx2"), isa("avx512")))
        yield Row("12", "AVX2 : AVX-512, scan and rewrite in memory", ratios, 0.6, 0.7)
    speeds = [1 / measured(*command, environment=isa("portable")) for _ in range(machine.options.pairs)]
    yield Row("12", "portable, scan and rewrite in memory, MB/s", speeds, 600, 600, "{:.0f}")


def goal_13(machine):
    f = machine.corpus("app")
    few, many = (machine.measure, "scan", f), (machine.measure, "scan", f, "1000")
    sets = [("avx512", 0.5, 0.7, "avx512_vbmi2"), ("avx2", 0.4, 0.6, "avx2")]
    for name, must, aim, flag in sets:
        if has(flag):
            environment = {"SCRUBJAY_ISA": name}
            ratios = in_memory(machine, many, few, (environment, environment))
            yield Row("13", f"1000 rules : the built-in ones, {name}", ratios, must, aim)


def goal_14(machine):
    size = str(MIB // 8 if machine.options.quick else MIB)
    rounds = 1 if machine.options.quick else 3
    runs = [json.loads(subprocess.run([machine.measure, "hostile", size], check=True, capture_output=True).stdout) for _ in range(rounds)]
    texts = []
    for rows in zip(*runs):
        for row in rows:
            if row["findings"] != row["expected"]:
                machine.notes.append(f"hostile text `{row['name']}`: {row['findings']} findings, {row['expected']} expected")
        # The best of the rounds: what slowed the others down was not the text.
        texts.append((max(r["mb_per_s"] for r in rows), min(r["twice_the_size"] for r in rows), rows[0]["name"]))
    texts.sort()
    worst = ", ".join(f"`{name}` {speed:.0f}" for speed, _, name in texts[:8])
    growth = max(texts, key=lambda text: text[1])
    yield Row("14", "the slowest hostile text, MB/s", [texts[0][0]], 100, 200, "{:.1f}", note=worst)
    yield Row("14", "twice the size : once, the worst growth of time", [growth[1]], 2.5, 2.2, lower=True, note=f"`{growth[2]}`")


def goal_15(machine):
    rules = machine.work / "rules"
    rules.mkdir(exist_ok=True)
    made = subprocess.run([machine.measure, "rules", "1000"], check=True, capture_output=True).stdout
    (rules / "synthetic.toml").write_bytes(made)
    for what, option, must, aim in [("", [], 5, 2), (", 1000 rules of the user's", ["--rules", str(rules)], 15, 5)]:
        ours = [machine.scrubjay, "scrub", "--no-record", "--quiet", *option]
        differences = []
        for _ in range(5 * machine.options.pairs):
            differences.append((on_nothing(ours) - on_nothing(["cat"])) * 1e3)
        yield Row("15", f"start to exit on empty input, less `cat`{what}, ms", differences, must, aim, "{:.1f}", lower=True)


def on_nothing(command):
    """Seconds that a process takes on empty input."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def goal_16(machine):
    size = 256 * MIB if machine.options.quick else 2048 * MIB
    lines = Path(machine.corpus("app")).read_bytes()
    inputs = [(f"{size // MIB} MiB of lines", lines, size), (f"one line of {size // 2 // MIB} MiB", b"x" * 60 + b" y, ", size // 2)]
    for what, piece, size in inputs:
        piece = piece * max(1, MIB // len(piece))
        with subprocess.Popen(
            [machine.scrubjay, "scrub", "--no-record", "--quiet", "--threads", "2"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as child:
            written = 0
            while written < size:
                child.stdin.write(piece)
                written += len(piece)
            # What the process had before it became scrubjay counts in `ru_maxrss`, and that is all of this program's memory.
            status = Path(f"/proc/{child.pid}/status").read_text()
            peak = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024
            child.stdin.close()
            child.wait()
        if child.returncode:
            raise RuntimeError(f"scrubjay ended with {child.returncode} on {what}")
        yield Row("16", f"peak memory, 2 threads, {what}, MiB", [peak], 32, 12, "{:.1f}", lower=True)


def latencies(command, lines):
    """Microseconds from a line in to the line out, one for each line."""
    taken = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0) as child:
        into, out = child.stdin.fileno(), child.stdout.fileno()
        for line in lines:
            start = time.perf_counter()
            os.write(into, line)
            read = b""
            while not read.endswith(b"\n"):
                read += os.read(out, 1 << 16)
            taken.append((time.perf_counter() - start) * 1e6)
        child.stdin.close()
    # The first lines pay for the start.
    return sorted(taken[20:])


def goal_17(machine):
    with open(machine.corpus("app"), "rb") as file:
        lines = [file.readline() for _ in range(200 if machine.options.quick else 2000)]
    ours, theirs = [machine.scrubjay, "scrub", "--no-record", "--quiet"], ["cat"]
    middle, last = [], []
    for _ in range(machine.options.pairs):
        mine, cats = latencies(ours, lines), latencies(theirs, lines)
        middle.append(mine[len(mine) // 2] / cats[len(cats) // 2])
        last.append(mine[len(mine) * 99 // 100] / 1000)
    yield Row("17", "latency of a line, p50 : `cat`", middle, 2, 1.3, lower=True)
    yield Row("17", "latency of a line, p99, ms", last, 1, 1, lower=True)


def goal_19(machine):
    f, packed = machine.corpus("app"), machine.work / "app.gz"
    machine.tool("gzip")
    subprocess.run(f"gzip -6 -c {f} >{packed}", shell=True, check=True)
    ours = f"{machine.scrub()} <{packed}"
    # Of the same text, which has placeholders in it.
    sizes = [int(subprocess.run(f"{command} | wc -c", shell=True, check=True, capture_output=True).stdout) for command in (ours, f"{ours} | gzip -dc | gzip -6")]
    yield Row("19", "`.gz` to `.gz`, size : that of `gzip -6`", [sizes[0] / sizes[1]], 1.05, 1.0, lower=True)
    for tool, must, aim in [("gzip", 2.5, 3.5), ("pigz", 1.3, 2)]:
        machine.tool(tool)
        theirs = f"{tool} -dc {packed} | cat | {tool} -6 >/dev/null"
        yield Row("19", f"`.gz` to `.gz`, 2 threads : `{tool} -dc \\| cat \\| {tool} -6`", pairs(machine, f"{ours} >/dev/null", theirs), must, aim)


def others(machine):
    """What people use today, for scale: no goal stands behind these."""
    f = machine.corpus("app")
    ours = f"{machine.scrub(1)} <{f} >/dev/null"
    mail, ipv4 = ADDRESSES["e-mail"], r"([0-9]{1,3}\.){3}[0-9]{1,3}"
    commands = {
        "sed": f"LC_ALL=C sed -E -e 's/{mail}/EMAIL/g' -e 's/{ipv4}/IPV4/g' {f} >/dev/null",
        "perl": f"perl -pe 's/{mail.replace('@', chr(92) + '@')}/EMAIL/g; s/{ipv4}/IPV4/g' {f} >/dev/null",
        "gzip": f"gzip -6 -c {f} >/dev/null",
        "pigz": f"pigz -6 -p 2 -c {f} >/dev/null",
        "wc": f"LC_ALL=C wc -l {f}  >/dev/null",
    }
    names = {"sed": "`sed -E`, two patterns", "perl": "`perl -pe`, two patterns", "gzip": "`gzip -6`", "pigz": "`pigz -6 -p 2`", "wc": "`wc -l`"}
    for tool, command in commands.items():
        try:
            machine.tool(tool)
        except Missing as missing:
            machine.notes.append(f"others: {missing}")
            continue
        yield Row("-", f"1 thread : {names[tool]}", pairs(machine, ours, command), None, None)


GOALS = [goal_1, goal_2, goal_3, goal_4, goal_5, goal_6, goal_7, goal_8, goal_9, goal_10, goal_11, goal_12, goal_13]
GOALS += [goal_14, goal_15, goal_16, goal_17, goal_19, others]


# Where the time goes

STAGES = ["read", "digest", "scan", "resolve", "rewrite"]


def budget(machine):
    """A table of microseconds for each megabyte, by stage and corpus, on one thread."""
    lines = [["corpus", *STAGES, "sum"], ["---"] * (len(STAGES) + 2)]
    for name in ["app", "sparse", "dense"]:
        command = [machine.measure, "stages", machine.corpus(name)]
        runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(machine.options.pairs)]
        costs = [statistics.median(run[stage] for run in runs) for stage in STAGES]
        lines.append([name, *(f"{cost:.0f}" for cost in costs), f"{sum(costs):.0f}"])
    return ["| " + " | ".join(cells) + " |" for cells in lines]


# The page


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0].strip()
    except (OSError, IndexError):
        return f"{command[0]}: not installed"


def environment(machine):
    cpu = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    sets = [name for name, flag in [("AVX2", "avx2"), ("AVX-512 VBMI2", "avx512_vbmi2")] if has(flag)]
    commit = first_line("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
    dirty = subprocess.run(["git", "-C", str(ROOT), "status", "--porcelain", "src", "rules"], capture_output=True).stdout
    peers = [first_line(*c) for c in [("rg", "--version"), ("cat", "--version"), ("sed", "--version"), ("gzip", "--version"), ("pigz", "--version")]]
    peers.append(first_line("perl", "-e", 'print "perl $^V"'))
    if "hyperscan" in machine.made:
        peers.append(f"Hyperscan {machine.made['hyperscan']}")
    return [
        f"- {date.today()}, {first_line(machine.scrubjay, '--version')} at {commit}{', changed' if dirty else ''}, {first_line('rustc', '--version')}",
        f"- {cpu.group(1) if cpu else platform.machine()} ({', '.join(sets) or 'no vectors that matter'}), {len(machine.cores)} cores used, Linux {platform.release()}",
        f"- {machine.options.size} MiB of each corpus, {machine.options.pairs} pairs{', quick' if machine.options.quick else ''}",
        f"- {'; '.join(peers)}",
    ]


def table(rows):
    head = ["#", "what : beside what", "median", "quartiles", "must", "aim", "reached", "note"]
    lines = [head, ["---"] * len(head), *(row.cells() for row in rows)]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=Path, required=True, help="the directory of the release build")
    parser.add_argument("--quick", action="store_true", help="3 pairs of 16 MiB: to see that it works")
    parser.add_argument("--only", default="", help="goals, such as 1,2,14 or others")
    parser.add_argument("--pairs", type=int, help="alternating pairs for each ratio (11)")
    parser.add_argument("--size", type=int, help="MiB of each corpus (64)")
    parser.add_argument("--logs", type=Path, help="real logs, for goal 3 besides the corpora")
    parser.add_argument("--dry", action="store_true", help="leave docs/performance.md as it is")
    options = parser.parse_args()
    options.pairs = options.pairs or (3 if options.quick else 11)
    options.size = options.size or (16 if options.quick else 64)
    only = {name for name in options.only.split(",") if name}
    with tempfile.TemporaryDirectory(prefix="scrubjay-compare-") as work:
        machine = Machine(options, Path(work))
        rows = []
        for goal in GOALS:
            number = goal.__name__.removeprefix("goal_")
            if only and number not in only:
                continue
            try:
                for row in goal(machine):
                    rows.append(row)
                    print("  ".join(cell for cell in row.cells() if cell), flush=True)
            except Missing as missing:
                machine.notes.append(f"goal {number} is not measured: {missing}")
            except subprocess.CalledProcessError as error:
                machine.notes.append(f"goal {number} is not measured: {Path(str(error.cmd[0])).name} ended with {error.returncode}")
        notes = [f"- {note}" for note in machine.notes]
        print("\n".join(notes))
        stages = [] if only else budget(machine)
        print("\n".join(stages))
        heading = ["", "Where the time goes, in microseconds of one thread for each megabyte:", ""]
        page = [BEGIN, "", *environment(machine), *notes, "", *table(rows), *heading, *stages, "", END]
        text = "\n".join(page)
    if options.dry or only:
        print("docs/performance.md is left as it is")
        return
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + text + after)
    print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
