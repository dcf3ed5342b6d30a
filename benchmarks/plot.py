"""Draws what `benchmarks.bulk --json` has written: codes against seconds, and codes against a worker's memory.

python -m benchmarks.plot OUT.png FIGURES.json...
"""

import json
import sys
from pathlib import Path

import matplotlib.pyplot as plt

COLORS = {"sqlite": "#0b7285", "postgresql": "#9c36b5"}
STYLES = {"generate": "-", "export": "--"}


def main(out: str, *names: str) -> None:
    figure, (seconds, memory) = plt.subplots(1, 2, figsize=(11, 4))
    for result in [json.loads(Path(name).read_text()) for name in names]:
        codes = [int(number) for number in result["memory"]]
        for what, style in STYLES.items():
            look = {"label": f"{result['database']}, {what}", "color": COLORS[result["database"]], "linestyle": style}
            of_sizes = result["memory"].values()
            seconds.plot(codes, [one[f"{what}_seconds"] for one in of_sizes], marker="o", **look)
            memory.plot(codes, [one[what] for one in of_sizes], marker="o", **look)
    seconds.set(xscale="log", yscale="log", xlabel="codes", ylabel="seconds", title="A job, from start to end")
    memory.set(xscale="log", ylim=(0, None), xlabel="codes", ylabel="MiB", title="Peak memory of the worker")
    for axes in (seconds, memory):
        axes.grid(alpha=0.3)
        axes.legend()
    figure.tight_layout()
    figure.savefig(out, dpi=120)


if __name__ == "__main__":
    main(*sys.argv[1:])
