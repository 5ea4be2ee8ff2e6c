"""Child processes with their wall time and peak memory, and the machine they ran on."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time


class Failed(Exception):
    """A child process that ended with an unexpected status."""


def child(command, stdin=None, allowed=(0,)):
    """Runs a command; returns its stdout, seconds and peak resident bytes (VmHWM by wait4)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                                   stdout=out, stderr=err)
        if stdin:
            process.stdin.write(stdin.encode())
            process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        output, errors = out.read().decode(), err.read().decode(errors="replace")
    if process.returncode not in allowed:
        raise Failed(f"{' '.join(command[:8])} ended with {process.returncode}: {errors[-2000:]}")
    scale = 1 if sys.platform == "darwin" else 1024
    return {"stdout": output, "stderr": errors, "seconds": seconds,
            "peak": usage.ru_maxrss * scale, "cpu_seconds": usage.ru_utime + usage.ru_stime}


def peer(engine, task, scratch, **details):
    """Runs one task of peers.py in a process of its own."""
    result = os.path.join(scratch, "result.json")
    here = os.path.dirname(os.path.abspath(__file__))
    message = json.dumps({"engine": engine, "task": task, "result": result, **details})
    run = child([sys.executable, os.path.join(here, "peers.py")], message)
    with open(result, encoding="utf-8") as file:
        run["result"] = json.load(file)
    os.remove(result)
    return run


def machine():
    model, memory = platform.processor() or platform.machine(), None
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(line.split(":", 1)[1].strip() for line in file if "model name" in line)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, StopIteration, ValueError):
        pass
    return {"cpu": model, "cores": len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "memory_bytes": memory, "system": platform.platform(),
            "python": platform.python_version(), "load_average": os.getloadavg()[0]}
